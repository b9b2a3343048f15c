"""Fragments of hits as safe HTML: everything a customer wrote is escaped, only our own marks are markup. Pure."""

import html
import re
from collections.abc import Iterable, Mapping
from itertools import groupby

BEFORE, AFTER = "\ue000", "\ue001"
"""Private-use characters the engine puts around a hit: they mean nothing in HTML, and escaping leaves them alone."""

MAX_FRAGMENTS = 3

_MARKED = re.compile(f"{BEFORE}([^{BEFORE}{AFTER}]*){AFTER}")
_STRAY = re.compile(f"[{BEFORE}{AFTER}]")


def fragments(found: Mapping[str, Iterable[str]], fields: Iterable[str]) -> list[str]:
    """At most ``MAX_FRAGMENTS`` fragments, those of the first field first: text with ``<mark>`` around hits.

    A fragment that several fields have is one, with the marks of all: a text is looked at by its stems and as it is
    written. Marks that stand side by side (single characters of a CJK phrase) become one. A message that itself holds
    our private-use characters can at most lose them.
    """
    marks: dict[str, list[bool]] = {}
    for name in fields:
        for fragment in found.get(name, ()):
            text, marked = _read(fragment)
            known = marks.setdefault(text, marked)
            marks[text] = [one or other for one, other in zip(known, marked, strict=True)]
    return [_html(text, marked) for text, marked in list(marks.items())[:MAX_FRAGMENTS]]


def _read(fragment: str) -> tuple[str, list[bool]]:
    """The text of a fragment, and of each of its characters whether it is marked."""
    text, marked, at = "", [], 0
    for match in _MARKED.finditer(fragment):
        before = _STRAY.sub("", fragment[at : match.start()])
        text += before + match[1]
        marked += [False] * len(before) + [True] * len(match[1])
        at = match.end()
    rest = _STRAY.sub("", fragment[at:])
    return text + rest, marked + [False] * len(rest)


def _html(text: str, marked: list[bool]) -> str:
    runs = groupby(zip(text, marked, strict=True), key=lambda each: each[1])
    said = ((hit, html.escape("".join(character for character, _ in run), quote=True)) for hit, run in runs)
    return "".join(f"<mark>{words}</mark>" if hit else words for hit, words in said)
