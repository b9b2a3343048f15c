"""Use case: what proves that a message's events are in the archive as they are, and since when.

For each event: its bytes and salt give a leaf; the path in its segment leads to the root in the segment's manifest; the
path in the log leads from the manifest to the checkpoint's root, which the log's key has signed. A time token says when
a checkpoint that covers it was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from quire.archive.proofs.published_log import PublishedLog, Stamp, newest_checkpoint
from quire.archive.proofs.sealed_events import Captured, SealedEvent, SealedEvents, Shredded
from quire.archive.sealing.publish import KeyOf
from quire.aws.archive_objects import ArchiveObjects
from quire.aws.ledger import Ledger, SegmentRow
from quire.aws.log_marks import LogMarks
from quire.domain.ids import SegmentId, TenantId
from quire.evidence.merkle import inclusion_proof

State = Literal["captured", "sealed", "proven", "shredded"]


@dataclass(frozen=True)
class EventProof:
    """An event and how far it has come.

    ``captured``: in the journal, not sealed yet; ``sealed``: in a segment that no checkpoint covers yet; ``proven``;
    ``shredded``: sealed, and its subject's key was destroyed since, so that nobody can read or prove it.
    ``sealed`` is there unless it is captured only; ``path`` (hashes, lowest first) leads to its segment's root.
    """

    captured: Captured
    state: State
    segment: SegmentId | None = None
    sealed: SealedEvent | None = field(default=None, repr=False)
    path: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class SegmentProof:
    """A segment that holds some of the events: entry number ``entry`` of the log, and the ``path`` from there to the
    checkpoint's root; ``None`` where no checkpoint covers it yet."""

    row: SegmentRow
    path: tuple[bytes, ...] | None = field(repr=False)

    @property
    def entry(self) -> int:
        """Its number in the log, from 0."""
        return self.row.entry


@dataclass(frozen=True)
class MessageProof:
    """``log`` is ``None`` while nothing of the tenant was published; ``stamps`` are the earliest that cover each
    segment, each once, in order of size."""

    events: Sequence[EventProof]
    segments: Sequence[SegmentProof] = ()
    stamps: Sequence[Stamp] = ()
    log: PublishedLog | None = None


class MessageProver:
    """Proves messages of any tenant."""

    def __init__(
        self, ledger: Ledger, marks: LogMarks, objects: ArchiveObjects, sealed: SealedEvents, key_of: KeyOf
    ) -> None:
        self._ledger = ledger
        self._marks = marks
        self._objects = objects
        self._sealed = sealed
        self._key_of = key_of

    def prove(self, tenant: TenantId, events: Iterable[Captured]) -> MessageProof:
        """What proves these events.

        Raises:
            CorruptError: what was sealed or published is not what it should be.
            UnavailableError: something did not answer.
        """
        asked = list(events)
        found = self._sealed.find(tenant, asked)
        if not found:
            return MessageProof([EventProof(event, "captured") for event in asked])
        log = newest_checkpoint(tenant, self._ledger, self._objects, self._key_of(tenant))
        segments = {each.row.segment_id: _segment(each.row, log) for each in found.values()}
        return MessageProof(
            [_event(event, found.get(event.event_id), segments) for event in asked],
            sorted(segments.values(), key=lambda each: each.entry),
            [] if log is None else self._stamps(tenant, log, segments.values()),
            log,
        )

    def _stamps(self, tenant: TenantId, log: PublishedLog, segments: Iterable[SegmentProof]) -> list[Stamp]:
        """For each segment the earliest time token over a checkpoint that covers it; each token once."""
        marked = {self._marks.stamp_over(tenant, each.entry) for each in segments}
        usable = [each for each in marked if each is not None and each.size <= log.checkpoint.size]
        return [log.stamp(each.size, each.at) for each in sorted(usable, key=lambda each: each.size)]


def _segment(row: SegmentRow, log: PublishedLog | None) -> SegmentProof:
    return SegmentProof(row, None if log is None else log.inclusion_proof(row.entry))


def _event(
    event: Captured, found: SealedEvent | Shredded | None, segments: dict[SegmentId, SegmentProof]
) -> EventProof:
    if found is None:
        return EventProof(event, "captured")
    segment = found.row.segment_id
    if isinstance(found, Shredded):
        return EventProof(event, "shredded", segment)
    state: State = "sealed" if segments[segment].path is None else "proven"
    return EventProof(event, state, segment, found, tuple(inclusion_proof(found.leaves, found.leaf)))
