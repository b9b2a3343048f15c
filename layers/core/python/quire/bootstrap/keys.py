"""Subjects' keys, by whichever identity asks: who seals makes missing ones, who reads does not."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.archive.ciphers import Ciphers
    from quire.aws.sessions import Aws
    from quire.domain.ids import TenantId
    from quire.keys.branches import KeyArnOf


def ciphers_of(aws: Aws, key_arn_of: KeyArnOf | None = None) -> Ciphers:
    """Seals and opens frames over these credentials; where the deployment has no keys, without any.

    ``key_arn_of`` gives a tenant's KMS key to whoever may make keys.
    """
    from quire.archive.ciphers import PlainFrames, SubjectCiphers
    from quire.aws.data_keys import DataKeys
    from quire.aws.key_rows import KeyRows
    from quire.config import settings
    from quire.keys.branches import BranchKeys
    from quire.keys.subjects import SubjectKeys

    table = settings().keys_table
    if not table:
        return PlainFrames()
    rows = KeyRows(aws.dynamodb, table)
    branches = BranchKeys(rows, DataKeys(aws.kms), key_arn_of or _makes_none)
    return SubjectCiphers(SubjectKeys(rows, branches, lambda: datetime.now(UTC)))


@cache
def sealing() -> Ciphers:
    """For functions that seal: they know which KMS key is a tenant's."""
    from quire.aws.control import Control
    from quire.config import settings

    aws = patient()
    if not settings().keys_table:
        return ciphers_of(aws)
    control = Control(aws.dynamodb, settings().need("control_table"))

    def key_arn_of(tenant: TenantId) -> str:
        from quire.domain.errors import UnavailableError

        known = control.tenant(tenant)
        if known is None or not known.key_arn:
            raise UnavailableError("the tenant has no key yet")
        return known.key_arn

    return ciphers_of(aws, key_arn_of)


@cache
def opening() -> Ciphers:
    """For functions that read what others sealed."""
    return ciphers_of(patient())


def _makes_none(tenant: TenantId) -> str:
    from quire.domain.errors import DeniedError

    raise DeniedError(f"who only reads makes no keys for {tenant}")
