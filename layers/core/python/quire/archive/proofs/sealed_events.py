"""Where an event was sealed: which segment holds it, in which frame, under which leaf.

A segment of the event's day whose footer names the event holds it; which leaf is the event's is known once its frame is
read, for leaves stand in the order in which frames hold events.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from quire.archive.ciphers import UNENCRYPTED, FrameCipher
from quire.archive.entries import StoredEvent
from quire.archive.footer import Footer
from quire.archive.segment_reader import SegmentReader, Source, read_footer
from quire.aws.archive_objects import ArchiveObjects
from quire.aws.ledger import Ledger, SegmentRow
from quire.domain.errors import CorruptError, GoneError, NotFoundError
from quire.domain.ids import EventId, SubjectId, TenantId
from quire.domain.time import sort_key

OpenFrames = Callable[[TenantId, Collection[str]], FrameCipher]
"""What opens a tenant's frames, with the keys of these ids at hand."""

_KEPT_EVENTS = 100_000


class Captured(NamedTuple):
    """An event as it is known of its message: enough to find it by. ``segment`` (an object key), ``version_id`` and
    ``frame`` are where it lies in the journal; times are timestamps."""

    event_id: EventId
    subject_id: SubjectId
    kind: str
    occurred_at: str
    captured_at: str
    segment: str
    version_id: str
    frame: int

    @property
    def day(self) -> str:
        """The day whose segments hold it, ``yyyy-mm-dd``."""
        return self.occurred_at[:10]


@dataclass(frozen=True)
class SealedEvent:
    """An event in an archive segment: leaf number ``leaf`` of ``leaves``, both as the footer has them.

    ``salt`` and ``canonical`` are what the leaf is the hash of.
    """

    row: SegmentRow
    frame: int
    leaf: int
    leaves: Sequence[bytes] = field(repr=False)
    salt: bytes = field(repr=False)
    canonical: bytes = field(repr=False)


@dataclass(frozen=True)
class Shredded:
    """An event that was sealed and that nobody can read any more: its subject's key was destroyed."""

    row: SegmentRow


class SealedEvents:
    """Finds sealed events of any tenant. Footers are kept, those of 100,000 events at most."""

    def __init__(self, ledger: Ledger, objects: ArchiveObjects, open_frames: OpenFrames) -> None:
        self._ledger = ledger
        self._objects = objects
        self._open_frames = open_frames
        self._footers: OrderedDict[tuple[str, str], Footer] = OrderedDict()

    def find(self, tenant: TenantId, events: Iterable[Captured]) -> dict[EventId, SealedEvent | Shredded]:
        """Those of the events that are sealed.

        Raises:
            CorruptError: a segment is not there, or not what the ledger says.
            UnavailableError: something did not answer.
        """
        days: dict[str, list[SegmentRow]] = {}
        found: dict[EventId, SealedEvent | Shredded] = {}
        for event in events:
            if event.day not in days:
                days[event.day] = self._ledger.segments_of(tenant, event.day)
            for row in _likely_first(days[event.day], event):
                footer = self._footer(row)
                if _names(footer, event.event_id):
                    found[event.event_id] = self._in_segment(tenant, row, footer, event)
                    break
        return found

    def _in_segment(self, tenant: TenantId, row: SegmentRow, footer: Footer, event: Captured) -> SealedEvent | Shredded:
        own = [n for n, frame in enumerate(footer.frames) if _may_hold(frame.subject_key_id, event.subject_id)]
        cipher = self._open_frames(tenant, {footer.frames[number].subject_key_id for number in own})
        reader = SegmentReader(self._source(row), cipher, footer)
        try:
            for number, events in _looked_through(reader, own, event):
                for place, stored in enumerate(events):
                    if stored.event.get("event_id") == event.event_id:
                        salt = cipher.salt(footer.frames[number].subject_key_id, event.event_id)
                        leaf = reader.first_leaf(number) + place
                        return SealedEvent(row, number, leaf, footer.leaves, salt, stored.canonical)
        except GoneError:
            return Shredded(row)
        raise CorruptError("a segment's footer names an event that none of its frames holds")

    def _footer(self, row: SegmentRow) -> Footer:
        where = (row.key, row.version_id)
        footer = self._footers.get(where)
        if footer is None:
            footer = read_footer(self._source(row))
            if footer.segment_id != row.segment_id:
                raise CorruptError("the object is not the segment that the ledger names")
            self._footers[where] = footer
            while len(self._footers) > 1 and sum(each.events for each in self._footers.values()) > _KEPT_EVENTS:
                self._footers.popitem(last=False)
        self._footers.move_to_end(where)
        return footer

    def _source(self, row: SegmentRow) -> Source:
        def read(at: int, length: int) -> bytes:
            try:
                return self._objects.read_range(row.key, row.version_id, at, length)
            except NotFoundError as error:
                raise CorruptError(f"the sealed segment {row.segment_id} is not there") from error

        return Source(int(manifest_of(row)["size"]), read)


def manifest_of(row: SegmentRow) -> Mapping[str, Any]:
    """What the log says of a segment."""
    told: Mapping[str, Any] = orjson.loads(row.manifest)
    return told


def _likely_first(rows: Sequence[SegmentRow], event: Captured) -> list[SegmentRow]:
    """Segments whose time range takes the event in, then the others: clocks, and what was told of them, may differ."""
    at = sort_key(event.occurred_at)

    def elsewhere(row: SegmentRow) -> bool:
        told = manifest_of(row)
        return not sort_key(told["first_occurred_at"]) <= at <= sort_key(told["last_occurred_at"])

    return sorted(rows, key=elsewhere)


def _names(footer: Footer, event: EventId) -> bool:
    """Whether the footer's ids, which ascend, hold this one."""
    place = bisect_left(footer.event_ids, event)
    return place < len(footer.event_ids) and footer.event_ids[place] == event


def _may_hold(key_id: str, subject: SubjectId) -> bool:
    """Whether a frame under this key may hold what the subject said: keys are named after their subject."""
    return key_id == UNENCRYPTED or key_id.startswith(f"{subject}-")


def _looked_through(
    reader: SegmentReader, numbers: Sequence[int], event: Captured
) -> Iterator[tuple[int, list[StoredEvent]]]:
    """Frames, those first in which the event must be if subject and time order them, as the sealer orders them."""
    wanted = (event.subject_id, f"{sort_key(event.occurred_at)}#{event.event_id}")
    seen: set[int] = set()
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        seen.add(middle)
        events = reader.frame(numbers[middle])
        yield numbers[middle], events
        if wanted < _place(events[0]):
            high = middle
        else:
            low = middle + 1
    for place, number in enumerate(numbers):
        if place not in seen:
            yield number, reader.frame(number)


def _place(stored: StoredEvent) -> tuple[str, str]:
    told = stored.event
    return told["subject_id"], f"{sort_key(told['occurred_at'])}#{told['event_id']}"
