"""Records that cannot be archived: kept whole under lock with the reason, counted, and put back when they can be read.

A quarantined record is two objects: ``….bin``, the stream record's bytes, and ``….json``, why (:class:`Reason`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from quire.archive.batch import StreamRecord
from quire.aws.journal import Journal
from quire.domain.delivery import DeliveryHeader
from quire.domain.errors import QuireError
from quire.domain.ids import TenantId, is_tenant_id
from quire.domain.time import from_datetime


class UnreadableError(QuireError):
    """A record that cannot become events. ``reason`` is one of a few words, for counting; ``detail`` holds no text."""

    slug = "unreadable"

    def __init__(self, reason: str, detail: str, tenant: TenantId | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.tenant = tenant


@dataclass(frozen=True)
class Quarantined:
    """A record in quarantine; ``key`` without its ending, ``arrived_at`` when the stream first took it."""

    key: str
    reason: str
    detail: str
    arrived_at: str


class Quarantine:
    """The tenant's part of the bucket where such records lie."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def keep(self, record: StreamRecord, why: UnreadableError, now: datetime) -> str:
        """Keep a record and why it is here; the key without its ending. Twice is once.

        Raises:
            UnavailableError: nothing is known about the writes; the record has to come again.
        """
        reason = {
            "schema": "quire.quarantine/1",
            "reason": why.reason,
            "detail": why.detail,
            "tenant_id": why.tenant,
            "shard": record.shard,
            "sequence": record.sequence,
            "arrived_at": from_datetime(record.arrived_at),
            "sha256": hashlib.sha256(record.data).hexdigest(),
            "size": len(record.data),
        }
        place = (record.shard, record.sequence)
        return self._journal.put_quarantine(
            why.tenant, record.arrived_at.astimezone(UTC), place, record.data, orjson.dumps(reason), now
        )

    def listed(self, tenant: TenantId | None) -> Iterator[Quarantined]:
        """What lies there, oldest day first; ``None``: the records that tell no tenant."""
        for found in self._journal.quarantined(tenant):
            reason = orjson.loads(self._journal.read(found.key, found.version_id))
            key = found.key.removesuffix(".json")
            yield Quarantined(key, reason["reason"], reason["detail"], reason["arrived_at"])

    def record(self, key: str) -> bytes:
        """The bytes of a quarantined record.

        Raises:
            NotFoundError: there is none.
        """
        return self._journal.read(f"{key}.bin")


def tenant_of(header: DeliveryHeader) -> TenantId:
    """The tenant a header names.

    Raises:
        UnreadableError: that is no tenant id.
    """
    if not is_tenant_id(header.tenant_id):
        raise UnreadableError("header", "the header names no tenant")
    return header.tenant_id
