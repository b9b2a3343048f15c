"""The use case that projects sealed segments into Parquet."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.archive.projection.project import Projected, Projector

TIME_FOR_ONE = 90_000
"""Milliseconds that one segment takes at most; a run that has less left leaves the rest to the next."""


@cache
def projector() -> Projector:
    """Projects logs."""
    from quire.archive.projection.project import Projector
    from quire.aws.log_marks import LogMarks
    from quire.aws.projection_objects import ProjectionObjects
    from quire.bootstrap.evidence import sealed_of
    from quire.config import settings

    known, aws = settings(), patient()
    sealed = sealed_of(aws)
    return Projector(
        ledger=sealed.ledger,
        objects=sealed.objects,
        open_frames=sealed.open_frames,
        projection=ProjectionObjects(aws.s3, known.need("projection_bucket")),
        marks=LogMarks(aws.dynamodb, known.need("ledger_table")),
        folder=Path(tempfile.mkdtemp(prefix="quire-projection-")),
    )


def project(event: Mapping[str, Any], milliseconds_left: Callable[[], int]) -> Projected:
    """Project what was published of a tenant's log: ``{"tenantId", "anew"?}``."""
    from quire.domain.ids import TenantId

    tenant = TenantId(event["tenantId"])
    return projector().project(
        tenant, lambda: datetime.now(UTC), lambda: milliseconds_left() > TIME_FOR_ONE, anew=bool(event.get("anew"))
    )
