"""Archive segments: a group's events sealed on disk, stored under lock, and read again by range."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from quire.archive.ciphers import FrameCipher
from quire.archive.entries import CarriedLine
from quire.archive.footer import Footer
from quire.archive.sealing.manifest import SealedObject
from quire.archive.sealing.retention import RetentionClass
from quire.archive.sealing.spool import MOST_EVENTS, Group, Spool
from quire.archive.segment_reader import SegmentReader, Source, in_memory, read_footer
from quire.archive.segment_writer import Identity, SegmentWriter
from quire.aws.archive_objects import ArchiveObjects
from quire.aws.blobs import FileBytes, file_bytes
from quire.aws.ledger import SegmentRow
from quire.domain.errors import CorruptError
from quire.domain.ids import EventId, SegmentId, TenantId, derive
from quire.domain.time import from_datetime

CipherOf = Callable[[TenantId], FrameCipher]


class SealedSegments:
    """Makes and reads archive segments. ``classes`` are the retention classes by name."""

    def __init__(
        self,
        objects: ArchiveObjects,
        cipher_of: CipherOf,
        classes: Mapping[str, RetentionClass],
        folder: Path,
        most_events: int = MOST_EVENTS,
    ) -> None:
        self._objects = objects
        self._cipher_of = cipher_of
        self.classes = classes
        self._folder = folder
        self._most_events = most_events

    def store(
        self, tenant: TenantId, run_id: str, group: Group, spool: Spool, now: datetime
    ) -> Iterator[tuple[Footer, SealedObject]]:
        """Seal a spooled group into as many segments as it needs; each once it is stored.

        A segment's id is made of what is in it: a run that is done again finds what it stored, and nothing else.

        Raises:
            CorruptError: something else lies at a segment's key.
            UnavailableError: nothing is known about a write.
        """
        cipher = self._cipher_of(tenant)
        for placed in spool.parts(group, self._most_events):
            events = hashlib.sha256("".join(sorted(each.event_id for each in placed)).encode()).hexdigest()
            identity = Identity(
                SegmentId(derive("archive segment", tenant, *group[:2], run_id, events)),
                tenant,
                "archive",
                group.retention_class,
            )
            path = self._folder / "segment.qrs"
            footer = self._seal(path, placed, spool.line, identity, cipher)
            try:
                yield self._put(tenant, group, footer, path, now)
            finally:
                path.unlink(missing_ok=True)

    def reader(self, tenant: TenantId, key: str, version_id: str) -> SegmentReader:
        """A stored archive segment, read by range."""
        size = self._objects.size(key, version_id)
        source = Source(size, lambda offset, length: self._objects.read_range(key, version_id, offset, length))
        return SegmentReader(source, self._cipher_of(tenant))

    def event_ids(self, row: SegmentRow) -> Iterable[EventId]:
        """The events in an archive segment, as its footer says.

        Raises:
            NotFoundError, CorruptError, UnavailableError: it cannot be read.
        """
        size = self._objects.size(row.key, row.version_id)
        source = Source(size, lambda at, length: self._objects.read_range(row.key, row.version_id, at, length))
        return read_footer(source).event_ids

    def _seal(
        self,
        path: Path,
        ordered: Sequence[CarriedLine],
        line_of: Callable[[CarriedLine], bytes],
        identity: Identity,
        cipher: FrameCipher,
    ) -> Footer:
        """Write one segment's file; events are ordered by subject."""
        with path.open("wb") as file:
            writer = SegmentWriter(file.write, identity, cipher)
            for subject, lines in groupby(ordered, attrgetter("subject_id")):
                writer.carry(subject, lines, line_of)
            return writer.finish().footer

    def _put(
        self, tenant: TenantId, group: Group, footer: Footer, path: Path, now: datetime
    ) -> tuple[Footer, SealedObject]:
        kept = self.classes[group.retention_class]
        captured = datetime.fromisoformat(footer.last_captured_at)
        until = kept.retain_until(group.day, captured, now)
        where = (group.retention_class, group.day, footer.segment_id)
        file = file_bytes(path)
        blob = self._objects.put_segment(tenant, where, file, (kept.mode, until), now)
        if not blob.created:
            footer, file = self._there(footer, blob.key, blob.version_id, path)
        return footer, SealedObject(
            self._objects.bucket, blob.key, blob.version_id, file.sha256, file.size, from_datetime(until)
        )

    def _there(self, footer: Footer, key: str, version_id: str, path: Path) -> tuple[Footer, FileBytes]:
        """What an earlier attempt stored: other bytes, perhaps (another version of the code), of the same events."""
        file = self._objects.fetch(key, version_id, path)
        found = read_footer(in_memory(path.read_bytes()))
        if (found.segment_id, list(found.event_ids)) != (footer.segment_id, list(footer.event_ids)):
            raise CorruptError("another segment lies where one is to be sealed")
        return found, file
