"""The bytes of attachments in the locked archive bucket, streamed from disk: memory does not grow with the file.

A blob's key says what its bytes hash to, so the same bytes written twice are one object; the second writer only sees to
it that the lock lasts as long as its own retention asks for.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, cast

from botocore.exceptions import ClientError

from quire.aws.errors import code_of, translated
from quire.domain.errors import CorruptError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART_BYTES = 64 * 1024 * 1024
"""A larger file goes in parts of this size; S3's checksum is then one of the parts' checksums."""
PIECE_BYTES = 8 * 1024 * 1024
"""What is read at once."""
_READ_BYTES = 1024 * 1024
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound"})
_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class FileBytes:
    """A file on disk: its ``size`` and what all of it hashes to (``sha256``, hex)."""

    path: Path
    sha256: str
    size: int


class Locks(Protocol):
    """Object Lock of what is written: see :class:`quire.aws.journal.Lock`."""

    @property
    def mode(self) -> Literal["GOVERNANCE", "COMPLIANCE"]:
        """As S3 names it."""
        ...

    def until(self, now: datetime) -> datetime:
        """Retain-until date of an object written ``now``."""
        ...


@dataclass(frozen=True)
class LockUntil:
    """Nobody can delete or change the version before ``date`` (aware)."""

    mode: Literal["GOVERNANCE", "COMPLIANCE"]
    date: datetime

    def until(self, now: datetime) -> datetime:  # noqa: ARG002 - the date is fixed
        """The date."""
        return self.date


@dataclass(frozen=True)
class Blob:
    """An object version. ``created`` is false when it was there before."""

    key: str
    version_id: str
    created: bool


def file_bytes(path: Path) -> FileBytes:
    """A file, read once."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileBytes(path, digest, path.stat().st_size)


class Blobs:
    """Writes and points to blobs. Keys come from :func:`quire.aws.layout.blob_key`."""

    def __init__(self, client: S3Client, bucket: str, lock: Locks, part_bytes: int = PART_BYTES) -> None:
        self._client = client
        self.bucket = bucket
        self._lock = lock
        self._part_bytes = part_bytes

    def put(self, key: str, file: FileBytes, now: datetime) -> Blob:
        """Store a file under lock from ``now`` (aware) on, unless it is there. Twice is once.

        Raises:
            UnavailableError: nothing is known about the write; what was uploaded of it is given up.
        """
        there = self._extended(key, now)
        if there is not None:
            return there
        version = self._in_parts(key, file, now) if file.size > self._part_bytes else self._whole(key, file, now)
        if version is not None:
            return Blob(key, version, created=True)
        there = self._extended(key, now)
        if there is None:
            raise UnavailableError("s3 PutObject: somebody else's write was hidden meanwhile")
        return there

    def pieces(self, key: str, version_id: str | None) -> Iterator[bytes]:
        """A blob's bytes in order, at most ``PIECE_BYTES`` at once, each asked for when it is wanted.

        Raises:
            NotFoundError: there is no such object or version.
            CorruptError: it has no bytes, which no stored blob of ours is like.
            UnavailableError: S3 did not answer.
        """
        at, size = 0, 1
        while at < size:
            piece, size = self._range(key, version_id, at)
            at += len(piece)
            yield piece

    def _range(self, key: str, version_id: str | None, at: int) -> tuple[bytes, int]:
        """Bytes from ``at``, and how many there are in all."""
        version: Any = {} if version_id is None else {"VersionId": version_id}
        asked = f"bytes={at}-{at + PIECE_BYTES - 1}"
        with translated("s3 GetObject"):
            try:
                answer = self._client.get_object(Bucket=self.bucket, Key=key, Range=asked, **version)
            except ClientError as error:
                if code_of(error) == "InvalidRange":
                    raise CorruptError("a blob has no bytes, or fewer than before") from error
                if code_of(error) not in _GONE:
                    raise
                raise NotFoundError("the blob is not there") from error
            return answer["Body"].read(), int(answer["ContentRange"].rpartition("/")[2])

    def link(self, key: str, version_id: str | None, headers: dict[str, str], seconds: int) -> str:
        """An address under which anybody reads the object for ``seconds``, or as long as these credentials live.

        ``headers`` are answer headers as ``GetObject`` names them (``ResponseContentDisposition``).
        """
        version = {} if version_id is None else {"VersionId": version_id}
        params = {"Bucket": self.bucket, "Key": key, **version, **headers}
        return str(self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds))

    def _extended(self, key: str, now: datetime) -> Blob | None:
        """The object that is there, its lock long enough for a write of ``now``; ``None`` where there is none."""
        with translated("s3 HeadObject"):
            try:
                head = self._client.head_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if code_of(error) not in _GONE:
                    raise
                return None
        until, locked = self._lock.until(now), head.get("ObjectLockRetainUntilDate")
        if locked is None or locked < until - timedelta(hours=1):
            with translated("s3 PutObjectRetention"):
                self._client.put_object_retention(
                    Bucket=self.bucket,
                    Key=key,
                    VersionId=head["VersionId"],
                    Retention={"Mode": self._lock.mode, "RetainUntilDate": until},
                )
        return Blob(key, head["VersionId"], created=False)

    def _whole(self, key: str, file: FileBytes, now: datetime) -> str | None:
        """The new version; ``None`` when somebody else was faster."""
        with file.path.open("rb") as body, translated("s3 PutObject"):
            try:
                answer = self._client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=body,
                    ContentLength=file.size,
                    ChecksumSHA256=base64.b64encode(bytes.fromhex(file.sha256)).decode(),
                    IfNoneMatch="*",
                    **self._locked(now),
                )
            except ClientError as error:
                if code_of(error) == "PreconditionFailed":
                    return None
                raise
        return answer["VersionId"]

    def _in_parts(self, key: str, file: FileBytes, now: datetime) -> str | None:
        """As :meth:`_whole`. The bucket ends what a killed process left unfinished."""
        with translated("s3 CreateMultipartUpload"):
            upload = self._client.create_multipart_upload(Bucket=self.bucket, Key=key, **self._locked(now))["UploadId"]
        where: dict[str, Any] = {"Bucket": self.bucket, "Key": key, "UploadId": upload}
        finished = False
        try:
            with file.path.open("rb") as body:
                parts = [self._part(where, number, part) for number, part in self._parts(body, file.size)]
            version = self._completed(where, parts)
            finished = version is not None
        finally:
            if not finished:
                self._give_up(where)
        return version

    def _completed(self, where: dict[str, Any], parts: list[Any]) -> str | None:
        with translated("s3 CompleteMultipartUpload"):
            try:
                answer = self._client.complete_multipart_upload(
                    **where, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
                )
            except ClientError as error:
                if code_of(error) == "PreconditionFailed":
                    return None
                raise
        return str(answer["VersionId"])

    def _parts(self, body: BinaryIO, size: int) -> Iterator[tuple[int, _Part]]:
        for number, start in enumerate(range(0, size, self._part_bytes), start=1):
            yield number, _Part(body, start, min(self._part_bytes, size - start))

    def _part(self, where: dict[str, Any], number: int, part: _Part) -> Any:
        checksum = base64.b64encode(part.sha256()).decode()
        with translated("s3 UploadPart"):
            answer = self._client.upload_part(
                **where,
                PartNumber=number,
                Body=cast("IO[bytes]", part),
                ContentLength=part.size,
                ChecksumSHA256=checksum,
            )
        return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}

    def _give_up(self, where: dict[str, Any]) -> None:
        with suppress(UnavailableError), translated("s3 AbortMultipartUpload"):
            self._client.abort_multipart_upload(**where)

    def _locked(self, now: datetime) -> Any:
        return {
            "ContentType": _TYPE,
            "ChecksumAlgorithm": "SHA256",
            "ObjectLockMode": self._lock.mode,
            "ObjectLockRetainUntilDate": self._lock.until(now).astimezone(UTC),
        }


class _Part:
    """A stretch of an open file, as a file of its own: what boto3 sends, and goes back in when it tries again."""

    def __init__(self, body: BinaryIO, start: int, size: int) -> None:
        self._body = body
        self._start = start
        self._at = 0
        self.size = size
        self.seek(0)

    def sha256(self) -> bytes:
        """What the stretch hashes to."""
        digest = hashlib.sha256()
        while data := self.read(_READ_BYTES):
            digest.update(data)
        self.seek(0)
        return digest.digest()

    def read(self, most: int = -1) -> bytes:
        """The next bytes, none at the end."""
        left = self.size - self._at
        self._body.seek(self._start + self._at)
        data = self._body.read(left if most is None or most < 0 else min(most, left))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go on at a place; as of any file."""
        self._at = max(0, min(self.size, offset + (0, self._at, self.size)[whence]))
        return self._at

    def tell(self) -> int:
        """Where it goes on."""
        return self._at

    def __len__(self) -> int:
        return self.size
