"""Which days are looked at, and to which day a message belongs. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from math import ceil

from quire.domain.time import from_datetime
from quire.search.mapping import FIRST_TIME, LAST_TIME, indexable_time
from quire.search.rebuilding.sources import FIRST_DAY, NO_DAY, Span

CAPTURED = "captured"
"""Not a day: what was captured lately, whenever it was sent."""
RECENT_DAYS = 3
"""Days that are looked at every time: today, and the two before."""
WITHIN_DAYS = 91
"""Every day is looked at at least once within so many daily runs."""
CAPTURED_SINCE = timedelta(days=2)
_FIRST, _LAST = FIRST_TIME[:10], LAST_TIME[:10]


def day_of(timestamp: str) -> str:
    """The day of a message sent at ``timestamp``, as the index has it: times that it cannot hold are the nearest that
    it can."""
    return indexable_time(timestamp)[:10]


def span_of(day: str) -> Span:
    """The days of the archive that a day of the index stands for."""
    return Span(FIRST_DAY if day <= _FIRST else day, NO_DAY if day >= _LAST else _next(day))


def indexed_day(day: str) -> str:
    """The day of the index that a day of the archive belongs to."""
    return min(max(day, _FIRST), _LAST)


def recent(now: datetime) -> list[str]:
    """Newest first."""
    return [from_datetime(now.astimezone(UTC) - timedelta(days=ago))[:10] for ago in range(RECENT_DAYS)]


def daily(known: Iterable[str], looked_at: Mapping[str, str], now: datetime) -> list[str]:
    """What a daily run looks at: what was captured lately, the recent days, and of all others that are ``known`` those
    that were ``looked_at`` (timestamps) longest ago, so that every one has its turn in time."""
    latest = recent(now)
    older = sorted({*known} - {*latest}, key=lambda day: (looked_at.get(day, ""), day))
    return [CAPTURED, *latest, *older[: ceil(len(older) / WITHIN_DAYS)]]


def since(known: Iterable[str], first: str) -> list[str]:
    """All known days from ``first`` on, in order: messages come before what happened to them."""
    return [*sorted(day for day in known if day >= first), CAPTURED]


def _next(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
