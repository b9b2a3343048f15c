"""The bucket of files in the clear that are being handed over: no history, and nothing in it outlives two days.

A copy appears whole or not at all: what raises while it is written leaves nothing. Beside a copy that takes long lies a
note of how it stands (``....state``).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from botocore.exceptions import ClientError

from quire.aws.errors import code_of, translated
from quire.domain.errors import CorruptError, UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART_BYTES = 8 * 1024 * 1024
"""What is in memory of a copy; a larger one goes in parts of this size."""
State = Literal["begun", "corrupt", "failed"]
"""``corrupt``: what is stored is not what was sent. ``failed``: asking again may help."""
_NOTE = ".state"
_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Standing:
    """How a copy stands: ``ready``, or what was noted of it, and when."""

    ready: bool
    state: State | None = None
    noted_at: datetime | None = None


class HandOvers:
    """Writes and points to copies. Keys come from :func:`quire.aws.layout.hand_over_key`."""

    def __init__(self, client: S3Client, bucket: str, part_bytes: int = PART_BYTES) -> None:
        self._client = client
        self._bucket = bucket
        self._part_bytes = part_bytes

    def look(self, key: str) -> Standing:
        """How a copy stands; it is listed, because of what is not there S3 only tells who may list.

        Raises:
            UnavailableError: S3 did not answer.
        """
        with translated("s3 ListObjectsV2"):
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=2)
        there = {entry["Key"]: entry["LastModified"] for entry in answer.get("Contents", ())}
        if key in there:
            return Standing(ready=True)
        noted_at = there.get(key + _NOTE)
        return Standing(ready=False) if noted_at is None else Standing(False, self._noted(key), noted_at)

    def note(self, key: str, state: State, *, first: bool = False) -> bool:
        """Note how a copy stands; ``False``, and nothing written, where ``first`` and somebody was faster.

        Raises:
            UnavailableError: nothing is known about the write.
        """
        condition = {"IfNoneMatch": "*"} if first else {}
        with translated("s3 PutObject"):
            try:
                self._client.put_object(Bucket=self._bucket, Key=key + _NOTE, Body=state.encode(), **condition)  # type: ignore[arg-type]
            except ClientError as error:
                if code_of(error) == "PreconditionFailed":
                    return False
                raise
        return True

    def put(self, key: str, pieces: Iterable[bytes]) -> None:
        """Store a copy once the last piece has come; whatever the pieces raise leaves nothing of it.

        Raises:
            UnavailableError: nothing is known about the write.
        """
        parts = _parts(pieces, self._part_bytes)
        first, only = next(parts)
        if only:
            with translated("s3 PutObject"):
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=first, ContentType=_TYPE, ChecksumSHA256=_checksum(first)
                )
            return
        rest = chain([first], (part for part, _ in parts))
        del first  # else it is held to the end
        self._in_parts(key, rest)

    def link(self, key: str, headers: dict[str, str], seconds: int) -> str:
        """An address under which anybody reads the copy for ``seconds``, or as long as these credentials live.

        ``headers`` are answer headers as ``GetObject`` names them (``ResponseContentDisposition``).
        """
        params = {"Bucket": self._bucket, "Key": key, **headers}
        return str(self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds))

    def _noted(self, key: str) -> State:
        with translated("s3 GetObject"):
            said = self._client.get_object(Bucket=self._bucket, Key=key + _NOTE)["Body"].read()
        state = said.decode("ascii", "replace")
        if state not in get_args(State):
            raise CorruptError("a hand-over's note says what none of ours says")
        return cast("State", state)

    def _in_parts(self, key: str, parts: Iterable[bytes]) -> None:
        with translated("s3 CreateMultipartUpload"):
            upload = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=key, ContentType=_TYPE, ChecksumAlgorithm="SHA256"
            )["UploadId"]
        where: dict[str, Any] = {"Bucket": self._bucket, "Key": key, "UploadId": upload}
        finished = False
        try:
            done = [self._part(where, number, data) for number, data in enumerate(parts, start=1)]
            with translated("s3 CompleteMultipartUpload"):
                self._client.complete_multipart_upload(**where, MultipartUpload={"Parts": done})
            finished = True
        finally:
            if not finished:
                with suppress(UnavailableError), translated("s3 AbortMultipartUpload"):
                    self._client.abort_multipart_upload(**where)

    def _part(self, where: dict[str, Any], number: int, data: bytes) -> Any:
        checksum = _checksum(data)
        with translated("s3 UploadPart"):
            answer = self._client.upload_part(**where, PartNumber=number, Body=data, ChecksumSHA256=checksum)
        return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}


def _checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def _parts(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in parts of ``size``, the last one of what is left; each with whether it is the last."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > size:
            yield bytes(memoryview(waiting)[:size]), False
            del waiting[:size]
    yield bytes(waiting), True
