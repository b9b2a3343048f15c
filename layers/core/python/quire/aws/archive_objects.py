"""The locked archive bucket: sealed segments, and the files of the log over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from quire.aws.blobs import Blob, Blobs, FileBytes, LockUntil
from quire.aws.journal import Journal, Lock, Stored
from quire.aws.layout import archive_segment_key, log_key
from quire.domain.errors import CorruptError, NotFoundError
from quire.domain.ids import SegmentId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 8 * 1024 * 1024


class ArchiveObjects:
    """Writes and reads them. ``log_lock`` is how long the log's files are locked: as long as what they prove."""

    def __init__(self, client: S3Client, bucket: str, log_lock: Lock) -> None:
        self._client = client
        self.bucket = bucket
        self._objects = Journal(client, bucket, log_lock)

    def put_segment(
        self,
        tenant: TenantId,
        where: tuple[str, str, SegmentId],
        file: FileBytes,
        lock: tuple[Literal["GOVERNANCE", "COMPLIANCE"], datetime],
        now: datetime,
    ) -> Blob:
        """Store a sealed segment; ``where`` is (retention class, day, id), ``lock`` its mode and end. Twice is once."""
        blobs = Blobs(self._client, self.bucket, LockUntil(*lock))
        return blobs.put(archive_segment_key(tenant, *where), file, now)

    def fetch(self, key: str, version_id: str | None, into: Path) -> FileBytes:
        """An object onto disk, piece by piece.

        Raises:
            NotFoundError, UnavailableError: it cannot be had.
        """
        from quire.aws.blobs import file_bytes

        size = self._objects.size(key, version_id)
        with into.open("wb") as file:
            for offset in range(0, size, _CHUNK):
                file.write(self._objects.read_range(key, version_id, offset, min(_CHUNK, size - offset)))
        return file_bytes(into)

    def read(self, key: str, version_id: str | None = None) -> bytes:
        """A whole object. Raises as :meth:`fetch`."""
        return self._objects.read(key, version_id)

    def read_range(self, key: str, version_id: str | None, offset: int, length: int) -> bytes:
        """A part of an object. Raises as :meth:`fetch`."""
        return self._objects.read_range(key, version_id, offset, length)

    def size(self, key: str, version_id: str | None = None) -> int:
        """Bytes of an object. Raises as :meth:`fetch`."""
        return self._objects.size(key, version_id)

    def put_log(self, tenant: TenantId, files: Mapping[str, bytes], now: datetime) -> list[Stored]:
        """Store files of the log, by path; each may be there already, with the same bytes.

        Raises:
            CorruptError: other bytes lie there: the log was forked, or tampered with.
            UnavailableError: nothing is known about a write.
        """
        stored: list[Stored] = []
        for path, data in files.items():
            put = self._objects.put(log_key(tenant, path), data, now)
            if not put.created and self._objects.read(put.key, put.version_id) != data:
                raise CorruptError(f"the log's file {path} holds other bytes")
            stored.append(put)
        return stored

    def log_files(self, tenant: TenantId, under: str) -> Iterator[str]:
        """Paths of the log's files that begin with ``under``. Raises ``UnavailableError``."""
        for key in self._objects.keys(log_key(tenant, under)):
            yield key.removeprefix(log_key(tenant, ""))

    def log_file(self, tenant: TenantId, path: str) -> bytes | None:
        """A file of the log, if it is there."""
        try:
            return self._objects.read(log_key(tenant, path))
        except NotFoundError:
            return None
