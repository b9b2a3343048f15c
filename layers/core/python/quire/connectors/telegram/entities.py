"""Telegram's text with its entities, as a person reads it. Their offsets count UTF-16 code units.

https://core.telegram.org/bots/api#messageentity
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from quire.connectors.shape import mapping, mappings, said, text
from quire.connectors.telegram.people import person
from quire.domain.events import Mention

_BEYOND = 2**31


class Spelled(NamedTuple):
    """A text with its links spelled out, and whom it addresses."""

    text: str
    mentions: tuple[Mention, ...] = ()


class _Units:
    """A text by its UTF-16 code units."""

    def __init__(self, source: str) -> None:
        self._bytes = source.encode("utf-16-le", "surrogatepass")

    def part(self, start: int, end: int) -> str:
        return self._bytes[start * 2 : end * 2].decode("utf-16-le", "replace")

    def is_boundary(self, at: int) -> bool:
        """Whether ``at`` lies within the text and splits no pair."""
        if not 0 <= at * 2 <= len(self._bytes):
            return False
        return at * 2 == len(self._bytes) or not 0xDC <= self._bytes[at * 2 + 1] <= 0xDF


def spell(source: str, entities: object) -> Spelled:
    """``source`` with the addresses behind its links, and its mentions in order, once each."""
    marks = mappings(entities)
    if not marks:
        return Spelled(source)
    units = _Units(source)
    added: dict[int, str] = {}
    mentions: dict[Mention, None] = {}
    for mark in marks:
        start = _whole(mark.get("offset"))
        end = start + _whole(mark.get("length"))
        if not units.is_boundary(start) or not units.is_boundary(end):
            continue
        shown = units.part(start, end)
        mention = _mention(mark, shown)
        if mention is not None:
            mentions[mention] = None
        url = text(mark.get("url")) if mark.get("type") == "text_link" else ""
        if url and _bare(url) != _bare(shown):
            added[end] = f" ({url})"
    return Spelled(_with(units, added, source), tuple(mentions))


def _with(units: _Units, added: dict[int, str], source: str) -> str:
    if not added:
        return source
    pieces, at = [], 0
    for place in sorted(added):
        pieces += [units.part(at, place), added[place]]
        at = place
    pieces.append(units.part(at, len(source) * 2))
    return "".join(pieces)


def _mention(mark: Mapping[str, Any], shown: str) -> Mention | None:
    kind = mark.get("type")
    if kind == "text_mention":
        user = person(mapping(mark.get("user")))
        return Mention(kind="bot" if user.type == "bot" else "user", id=user.id, name=user.name or said(shown))
    if kind == "mention" and len(shown) > 1:
        return Mention(kind="user", name=shown.removeprefix("@"))
    return None


def _whole(value: Any) -> int:
    """A count of units; beyond every text where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _BEYOND else _BEYOND


def _bare(url: str) -> str:
    return url.strip().removeprefix("https://").removeprefix("http://").removeprefix("mailto:").rstrip("/")
