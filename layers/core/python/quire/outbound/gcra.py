"""A bucket as one number: the mark up to which its calls are spoken for (generic cell rate algorithm).

A call moves the mark one step on from where it stands, or from now. It may go once the mark is no further ahead of now
than the room. All times are whole microseconds since 1970, so that nothing is lost by rounding.
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from math import ceil
from typing import Literal, NamedTuple

from quire.domain.calls import Limit

MICRO = 1_000_000
Priority = Literal["live", "backfill"]


class Shape(NamedTuple):
    """``step``: from one call to the next. ``burst``: calls that may go at once. ``reserve``: those kept for live."""

    step: int
    burst: int
    reserve: int

    @property
    def room(self) -> int:
        """How far ahead of now the mark may stand when a call goes."""
        return self.burst * self.step

    def ahead(self, priority: Priority, longest: float) -> int:
        """How far ahead the mark may be moved: by live calls to wait there, by backfill only into what is left.

        ``longest`` is the longest wait in seconds.
        """
        if priority == "live":
            return self.room + int(longest * MICRO)
        return self.room - self.reserve * self.step

    def wait(self, mark: int, now: int) -> float:
        """Seconds until the call may go that moved the mark there."""
        return max(0, mark - self.room - now) / MICRO


def shape(limit: Limit) -> Shape:
    """The bucket that never lets more than ``limit.calls`` go in any ``limit.seconds``."""
    burst = max(1, min(limit.burst, (limit.calls + 1) // 2))
    step = ceil(limit.seconds * MICRO / (limit.calls - burst + 1))
    return Shape(step, burst, burst // 2)
