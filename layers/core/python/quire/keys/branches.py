"""Branch keys: one data key a tenant and month, made under the tenant's KMS key and cached in the process.

Subject keys are wrapped by the branch key of the month in which they are made, so KMS is asked once a tenant, month and
process, never for a message.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from quire.aws.data_keys import DataKeys
from quire.aws.key_rows import BranchRow, KeyRows
from quire.domain.errors import CorruptError
from quire.domain.ids import TenantId

KeyArnOf = Callable[[TenantId], str]
"""The KMS key of a tenant. Raises ``NotFoundError`` where there is no such tenant."""


class BranchKeys:
    """Makes and opens branch keys."""

    def __init__(self, rows: KeyRows, data_keys: DataKeys, key_arn_of: KeyArnOf) -> None:
        self._rows = rows
        self._data_keys = data_keys
        self._key_arn_of = key_arn_of
        self._open: dict[tuple[TenantId, str], bytes] = {}

    def current(self, tenant: TenantId, now: datetime) -> tuple[str, bytes]:
        """The month's period (``yyyy-mm``) and its key, made unless it is there.

        Raises:
            UnavailableError, GoneError: it cannot be had.
        """
        period = f"{now.astimezone(UTC):%Y-%m}"
        known = self._open.get((tenant, period))
        if known is not None:
            return period, known
        if self._rows.branch(tenant, period) is None:
            arn = self._key_arn_of(tenant)
            made = self._data_keys.make(arn, _context(tenant, period))
            if self._rows.put_branch(tenant, BranchRow(period, arn, made.wrapped)):
                self._open[tenant, period] = made.plain
        return period, self.of(tenant, period)

    def of(self, tenant: TenantId, period: str) -> bytes:
        """The branch key of a period that something was wrapped in.

        Raises:
            CorruptError: there never was one.
            UnavailableError, GoneError: it cannot be had.
        """
        known = self._open.get((tenant, period))
        if known is None:
            row = self._rows.branch(tenant, period)
            if row is None:
                raise CorruptError("a subject's key names a branch key that is not there")
            known = self._open[tenant, period] = self._data_keys.open(
                row.key_arn, row.wrapped, _context(tenant, period)
            )
        return known


def _context(tenant: TenantId, period: str) -> dict[str, str]:
    return {"quire:tenant": tenant, "quire:branch": period}
