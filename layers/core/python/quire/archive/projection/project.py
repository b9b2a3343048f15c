"""Use case: every segment of a log as one Parquet file, as far as the log is published.

What is projected follows from the log alone, in its order; it can be done twice, by two at once, or from the beginning.
Words of a subject whose key was destroyed are left out: projecting again takes them out of a file that still has them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from quire.archive.ciphers import FrameCipher
from quire.archive.projection.columns import Place, row
from quire.archive.projection.parquet import ParquetFile
from quire.archive.sealing.manifest import SCHEMA as MANIFEST
from quire.archive.segment_reader import SegmentReader, Source, read_footer
from quire.aws.archive_objects import ArchiveObjects
from quire.aws.ledger import Ledger
from quire.aws.log_marks import LogMarks, Mark
from quire.aws.projection_objects import ProjectionObjects
from quire.domain.errors import CorruptError, GoneError, NotFoundError
from quire.domain.ids import SegmentId, TenantId
from quire.domain.time import from_datetime

MARK = "parquet"
_CHUNK = 100
OpenFrames = Callable[[TenantId, Collection[str]], FrameCipher]
"""What opens frames of a tenant, given the ids of all keys that will be needed."""
_log = logging.getLogger(__name__)


@dataclass
class Projected:
    """What a run came to: files and events written, events ``shredded`` since they were sealed, log entries ``left``.

    ``faults`` are segments that could not be read, and why.
    """

    files: int = 0
    events: int = 0
    shredded: int = 0
    left: int = 0
    faults: list[str] = field(default_factory=list)


class Projector:
    """Projects any tenant's log; needs disk in ``folder`` for one segment and its file, memory for a row group."""

    def __init__(
        self,
        ledger: Ledger,
        objects: ArchiveObjects,
        open_frames: OpenFrames,
        projection: ProjectionObjects,
        marks: LogMarks,
        folder: Path,
    ) -> None:
        self._ledger = ledger
        self._objects = objects
        self._open_frames = open_frames
        self._projection = projection
        self._marks = marks
        self._folder = folder

    def project(
        self,
        tenant: TenantId,
        clock: Callable[[], datetime],
        may_go_on: Callable[[], bool] = lambda: True,
        *,
        anew: bool = False,
    ) -> Projected:
        """Write what was published since the last run (``anew``: since ever) for as long as it ``may_go_on``.

        Raises:
            UnavailableError: AWS did not do what it was asked; run again.
        """
        told, published = Projected(), self._ledger.head(tenant).published
        done = 0 if anew else min(self._marks.mark(tenant, MARK).size, published)
        while done < published:
            for entry in self._ledger.entries(tenant, done, min(done + _CHUNK, published)):
                if not may_go_on():
                    break
                self._entry(tenant, entry, told)
                done += 1
            else:
                self._mark(tenant, done, told, clock())
                continue
            break
        self._mark(tenant, done, told, clock())
        told.left = published - done
        return told

    def _entry(self, tenant: TenantId, entry: bytes, told: Projected) -> None:
        manifest = orjson.loads(entry)
        if manifest.get("schema") != MANIFEST:
            return  # a statement of another kind
        try:
            self._segment(tenant, manifest, told)
        except (CorruptError, NotFoundError) as error:
            told.faults.append(f"{manifest['segment_id']}: {error.detail}")
            extra = {"tenant": tenant, "segment": manifest["segment_id"], "reason": error.detail}
            _log.error("a segment cannot be projected", extra=extra)

    def _segment(self, tenant: TenantId, manifest: Mapping[str, Any], told: Projected) -> None:
        sealed, path = self._folder / "segment.qrs", self._folder / "segment.parquet"
        try:
            file = self._objects.fetch(manifest["key"], manifest["version_id"], sealed)
            if (file.sha256, file.size) != (manifest["sha256"], manifest["size"]):
                raise CorruptError("the segment is not the one that was sealed")
            events = self._write(tenant, sealed, path, told)
            day = "-".join(manifest["key"].split("/")[-4:-1])
            where = (manifest["retention_class"], day, SegmentId(manifest["segment_id"]))
            self._projection.put(tenant, where, path)
            told.files += 1
            told.events += events
        finally:
            sealed.unlink(missing_ok=True)
            path.unlink(missing_ok=True)

    def _write(self, tenant: TenantId, sealed: Path, path: Path, told: Projected) -> int:
        """The segment's events into a file; how many."""
        written, leaf = 0, 0
        with sealed.open("rb") as file, ParquetFile(path) as parquet:

            def read(offset: int, length: int) -> bytes:
                file.seek(offset)
                return file.read(length)

            source = Source(sealed.stat().st_size, read)
            footer = read_footer(source)
            cipher = self._open_frames(tenant, {frame.subject_key_id for frame in footer.frames})
            reader = SegmentReader(source, cipher, footer)
            for number, frame in enumerate(footer.frames):
                try:
                    events = reader.frame(number)
                except GoneError:  # the subject's key was destroyed
                    told.shredded += frame.events
                    leaf += frame.events
                    continue
                for event in events:
                    place = Place(footer.retention_class, footer.segment_id, leaf, footer.leaves[leaf])
                    parquet.add(row(event.event, place), 3 * len(event.canonical))
                    leaf += 1
                written += len(events)
        return written

    def _mark(self, tenant: TenantId, done: int, told: Projected, now: datetime) -> None:
        outcome = "faults" if told.faults else "projected"
        self._marks.put_mark(tenant, MARK, Mark(done, from_datetime(now.astimezone(UTC)), outcome))
