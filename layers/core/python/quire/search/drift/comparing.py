"""A document beside the one that it should be. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from quire.domain.ids import EventId
from quire.search.documents import Document
from quire.search.mapping import STEMMED, words_field

NEVER_COMPARED = frozenset({"indexed_at"})
DERIVED = frozenset(
    {
        *("actors", "changed_at", "emoji", "file_names", "file_types", "language", "pii", "symbols", "tokens"),
        *map(words_field, STEMMED),
    }
)
"""What releases have added to documents: those of an index that waits to be rebuilt may be without."""
_NONE = object()


class Pointer(NamedTuple):
    """Where a document says that one of its events lies."""

    event_id: EventId
    segment: str
    version_id: str
    frame: int


def pointers(source: Document) -> list[Pointer]:
    """Those of a document, in its order; what is none of ours has none."""
    stored = source.get("events")
    found: list[Pointer] = []
    for each in stored if isinstance(stored, list) else ():
        try:
            where = str(each["segment"]), str(each["version_id"]), int(each["frame"])
            found.append(Pointer(EventId(str(each["event"]["event_id"])), *where))
        except (KeyError, TypeError, ValueError):
            continue
    return found


def event_ids(source: Document) -> set[str]:
    """Ids of the events that a document says it was folded from."""
    stored = source.get("events")
    told = stored if isinstance(stored, list) else ()
    return {str(each["event"].get("event_id")) for each in told if isinstance(each, dict) and "event" in each}


def differing(found: Document, wanted: Document, *, outdated: bool = False) -> tuple[str, ...]:
    """Names of the fields in which a document is not what it should be; ``outdated``: it lies in an index that waits
    to be rebuilt."""
    should = _as_read(wanted)
    left_out = NEVER_COMPARED | (DERIVED if outdated else frozenset())
    names = {*found, *should} - left_out
    return tuple(sorted(name for name in names if found.get(name, _NONE) != should.get(name, _NONE)))


def _as_read(document: Document) -> Mapping[str, Any]:
    """As an engine gives it back."""
    read: dict[str, Any] = orjson.loads(orjson.dumps(document))
    return read
