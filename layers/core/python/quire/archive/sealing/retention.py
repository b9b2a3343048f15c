"""How long what is sealed stays locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

EARLIEST = date(1995, 1, 1)
"""No platform we read is older: a message dated before was dated by a clock that was wrong."""
_LEAST = timedelta(days=1)


@dataclass(frozen=True)
class RetentionClass:
    """``days`` count from when a message was sent."""

    name: str
    days: int
    mode: Literal["GOVERNANCE", "COMPLIANCE"]

    def retain_until(self, day: str, captured_at: datetime, now: datetime) -> datetime:
        """When the lock of a segment of ``day`` (``yyyy-mm-dd``) ends, captured last at ``captured_at``.

        A day that cannot be (long before chat, or after its capture) counts from the capture: a wrong clock shall
        neither end a lock at once nor make one that outlives everybody. A lock lasts at least a day from ``now``.
        """
        captured = captured_at.astimezone(UTC).date()
        sent = date.fromisoformat(day)
        start = sent if EARLIEST <= sent <= captured + timedelta(days=1) else captured
        until = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=self.days + 1)
        return max(until, now.astimezone(UTC).replace(microsecond=0) + _LEAST)
