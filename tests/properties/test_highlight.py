"""Fragments are what marking character by character gives."""

import html
import re
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from quire.search.highlight import AFTER, BEFORE, MAX_FRAGMENTS, fragments

signs = st.sampled_from(["a", "b ", "<", "&", "'", "明", BEFORE, BEFORE, AFTER, AFTER])
found = st.dictionaries(
    st.sampled_from(["first", "second", "third"]), st.lists(st.lists(signs, max_size=12).map("".join))
)


def by_character(fragment: str) -> list[tuple[str, bool]]:
    """Each character of a fragment, and whether it is marked."""
    told: list[tuple[str, bool]] = []
    for part in re.split(f"({BEFORE}[^{BEFORE}{AFTER}]*{AFTER})", fragment):
        marked = part.startswith(BEFORE) and part.endswith(AFTER)
        told += [(sign, marked) for sign in part if sign not in (BEFORE, AFTER)]
    return told


@given(found)
def test_as_character_by_character(texts: dict[str, list[str]]) -> None:
    marks: dict[str, list[bool]] = {}
    for name in ("first", "second", "third"):
        for fragment in texts.get(name, ()):
            told = by_character(fragment)
            text = "".join(sign for sign, _ in told)
            before = marks.get(text, [False] * len(told))
            marks[text] = [one or other for one, (_, other) in zip(before, told, strict=True)]
    expected = []
    for text, marked in list(marks.items())[:MAX_FRAGMENTS]:
        runs = groupby(zip(text, marked, strict=True), key=lambda each: each[1])
        said = [(hit, html.escape("".join(sign for sign, _ in run))) for hit, run in runs]
        expected.append("".join(f"<mark>{words}</mark>" if hit else words for hit, words in said))
    assert fragments(texts, ["first", "second", "third"]) == expected
