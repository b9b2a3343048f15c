"""Entries into the journal: segment, rows, files to fetch, notice. Each effect is idempotent, their order the safety.

Whoever fails half-way runs again from the stream. The same batch gives the same bytes, so the segment is found where it
was and rows and notice follow. A batch cut elsewhere gives another segment, whose rows lose the race to those of the
first: duplicates, which the sealer drops.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quire.archive.attachments.wanted import work_of
from quire.archive.ciphers import Ciphers
from quire.archive.entries import Entry, entry_of_stored
from quire.archive.segment_reader import SegmentReader, Source, in_memory, open_segment
from quire.archive.segment_writer import Identity, seal, segment_id
from quire.aws.attachment_queue import AttachmentQueue
from quire.aws.event_rows import MAX_INLINE_BYTES, EventRow, EventRows
from quire.aws.journal import Journal, Stored
from quire.aws.layout import segment_key, tenant_of_key
from quire.aws.notices import Notice, SegmentNotices
from quire.domain.errors import CorruptError
from quire.domain.ids import EventId, TenantId

_WORKERS = 16
_WHOLE = 8 * 1024 * 1024


@dataclass(frozen=True)
class Cut:
    """Which part of the stream a segment holds: sequence numbers ``first`` to ``last`` of ``shard``.

    ``hour`` (aware) is when the stream took the first record. ``variant`` tells apart a segment of the same records
    that was sealed by a later version of the code, which read more in them.
    """

    shard: str
    first: str
    last: str
    hour: datetime
    variant: str = ""

    def key(self, tenant: TenantId) -> str:
        """Object key of the segment."""
        last = f"{self.last}-{self.variant}" if self.variant else self.last
        return segment_key(tenant, self.hour, self.shard, self.first, last)


@dataclass
class Written:
    """``new`` are the entries whose row was not there yet; ``duplicates`` counts the others.

    ``corrupt`` counts segments that should have been found and could not be read.
    """

    new: list[Entry]
    duplicates: int = 0
    segments: int = 0
    corrupt: int = 0

    def and_then(self, more: Written) -> Written:
        """Both together."""
        return Written(
            self.new + more.new,
            self.duplicates + more.duplicates,
            self.segments + more.segments,
            self.corrupt + more.corrupt,
        )


class JournalSegments:
    """Writes segments with all that follows from them, and reads them back."""

    def __init__(
        self,
        journal: Journal,
        rows: EventRows,
        notices: SegmentNotices,
        cipher: Ciphers,
        row_days: int,
        workers: int = _WORKERS,
        files: AttachmentQueue | None = None,
    ) -> None:
        """``row_days`` is how long a row lives; ``workers`` how many rows are put at the same time.

        ``files`` takes the work to fetch what messages carry; without it nothing is fetched.
        """
        self._journal = journal
        self._rows = rows
        self._notices = notices
        self._ciphers = cipher
        self._life = timedelta(days=row_days)
        self._workers = workers
        self._files = files
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="rows")

    def write(self, tenant: TenantId, entries: Sequence[Entry], cut: Cut, now: datetime) -> Written:
        """Seal the entries (each event id once) into one segment, then put rows, then send the notice.

        Where a segment of this cut already lies and is another (code that read the records differently was stopped
        half-way), that one gets its rows and notice first; what it lacks goes into a variant beside it.

        Raises:
            UnavailableError: an effect did not happen; run again.
            CorruptError: what lies there cannot be read, twice over.
        """
        identity = Identity(segment_id(tenant, cut.shard, cut.first, cut.last, cut.variant), tenant)
        cipher = self._ciphers.for_sealing(tenant, {entry.subject_id for entry in entries})
        data, sealed = seal(entries, identity, cipher)
        stored = self._journal.put(cut.key(tenant), data, now)
        if stored.created or stored.sha256 == hashlib.sha256(data).hexdigest():
            return self._finish(tenant, entries, sealed.frame_of, stored, now)
        return self._write_beside(tenant, entries, cut, stored, now)

    def restore(self, tenant: TenantId, key: str, version_id: str, now: datetime) -> Written:
        """Put a stored segment's rows, unless they are there, and send its notice: the way projections are rebuilt.

        Raises:
            NotFoundError: there is no such segment.
            CorruptError: it cannot be read.
            UnavailableError: an effect did not happen; run again.
        """
        return self._again(tenant, key, version_id, now, restored=True)

    def reader(self, key: str, version_id: str | None) -> SegmentReader:
        """A stored segment; a small one is read at once, a large one frame by frame.

        Raises:
            NotFoundError: there is no such segment.
            CorruptError: it is none.
        """
        size = self._journal.size(key, version_id)
        if size <= _WHOLE:
            source = in_memory(self._journal.read(key, version_id))
        else:
            source = Source(size, lambda offset, length: self._journal.read_range(key, version_id, offset, length))
        return open_segment(source, tenant_of_key(key), self._ciphers)

    def _again(self, tenant: TenantId, key: str, version_id: str, now: datetime, *, restored: bool) -> Written:
        """Rows and notice of a stored segment."""
        entries: list[Entry] = []
        frame_of: dict[EventId, int] = {}
        for number, events in self.reader(key, version_id).frames():
            for stored_event in events:
                entry = entry_of_stored(stored_event)
                entries.append(entry)
                frame_of[entry.event_id] = number
        stored = Stored(self._journal.bucket, key, version_id, "", created=False)
        return self._finish(tenant, entries, frame_of, stored, now, restored=restored)

    def _write_beside(
        self, tenant: TenantId, entries: Sequence[Entry], cut: Cut, stored: Stored, now: datetime
    ) -> Written:
        """Complete the other segment that lies at this cut, then write what it lacks as a variant."""
        try:
            held = set(self.reader(stored.key, stored.version_id).footer.event_ids)
            written = self._again(tenant, stored.key, stored.version_id, now, restored=False)
        except CorruptError:
            held, written = set(), Written([], corrupt=1)
        lacking = [entry for entry in entries if entry.event_id not in held]
        if not lacking:
            return written
        beside = replace(cut, variant=_variant(lacking))
        if beside == cut:
            raise CorruptError("a segment cannot be read, nor written again beside itself")
        return written.and_then(self.write(tenant, lacking, beside, now))

    def _finish(
        self,
        tenant: TenantId,
        entries: Sequence[Entry],
        frame_of: dict[EventId, int],
        stored: Stored,
        now: datetime,
        *,
        restored: bool = False,
    ) -> Written:
        expires_at = int((now + self._life).timestamp())
        rows = [_row(tenant, entry, frame_of[entry.event_id], stored, expires_at) for entry in entries]
        fresh = self._put_rows(rows)
        new = [entry for entry, is_new in zip(entries, fresh, strict=True) if is_new]
        work = [] if self._files is None or restored else work_of(tenant, entries, frame_of, stored)
        if self._files is not None and work:
            self._files.send(work)
        where = {"bucket": stored.bucket, "key": stored.key, "version_id": stored.version_id}
        self._notices.send(Notice(tenant_id=tenant, **where, restored=restored))
        return Written(new, duplicates=len(entries) - len(new), segments=1)

    def _put_rows(self, rows: Sequence[EventRow]) -> list[bool]:
        """Put rows side by side, each worker a slice of them; whether each was new."""
        workers = min(self._workers, len(rows))
        if workers <= 1:
            return [self._rows.put(row) for row in rows]
        fresh = [False] * len(rows)

        def put(numbers: Iterable[int]) -> None:
            for number in numbers:
                fresh[number] = self._rows.put(rows[number])

        slices = [self._pool.submit(put, range(start, len(rows), workers)) for start in range(workers)]
        wait(slices)
        for finished in slices:
            finished.result()
        return fresh


def _row(tenant: TenantId, entry: Entry, frame: int, stored: Stored, expires_at: int) -> EventRow:
    return EventRow(
        tenant_id=tenant,
        about=entry.about,
        event_id=entry.event_id,
        event=entry.canonical if len(entry.canonical) <= MAX_INLINE_BYTES else None,
        segment=stored.key,
        version_id=stored.version_id,
        frame=frame,
        expires_at=expires_at,
        channel_id=entry.channel_id,
        at=entry.at if entry.channel_id is not None else None,
    )


def _variant(entries: Iterable[Entry]) -> str:
    """Names a segment by what is in it."""
    return hashlib.sha256("".join(sorted(entry.event_id for entry in entries)).encode()).hexdigest()[:16]
