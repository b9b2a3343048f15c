"""Use case: journal segments into archive segments, one a retention class and day, and their manifests into the log.

The order of effects: the run and its sources are fixed; segments are stored; their rows and log entries are written
together; sources are settled; the run ends. Whoever finds a run half done does it again from its sources: what is in
the log already drops out as a duplicate, and a segment that was stored and not logged is found where it lies.

Every event is accounted for: in = out + duplicates + shredded, or the run does not end.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from quire.archive.footer import Footer
from quire.archive.sealing.manifest import SealedObject, manifest
from quire.archive.sealing.retention import RetentionClass
from quire.archive.sealing.sealed_segments import SealedSegments
from quire.archive.sealing.spool import Group, Spool
from quire.archive.segment_reader import SegmentReader
from quire.aws.journal import Journal
from quire.aws.layout import journal_hour
from quire.aws.ledger import MAX_APPEND, Ledger, Run, SegmentRow, SourceRef
from quire.domain.errors import CorruptError, GoneError, NotFoundError
from quire.domain.ids import TenantId
from quire.domain.time import from_datetime, sort_key

Retention = Callable[[Mapping[str, Any]], RetentionClass]
"""The retention class of an event."""

OpenSegment = Callable[[TenantId, str, str], SegmentReader]
"""A tenant's journal segment by key and version. Raises ``NotFoundError``, ``CorruptError``, ``UnavailableError``."""

MOST_SOURCES = 1_500
"""Journal segments a run: their keys fit one item of the ledger."""
SWEEP_EVERY = timedelta(days=1)
"""How often the whole journal is looked through for segments that were not dealt with."""
_MARGIN = timedelta(hours=26)
"""A segment's hour is when its first record arrived: before the segment by what the archive lagged, which is a day
where something was out of order overnight."""
_log = logging.getLogger(__name__)


@dataclass
class Sealing:
    """What a run came to, in events; ``quarantined`` are sources that could not be read, ``segments`` those made."""

    sources: int = 0
    events_in: int = 0
    out: int = 0
    duplicates: int = 0
    shredded: int = 0
    segments: int = 0
    quarantined: list[str] = field(default_factory=list)

    def balanced(self) -> bool:
        """Whether every event is accounted for."""
        return self.duplicates >= 0 and self.events_in == self.out + self.duplicates + self.shredded


class Sealer:
    """Seals tenants' journals. One run a tenant at a time: the caller holds the tenant's lease."""

    def __init__(
        self,
        journal: Journal,
        open_segment: OpenSegment,
        ledger: Ledger,
        sealed: SealedSegments,
        retention: Callable[[TenantId], Retention],
        folder: Path,
    ) -> None:
        """``folder`` is where the run's files are put meanwhile."""
        self._journal = journal
        self._open = open_segment
        self._ledger = ledger
        self._sealed = sealed
        self._retention = retention
        self._folder = folder

    def seal(self, tenant: TenantId, now: datetime) -> Sealing | None:
        """Do one run: the one that is open, or a new one; ``None`` where there is nothing to seal.

        Raises:
            CorruptError: in is not out; nothing more is done, and the run stays open.
            ConflictError: somebody else seals at the same time.
            UnavailableError: an effect did not happen; run again.
        """
        run = self._ledger.open_run(tenant) or self._plan(tenant, now)
        if run is None:
            return None
        told = Sealing(sources=len(run.sources), out=run.out)
        settled: list[tuple[SourceRef, str, str]] = []
        with Spool(self._folder / "run.lines") as spool:
            for source in run.sources:
                settled.append((source, *self._read(tenant, source, spool, told)))
                if spool.full:
                    self._empty(tenant, run, spool, told, now)
            self._empty(tenant, run, spool, told, now)
        told.duplicates -= run.out  # what an earlier attempt of this run has put into the log
        if not told.balanced():
            raise CorruptError(f"sealing does not balance: {told.events_in} in, {told.out} out")
        for source, state, reason in settled:
            self._ledger.settle(tenant, source, state, reason)
        self._ledger.end_run(tenant, run, asdict(told) | {"ended_at": from_datetime(now)})
        return told

    def _plan(self, tenant: TenantId, now: datetime) -> Run | None:
        """Open a run over the oldest journal segments that were not dealt with."""
        since = self._horizon(tenant, now)
        sources = tuple(self._unsealed(tenant, since))
        if not sources:
            if since is None:
                self._ledger.mark_swept(tenant, from_datetime(now))
            return None
        names = "\n".join(f"{each.key} {each.version_id}" for each in sources)
        run = Run(hashlib.sha256(names.encode()).hexdigest(), from_datetime(now), sources)
        self._ledger.start_run(tenant, run)
        return run

    def _horizon(self, tenant: TenantId, now: datetime) -> datetime | None:
        """From which hour of the journal on to look; ``None``: from its beginning.

        Segments come in the order of their hours but for those that a retry or a replay writes under an hour long past.
        So what came since the last look at everything is looked at each time, and everything once a day, and whenever
        the clock cannot be trusted to have gone on.
        """
        swept = self._ledger.swept(tenant)
        at = datetime.fromisoformat(swept) if swept else None
        return at - _MARGIN if at is not None and at <= now < at + SWEEP_EVERY else None

    def _unsealed(self, tenant: TenantId, since: datetime | None) -> Iterator[SourceRef]:
        """Journal segments in order of key, as far as one run goes."""
        start = journal_hour(tenant, since) if since else ""
        listed = self._journal.segments(tenant, since=start)
        settled = self._ledger.settled(tenant, start or "t/", "t0")
        found = 0
        for each in listed:
            if each.key not in settled:
                yield SourceRef(each.key, each.version_id)
                found += 1
                if found == MOST_SOURCES:
                    return

    def _read(self, tenant: TenantId, source: SourceRef, spool: Spool, told: Sealing) -> tuple[str, str]:
        """Spool a source's events, all or none; how it is settled, and why."""
        before = (told.events_in, told.duplicates, told.shredded)
        try:
            with spool.all_or_nothing():
                self._spool(tenant, self._open(tenant, source.key, source.version_id), spool, told)
        except (CorruptError, NotFoundError) as error:
            told.events_in, told.duplicates, told.shredded = before
            told.quarantined.append(source.key)
            _log.error("a journal segment cannot be sealed", extra={"key": source.key, "reason": error.detail})
            return "quarantined", error.detail
        return "sealed", ""

    def _spool(self, tenant: TenantId, reader: SegmentReader, spool: Spool, told: Sealing) -> None:
        retention = self._retention(tenant)
        if reader.footer.tenant_id != tenant:
            raise CorruptError("the segment is another tenant's")
        for number, frame in enumerate(reader.footer.frames):
            told.events_in += frame.events
            try:
                lines = reader.carried(number)
            except GoneError:  # the subject's key was destroyed: nobody can read what is in there
                told.shredded += frame.events
                continue
            added = spool.add((retention(event).name, line) for event, line in lines)
            told.duplicates += len(lines) - added

    def _empty(self, tenant: TenantId, run: Run, spool: Spool, told: Sealing, now: datetime) -> None:
        """Seal what is spooled and not in the log yet."""
        for day in sorted({group.day for group in spool.groups()}):
            told.duplicates += self._drop_sealed(tenant, day, spool)
        self._write(tenant, run, spool, told, now)
        spool.clear()

    def _drop_sealed(self, tenant: TenantId, day: str, spool: Spool) -> int:
        """Take out what the log has of a day; how many events that were. One event has one time wherever it came from,
        so segments of other times hold none of these."""
        first, last = spool.span(day)
        near = (row for row in self._ledger.segments_of(tenant, day) if _overlaps(row, first, last))
        return sum(spool.drop(self._sealed.event_ids(row)) for row in near)

    def _write(self, tenant: TenantId, run: Run, spool: Spool, told: Sealing, now: datetime) -> None:
        rows: list[SegmentRow] = []
        spool.flush()
        for group in spool.groups():
            for footer, lies in self._sealed.store(tenant, run.run_id, group, spool, now):
                rows.append(_row(group, footer, lies))
                told.segments += 1
                if len(rows) == MAX_APPEND:
                    self._append(tenant, run, rows, told)
        self._append(tenant, run, rows, told)

    def _append(self, tenant: TenantId, run: Run, rows: list[SegmentRow], told: Sealing) -> None:
        if rows:
            self._ledger.append(tenant, run, self._ledger.head(tenant), rows)
            told.out += sum(row.events for row in rows)
            rows.clear()


def _overlaps(row: SegmentRow, first: str, last: str) -> bool:
    """Whether a segment holds events between two places in time."""
    told = orjson.loads(row.manifest)
    return sort_key(told["first_occurred_at"]) <= last and sort_key(told["last_occurred_at"]) >= first


def _row(group: Group, footer: Footer, lies: SealedObject) -> SegmentRow:
    return SegmentRow(
        day=group.day,
        segment_id=footer.segment_id,
        retention_class=group.retention_class,
        key=lies.key,
        version_id=lies.version_id,
        events=footer.events,
        manifest=manifest(footer, lies),
    )
