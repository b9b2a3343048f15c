"""A batch of copies to make, as SQS hands it to a function.

A copy that could not be made is not tried again by itself: nobody waits for it any more, and whoever does asks again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from quire.archive.attachments.hand_over import FileHandOver
from quire.aws.hand_over_queue import read_copy
from quire.domain.errors import CorruptError
from quire.domain.ids import TenantId

_log = logging.getLogger(__name__)


@dataclass
class Copies:
    """How the work of a batch ended: ``made``, ``corrupt``, ``failed``."""

    endings: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, int]:
        """What is counted of every batch, by metric name."""
        return {f"copies_{ending}": self.endings[ending] for ending in ("made", "corrupt", "failed")}


def make_copies(event: Mapping[str, Any], of: Callable[[TenantId], FileHandOver]) -> Copies:
    """Make all copies; one that cannot be made fails alone."""
    batch = Copies()
    for record in event.get("Records", ()):
        try:
            wanted = read_copy(record["body"])
            of(wanted.tenant_id).prepare(wanted)
            batch.endings["made"] += 1
        except Exception as error:  # noqa: BLE001 - the process edge: one file's fault is not its neighbours'
            batch.endings["corrupt" if isinstance(error, CorruptError) else "failed"] += 1
            # Only its class: its text may quote a customer.
            _log.error("a copy was not made", extra={"work": record["messageId"], "error": type(error).__name__})
    return batch
