"""What changed from one text to another, word by word. Pure.

The matching is :mod:`difflib`'s; what both texts begin and end with is set aside first, and two texts that are too long
to be matched are told as one taken out whole and one put in whole.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST_PAIRS = 4_000_000
"""Of words that are compared; beyond this the answer would not be there in a second."""

_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORDS = re.compile(rf"[{_SPACELESS}]|(?:(?![{_SPACELESS}])\w)+|\s+|[^\w\s]")


@dataclass(frozen=True)
class WordChange:
    """A run of text that both have, or only the later one (``added``) or the earlier one (``removed``)."""

    kind: Literal["same", "added", "removed"]
    text: str


def word_changes(before: str, after: str) -> list[WordChange]:
    """The runs that make both texts: without those ``added`` they are ``before``, without those ``removed`` ``after``.

    Scripts that write no spaces are compared letter by letter.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    changes = [
        WordChange("same", "".join(old[:head])),
        *_middle(old_middle, new_middle),
        WordChange("same", "".join(old[len(old) - tail :])),
    ]
    return [change for change in changes if change.text]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    for number, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return number
    return min(len(one), len(other))


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterable[WordChange]:
    if len(old) * len(new) > MOST_PAIRS:
        yield WordChange("removed", "".join(old))
        yield WordChange("added", "".join(new))
        return
    out, put = "", ""
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        shared = "".join(old[i1:i2]) if tag == "equal" else ""
        if shared.strip():
            yield from (WordChange("removed", out), WordChange("added", put), WordChange("same", shared))
            out, put = "", ""
        else:  # a space between two changed words reads as part of the change
            out += "".join(old[i1:i2])
            put += "".join(new[j1:j2])
    yield from (WordChange("removed", out), WordChange("added", put))
