"""Use case: one batch of the capture stream into the journal. One segment a tenant and batch."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from quire.archive.batch import Outcome, StreamRecord
from quire.archive.entries import Entry
from quire.archive.journal_segments import Cut, JournalSegments
from quire.archive.quarantine import Quarantine, UnreadableError
from quire.archive.read_records import RecordReader
from quire.domain.cycles import without_cycle_search
from quire.domain.errors import UnavailableError
from quire.domain.ids import TenantId

_log = logging.getLogger(__name__)


@dataclass
class _Share:
    """A tenant's part of a batch; positions are indexes into the batch."""

    positions: list[int] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    repeated: int = 0
    stuck: bool = False

    def take(self, entries: Sequence[Entry]) -> None:
        """The record's events, each id once."""
        for entry in entries:
            self.repeated += entry.event_id in self.entries
            self.entries.setdefault(entry.event_id, entry)


class EventArchiver:
    """Archives batches."""

    def __init__(self, reader: RecordReader, segments: JournalSegments, quarantine: Quarantine) -> None:
        self._reader = reader
        self._segments = segments
        self._quarantine = quarantine

    @without_cycle_search()
    def archive(self, records: Sequence[StreamRecord], now: datetime) -> Outcome:
        """Archive the records of one shard, in stream order.

        What cannot be read is quarantined and never holds up its neighbours. When something we depend on does not
        answer, the tenant concerned writes nothing more, and its first record is reported: the stream then sends
        everything from there again, which changes nothing for the tenants that are done.
        """
        outcome = Outcome()
        for tenant, share in self._read(records, outcome, now).items():
            if share.stuck:
                outcome.fail(share.positions[0])
            elif share.entries:
                self._write(tenant, share, records, outcome, now)
        return outcome

    def _read(self, records: Sequence[StreamRecord], outcome: Outcome, now: datetime) -> dict[TenantId, _Share]:
        shares: dict[TenantId, _Share] = {}
        for position, record in enumerate(records):
            share = None
            try:
                tenant, header, body = self._reader.header(record)
                share = shares.setdefault(tenant, _Share())
                share.positions.append(position)
                if not share.stuck:
                    share.take(self._reader.entries(tenant, header, body))
            except UnreadableError as why:
                self._set_aside(record, why, position, outcome, now)
            except UnavailableError as error:
                _log.warning("a delivery's body is out of reach", extra={"error": type(error).__name__})
                if share is not None:
                    share.stuck = True
        return shares

    def _set_aside(
        self, record: StreamRecord, why: UnreadableError, position: int, outcome: Outcome, now: datetime
    ) -> None:
        try:
            key = self._quarantine.keep(record, why, now)
        except UnavailableError:
            _log.warning("the quarantine is out of reach", extra={"sequence": record.sequence})
            outcome.fail(position)
            return
        outcome.quarantined[why.reason] += 1
        _log.warning("record quarantined", extra={"key": key, "reason": why.reason, "detail": why.detail})

    def _write(
        self, tenant: TenantId, share: _Share, records: Sequence[StreamRecord], outcome: Outcome, now: datetime
    ) -> None:
        first, last = records[share.positions[0]], records[share.positions[-1]]
        cut = Cut(first.shard, first.sequence, last.sequence, first.arrived_at)
        try:
            written = self._segments.write(tenant, list(share.entries.values()), cut, now)
        except Exception as error:  # noqa: BLE001 - the edge: one tenant's trouble must not undo the others' work
            # By class only: the message may hold customers' words.
            _log.warning("archiving failed", extra={"tenant_id": tenant, "error": type(error).__name__})
            outcome.fail(share.positions[0])
            return
        outcome.segments += written.segments
        outcome.corrupt += written.corrupt
        outcome.duplicates += written.duplicates + share.repeated
        outcome.archived.update((entry.platform, entry.kind) for entry in written.new)
