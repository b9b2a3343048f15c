"""Appends to the audit trail. Writers race for a chain's head; whoever loses reads it again and follows the winner."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from ulid import ULID

from quire.audit.entries import Act, Head, genesis, link
from quire.aws.audit_table import AuditTable
from quire.domain.errors import UnavailableError

_TRIES = 12
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.4


class AuditTrail:
    """The trail of any tenant its table's credentials reach."""

    def __init__(self, table: AuditTable, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._table = table
        self._sleep = sleep

    def append(self, act: Act) -> str:
        """Write one entry; its hash.

        Raises:
            UnavailableError: it is not written, or nobody knows: what was asked must not be answered.
        """
        day, pause = act.at[:10], _FIRST_PAUSE
        for _ in range(_TRIES):
            stored = self._table.head(act.tenant_id, day)
            head = genesis(act.tenant_id, day) if stored is None else Head(*stored)
            entry_id = str(ULID())
            entry = link(act, entry_id, head)
            if self._table.append(act.tenant_id, day, entry_id, entry, stored, (head.count + 1, entry.hash)):
                return entry.hash
            self._sleep(random.uniform(0, pause))  # noqa: S311 - spreads writers, guards nothing
            pause = min(2 * pause, _LONGEST_PAUSE)
        raise UnavailableError("the audit trail could not be written")
