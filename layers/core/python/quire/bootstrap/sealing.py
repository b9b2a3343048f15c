"""The use cases that seal: journal segments into the archive, and their manifests under a signed checkpoint."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from quire.archive.sealing.publish import LogPublisher
    from quire.archive.sealing.retention import RetentionClass
    from quire.archive.sealing.seal import Sealer, Sealing
    from quire.archive.segment_reader import SegmentReader

TIME_FOR_ONE = 300_000
"""Milliseconds that one run takes at most; a call that has less left leaves the rest to the next."""
_LEASE_SECONDS = 900


def plan(event: Mapping[str, Any]) -> list[str]:
    """Tenants whose journal is to be looked at: ``{"tenantId"?}``, without one all that have a journal."""
    from quire.bootstrap.archive import journal

    asked = event.get("tenantId")
    return [str(asked)] if asked else sorted(journal().tenants())


def seal(event: Mapping[str, Any], milliseconds_left: Callable[[], int]) -> dict[str, Any]:
    """Seal a tenant's journal run by run while there is time, and publish its log: ``{"tenantId"}``.

    Gives ``{"tenantId", "runs": [counts], "logSize", "busy", "more"}``; ``busy``: somebody else is at it.

    Raises:
        CorruptError: what goes in does not come out, or the log does not fit what was published: an alarm, no retry.
        UnavailableError: an effect did not happen; call again.
    """
    from quire.bootstrap.outbound import leases

    tenant = TenantId(event["tenantId"])
    lease = leases().take(f"seal {tenant}", _LEASE_SECONDS)
    if lease is None:
        return {"tenantId": tenant, "runs": [], "logSize": 0, "busy": True, "more": False}
    try:
        runs, more = _runs(tenant, milliseconds_left)
        checkpoint = publisher().publish(tenant, datetime.now(UTC))
    finally:
        leases().free(lease)
    size = checkpoint.size if checkpoint else 0
    told = [asdict(run) for run in runs]
    return {"tenantId": tenant, "runs": told, "logSize": size, "busy": False, "more": more}


def _runs(tenant: TenantId, milliseconds_left: Callable[[], int]) -> tuple[list[Sealing], bool]:
    runs: list[Sealing] = []
    while milliseconds_left() > TIME_FOR_ONE:
        done = sealer().seal(tenant, datetime.now(UTC))
        if done is None:
            return runs, False
        runs.append(done)
    return runs, True


@cache
def publisher() -> LogPublisher:
    """Publishes logs, signed by the deployment's key."""
    from quire.archive.sealing.publish import LogPublisher
    from quire.aws.log_keys import LogKey
    from quire.bootstrap.evidence import log_key_of, sealed_of
    from quire.config import settings

    aws = patient()
    sealed = sealed_of(aws)
    key = LogKey(aws.kms, settings().need("log_key_arn"))
    return LogPublisher(sealed.ledger, sealed.objects, log_key_of, key.sign)


@cache
def sealer() -> Sealer:
    """Seals journals."""
    from quire.archive.sealing.seal import Sealer
    from quire.archive.sealing.sealed_segments import SealedSegments
    from quire.bootstrap.archive import journal
    from quire.bootstrap.evidence import sealed_of
    from quire.bootstrap.keys import sealing

    folder = Path(tempfile.mkdtemp(prefix="quire-sealing-"))
    sealed, kept = sealed_of(patient()), _standard()
    segments = SealedSegments(
        sealed.objects, lambda tenant: sealing().for_sealing(tenant, ()), {kept.name: kept}, folder
    )
    return Sealer(journal(), _open_segment, sealed.ledger, segments, lambda _: lambda _: kept, folder)


def _open_segment(tenant: TenantId, key: str, version_id: str) -> SegmentReader:
    """A journal segment by range, its frames opened with the keys that its footer names."""
    from quire.archive.segment_reader import Source, open_segment
    from quire.bootstrap.archive import journal
    from quire.bootstrap.keys import sealing

    held = journal()
    source = Source(held.size(key, version_id), lambda at, length: held.read_range(key, version_id, at, length))
    return open_segment(source, tenant, sealing())


def _standard() -> RetentionClass:
    """The one retention class there is until policies name others."""
    from quire.archive.sealing.retention import RetentionClass
    from quire.bootstrap.archive import lock_of
    from quire.config import settings

    known = settings()
    lock = lock_of(known.archive_lock_mode, known.archive_lock_days)
    return RetentionClass("standard", lock.days, lock.mode)
