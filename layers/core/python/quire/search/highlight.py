"""Fragments of hits as safe HTML: everything a customer wrote is escaped, only our own marks are markup. Pure."""

import html
import re
from collections.abc import Iterable, Mapping

BEFORE, AFTER = "\ue000", "\ue001"
"""Private-use characters the engine puts around a hit: they mean nothing in HTML, and escaping leaves them alone."""

MAX_FRAGMENTS = 3

_Span = tuple[int, int]
"""The first character that is marked, and the first after it that is not."""

_MARKED = re.compile(f"{BEFORE}([^{BEFORE}{AFTER}]*){AFTER}")


def fragments(found: Mapping[str, Iterable[str]], fields: Iterable[str]) -> list[str]:
    """At most ``MAX_FRAGMENTS`` fragments, those of the first field first: text with ``<mark>`` around hits.

    A fragment that several fields have is one, with the marks of all: a text is looked at by its stems and as it is
    written. Marks that stand side by side (single characters of a CJK phrase) become one. A message that itself holds
    our private-use characters can at most lose them.
    """
    marks: dict[str, list[_Span]] = {}
    for name in fields:
        for fragment in found.get(name, ()):
            text, marked = _read(fragment)
            marks.setdefault(text, []).extend(marked)
    return [_html(text, marked) for text, marked in list(marks.items())[:MAX_FRAGMENTS]]


def _read(fragment: str) -> tuple[str, list[_Span]]:
    """The text of a fragment, and what of it is marked."""
    text, marked = "", list[_Span]()
    for number, part in enumerate(_MARKED.split(fragment)):
        if number % 2:  # between the two marks
            marked.append((len(text), len(text) + len(part)))
            text += part
        else:
            text += part.replace(BEFORE, "").replace(AFTER, "")
    return text, marked


def _html(text: str, marked: list[_Span]) -> str:
    said, at = "", 0
    for start, end in _joined(marked):
        said += f"{text[at:start]}{BEFORE}{text[start:end]}{AFTER}"
        at = end
    return html.escape(said + text[at:], quote=True).replace(BEFORE, "<mark>").replace(AFTER, "</mark>")


def _joined(marked: list[_Span]) -> list[_Span]:
    """In order, those that meet made one; none is empty."""
    joined: list[_Span] = []
    for start, end in sorted(marked):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        elif start < end:
            joined.append((start, end))
    return joined
