"""Waiting for one's turn: the platform's limits, shared by all workers, and the tenant's quota."""

import time
from collections.abc import Callable
from typing import NamedTuple

from quire.aws.layout import bucket_partition, quota_partition
from quire.aws.limits import Buckets
from quire.domain.calls import Limit
from quire.domain.errors import BusyError
from quire.domain.ids import TenantId
from quire.outbound.gcra import MICRO, Priority, Shape, shape

_POLL_LEAST, _POLL_MOST = 0.05, 5.0


class Line(NamedTuple):
    """One bucket to take from."""

    key: str
    shape: Shape


class Turns:
    """Buckets and quotas. ``clock`` gives seconds since 1970; ``calls_per_minute`` is what each tenant may make."""

    def __init__(
        self,
        buckets: Buckets,
        calls_per_minute: int,
        clock: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._buckets = buckets
        self._quota = shape(Limit(calls_per_minute, 60, max(1, calls_per_minute // 10)))
        self._clock = clock
        self._sleep = sleep

    def quota(self, tenant: TenantId) -> Line:
        """All calls of a tenant."""
        return Line(quota_partition(tenant), self._quota)

    def line(self, platform: str, workspace: str, call: str, limit: Limit) -> Line:
        """Calls of one name to one workspace."""
        return Line(bucket_partition(platform, call, workspace), shape(limit))

    def wait(self, line: Line, priority: Priority, longest: float) -> None:
        """Return when the call may go, within ``longest`` seconds.

        A live call is given its place in the line and waits for it. A backfill call has no place: it looks again
        until nobody live waits and more than the reserve is left.

        Raises:
            BusyError: it would take longer.
        """
        waited = 0.0
        while True:
            now = int(self._clock() * MICRO)
            ahead = line.shape.ahead(priority, longest)
            taken = self._buckets.take(line.key, now=now, step=line.shape.step, ahead=ahead)
            if taken.granted:
                self._pause(line.shape.wait(taken.mark, now))
                return
            needed = (taken.mark + line.shape.step - ahead - now) / MICRO
            if priority == "live":
                raise BusyError("our share of the platform's limit is used up", needed + longest)
            if waited + needed > longest:
                raise BusyError("what others leave of the platform's limit is used up", needed)
            pause = min(max(needed, _POLL_LEAST), _POLL_MOST)
            waited += pause
            self._pause(pause)

    def hold(self, line: Line, seconds: float) -> None:
        """Nobody takes from it for ``seconds``: the platform asked for that."""
        now = int(self._clock() * MICRO)
        self._buckets.hold(line.key, now + int(seconds * MICRO) + line.shape.room - line.shape.step)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)
