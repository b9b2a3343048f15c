"""The locked bucket: journal segments, deliveries too large for the stream, quarantined records.

Every write names its SHA-256, its retention, and that nothing may be there yet (``If-None-Match: *``): S3 refuses bytes
that changed on the way, an object without a lock, and a second write. Every read of evidence names the version.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from quire.aws.errors import code_of, translated
from quire.aws.layout import (
    deliveries_prefix,
    delivery_key,
    journal_prefix,
    quarantine_key,
    quarantine_prefix,
)
from quire.domain.errors import NotFoundError, UnavailableError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound"})


@dataclass(frozen=True)
class Lock:
    """Object Lock of a write: nobody can delete or change the version before ``days`` have passed."""

    mode: Literal["GOVERNANCE", "COMPLIANCE"]
    days: int

    def until(self, now: datetime) -> datetime:
        """Retain-until date of an object written ``now`` (aware)."""
        return now.astimezone(UTC) + timedelta(days=self.days)


@dataclass(frozen=True)
class Stored:
    """An object version. ``sha256`` (hex) is of its bytes; ``created`` is false when it was there before."""

    bucket: str
    key: str
    version_id: str
    sha256: str
    created: bool


@dataclass(frozen=True)
class Listed:
    """One object of a listing; ``size`` in bytes."""

    key: str
    version_id: str
    size: int
    at: datetime


class Journal:
    """Objects of the locked bucket."""

    def __init__(self, client: S3Client, bucket: str, lock: Lock) -> None:
        self._client = client
        self.bucket = bucket
        self._lock = lock

    def put(self, key: str, data: bytes, now: datetime, content_type: str = "application/octet-stream") -> Stored:
        """Write a locked object, unless one is there: then that one's version and hash are returned.

        ``key`` comes from :mod:`quire.aws.layout`; ``now`` is aware and starts the retention.

        Raises:
            UnavailableError: nothing is known about the write.
        """
        digest = hashlib.sha256(data).digest()
        with translated("s3 PutObject"):
            try:
                answer = self._client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=data,
                    ContentType=content_type,
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=base64.b64encode(digest).decode(),
                    IfNoneMatch="*",
                    ObjectLockMode=self._lock.mode,
                    ObjectLockRetainUntilDate=self._lock.until(now),
                )
            except ClientError as error:
                if code_of(error) != "PreconditionFailed":
                    raise
                return self._existing(key)
        return Stored(self.bucket, key, answer["VersionId"], digest.hex(), created=True)

    def put_delivery(self, tenant: TenantId, sha256: str, data: bytes, now: datetime, suffix: str = "") -> Stored:
        """Keep a delivery (or, with a ``suffix``, what belongs to it) that is too large for the stream."""
        return self.put(delivery_key(tenant, now, sha256, suffix), data, now)

    def put_quarantine(
        self, tenant: TenantId | None, day: datetime, place: tuple[str, str], record: bytes, why: bytes, now: datetime
    ) -> str:
        """Keep a record that could not be archived, then why (JSON); the key without its ending.

        ``place`` is (shard, sequence); ``day`` is when the stream took the record.
        """
        key = quarantine_key(tenant, day, *place)
        self.put(f"{key}.bin", record, now)
        self.put(f"{key}.json", why, now, "application/json")
        return key

    def read(self, key: str, version_id: str | None = None) -> bytes:
        """A whole object.

        Raises:
            NotFoundError: there is no such object or version.
            UnavailableError: S3 did not answer.
        """
        return self._get(key, version_id, {})

    def read_range(self, key: str, version_id: str | None, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``; fewer where the object ends sooner. Raises as :meth:`read`."""
        return self._get(key, version_id, {"Range": f"bytes={offset}-{offset + length - 1}"})

    def size(self, key: str, version_id: str | None = None) -> int:
        """Bytes of an object. Raises as :meth:`read`."""
        return int(self._head(key, version_id)["ContentLength"])

    def segments(self, tenant: TenantId, under: str = "", since: str = "") -> Iterator[Listed]:
        """All versions of a tenant's journal segments in order of key.

        ``under`` narrows to ``yyyy/mm/dd``, ``since`` (:func:`quire.aws.layout.journal_hour`) to an hour and later.
        """
        return self._versions(f"{journal_prefix(tenant)}{under}", ".qrs", **({"KeyMarker": since} if since else {}))

    def quarantined(self, tenant: TenantId | None) -> Iterator[Listed]:
        """The reasons (``.json``) of what lies in quarantine, in order of day."""
        return self._versions(quarantine_prefix(tenant), ".json")

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys of the objects whose keys begin with ``prefix``, in order; what a delete marker hides is left out."""
        for page in self._list("list_objects_v2", Prefix=prefix):
            yield from (str(entry["Key"]) for entry in page.get("Contents", []))

    def tenants(self) -> Iterator[str]:
        """Ids of all tenants that have anything here."""
        for page in self._list("list_objects_v2", Prefix="t/", Delimiter="/"):
            for entry in page.get("CommonPrefixes", []):
                yield str(entry["Prefix"]).split("/")[1]

    def is_delivery_of(self, tenant: TenantId, bucket: str, key: str) -> bool:
        """Whether a pointer leads to one of this tenant's deliveries and nowhere else."""
        return bucket == self.bucket and key.startswith(deliveries_prefix(tenant))

    def is_segment_of(self, tenant: TenantId, bucket: str, key: str) -> bool:
        """Whether a pointer leads to one of this tenant's segments and nowhere else."""
        return bucket == self.bucket and key.startswith(journal_prefix(tenant))

    def _existing(self, key: str) -> Stored:
        try:
            head = self._head(key, None)
        except NotFoundError as error:  # hidden by a delete marker since: the next try writes a new version
            raise UnavailableError("s3 HeadObject: the object was hidden meanwhile") from error
        sha256 = base64.b64decode(head.get("ChecksumSHA256", "")).hex()
        return Stored(self.bucket, key, head["VersionId"], sha256, created=False)

    def _head(self, key: str, version_id: str | None) -> Any:
        with translated("s3 HeadObject"):
            try:
                return self._client.head_object(
                    Bucket=self.bucket, Key=key, ChecksumMode="ENABLED", **_version(version_id)
                )
            except ClientError as error:
                if code_of(error) not in _GONE:
                    raise
                raise NotFoundError(f"no object {key}") from error

    def _get(self, key: str, version_id: str | None, extra: dict[str, Any]) -> bytes:
        with translated("s3 GetObject"):
            try:
                answer = self._client.get_object(Bucket=self.bucket, Key=key, **_version(version_id), **extra)
            except ClientError as error:
                if code_of(error) not in _GONE:
                    raise
                raise NotFoundError(f"no object {key}") from error
            return answer["Body"].read()

    def _versions(self, prefix: str, ending: str, **query: str) -> Iterator[Listed]:
        for page in self._list("list_object_versions", Prefix=prefix, **query):
            for entry in page.get("Versions", []):
                if entry["Key"].endswith(ending):
                    yield Listed(entry["Key"], entry["VersionId"], entry["Size"], entry["LastModified"])

    def _list(self, operation: Any, **query: Any) -> Iterator[Any]:
        pages = iter(self._client.get_paginator(operation).paginate(Bucket=self.bucket, **query))
        while True:
            with translated(f"s3 {operation}"):
                page = next(pages, None)
            if page is None:
                return
            yield page


def _version(version_id: str | None) -> dict[str, Any]:
    return {} if version_id is None else {"VersionId": version_id}
