"""A day in stretches of time, each small enough for one call. Pure.

What happened in a stretch and what the index has of it are compared with nothing beside them, so a day is looked at in
as many calls as it takes. Where it is cut follows from how much there is, not from how fast it goes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quire.domain.time import nanoseconds
from quire.search.mapping import indexable_time

MINUTES = 1_440
MOST_MESSAGES = 25_000
"""Messages of a stretch, about: with every one of them lost, writing them again takes minutes, not a call's quarter of
an hour. Those of one minute are never cut."""


@dataclass(frozen=True)
class Stretch:
    """Of a day (``yyyy-mm-dd``), from minute ``first`` to before minute ``until``."""

    day: str
    first: int = 0
    until: int = MINUTES

    def holds(self, timestamp: str) -> bool:
        """Whether a message sent then is one of it, as the index has it."""
        return self._edge(self.first) <= indexable_time(timestamp)[:16] < self._edge(self.until)

    def touches(self, first: str, last: str) -> bool:
        """Whether anything between these two timestamps may be of it."""
        begun, ended = indexable_time(first)[:16], indexable_time(last)[:16]
        return begun < self._edge(self.until) and ended >= self._edge(self.first)

    @property
    def bounds(self) -> tuple[int, int]:
        """Its first microsecond, and the first after it."""
        midnight = nanoseconds(f"{self.day}T00:00:00Z") // 1000
        return midnight + self.first * 60_000_000, midnight + self.until * 60_000_000

    def _edge(self, minute: int) -> str:
        return f"{self.day}T{minute // 60:02}:{minute % 60:02}"


def minute_of(day: str, timestamp: str) -> int:
    """Minutes since a day began; fewer than none before it."""
    return (nanoseconds(indexable_time(timestamp)) - nanoseconds(f"{day}T00:00:00Z")) // 60_000_000_000


def spread(day: str, first: str, last: str, events: int) -> dict[int, float]:
    """How many of a segment's events are of each minute of a day, were they spread evenly over its time."""
    low, high = minute_of(day, first), minute_of(day, last)
    share = events / (high - low + 1)
    return dict.fromkeys(range(max(low, 0), min(high, MINUTES - 1) + 1), share)


def edges(indexed: Mapping[int, float], archived: Iterable[Mapping[int, float]], most: float) -> list[int]:
    """Minutes at which a day is cut, its first and its last among them: so that each stretch has at most so many
    messages, by what the index has of each minute and by what segments have."""
    told: dict[int, float] = {}
    for each in archived:
        for minute, events in each.items():
            told[minute] = told.get(minute, 0) + events
    found, here, there = [0], 0.0, 0.0
    for minute in sorted({*indexed, *told}):
        here, there = here + indexed.get(minute, 0), there + told.get(minute, 0)
        if max(here, there) > most and minute > found[-1]:
            found.append(minute)
            here, there = indexed.get(minute, 0), told.get(minute, 0)
    return [*found, MINUTES]
