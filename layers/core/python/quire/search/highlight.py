"""Fragments of hits as safe HTML: everything a customer wrote is escaped, only our own marks are markup. Pure."""

import html
import re
from collections.abc import Iterable, Mapping

BEFORE, AFTER = "\ue000", "\ue001"
"""Private-use characters the engine puts around a hit: they mean nothing in HTML, and escaping leaves them alone."""

MAX_FRAGMENTS = 3

_ADJACENT = re.compile(f"{AFTER}{BEFORE}")
_MARKED = re.compile(f"{BEFORE}([^{BEFORE}{AFTER}]*){AFTER}")
_STRAY = re.compile(f"[{BEFORE}{AFTER}]")


def fragments(found: Mapping[str, Iterable[str]], fields: Iterable[str]) -> list[str]:
    """At most ``MAX_FRAGMENTS`` fragments, those of the first field first: text with ``<mark>`` around hits.

    Marks that stand side by side (single characters of a CJK phrase) become one. A message that itself holds our
    private-use characters can at most lose them.
    """
    marked = [_safe(fragment) for name in fields for fragment in found.get(name, ())]
    return list(dict.fromkeys(marked))[:MAX_FRAGMENTS]


def _safe(fragment: str) -> str:
    joined = _ADJACENT.sub("", fragment)
    return _STRAY.sub("", _MARKED.sub(r"<mark>\1</mark>", html.escape(joined, quote=True)))
