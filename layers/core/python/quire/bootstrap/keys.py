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
    from quire.keys.subjects import SubjectKeys


def ciphers_of(aws: Aws, key_arn_of: KeyArnOf | None = None) -> Ciphers:
    """Seals and opens frames over these credentials; where the deployment has no keys, without any.

    ``key_arn_of`` gives a tenant's KMS key to whoever may make keys.
    """
    from quire.archive.ciphers import PlainFrames, SubjectCiphers
    from quire.config import settings

    return SubjectCiphers(subject_keys_of(aws, key_arn_of)) if settings().keys_table else PlainFrames()


def subject_keys_of(aws: Aws, key_arn_of: KeyArnOf | None = None) -> SubjectKeys:
    """Subjects' keys over these credentials. ``key_arn_of``: see :func:`ciphers_of`."""
    from quire.aws.data_keys import DataKeys
    from quire.aws.key_rows import KeyRows
    from quire.config import settings
    from quire.keys.branches import BranchKeys
    from quire.keys.subjects import SubjectKeys

    rows = KeyRows(aws.dynamodb, settings().need("keys_table"))
    branches = BranchKeys(rows, DataKeys(aws.kms), key_arn_of or _makes_none)
    return SubjectKeys(rows, branches, lambda: datetime.now(UTC))


@cache
def sealing_keys() -> SubjectKeys:
    """For functions that seal: they know which KMS key is a tenant's, and make missing keys."""
    from quire.aws.control import Control
    from quire.config import settings

    aws = patient()
    control = Control(aws.dynamodb, settings().need("control_table"))

    def key_arn_of(tenant: TenantId) -> str:
        from quire.domain.errors import UnavailableError

        known = control.tenant(tenant)
        if known is None or not known.key_arn:
            raise UnavailableError("the tenant has no key yet")
        return known.key_arn

    return subject_keys_of(aws, key_arn_of)


@cache
def sealing() -> Ciphers:
    """For functions that seal frames."""
    from quire.archive.ciphers import PlainFrames, SubjectCiphers
    from quire.config import settings

    return SubjectCiphers(sealing_keys()) if settings().keys_table else PlainFrames()


@cache
def opening() -> Ciphers:
    """For functions that read what others sealed."""
    return ciphers_of(patient())


def _makes_none(tenant: TenantId) -> str:
    from quire.domain.errors import DeniedError

    raise DeniedError(f"who only reads makes no keys for {tenant}")
