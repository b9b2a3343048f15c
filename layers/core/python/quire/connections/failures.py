"""What a failed run means: whether it is tried again, when, and what people are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quire.aws.control import Trouble
from quire.aws.task_queue import MOST_SECONDS
from quire.domain.errors import BusyError, GrantLostError, OutOfReachError, QuireError, UnavailableError

TELL_AFTER = 3
"""Failures in a row before people are told."""
RETRIES = 8
"""Failures in a row after which only the schedule tries again."""
_FIRST_SECONDS = 30.0


@dataclass(frozen=True)
class Failure:
    """``word`` is stable; ``detail`` may be shown. ``counts`` is 0 for what is no failure, only too early.

    ``degraded``: going on like this, messages are missed.
    """

    word: str
    detail: str
    counts: int = 1
    degraded: bool = False
    lost: bool = False
    seconds: float | None = None

    def again(self, failures: int, chance: float) -> float | None:
        """Seconds until the next try, spread by ``chance`` (0 to 1); ``None``: when it is due anyway."""
        if self.seconds is not None:
            return max(1.0, self.seconds)
        if self.lost or failures > RETRIES:
            return None
        most: float = min(_FIRST_SECONDS * 2 ** (failures - 1), MOST_SECONDS)
        return most / 2 + most / 2 * chance

    def troubles(self, task: str, failures: int, at: str) -> Iterator[Trouble]:
        """What people are told of it, once it has happened often enough."""
        if self.counts and not self.lost and failures >= TELL_AFTER:
            yield Trouble(task, self.word, self.detail, at, self.degraded)


def failure_of(error: BaseException | None) -> Failure:
    """What an error means that a connector's task ended with."""
    match error:
        case BusyError():
            return Failure("busy", error.detail, counts=0, seconds=error.seconds)
        case GrantLostError():
            return Failure("grant_lost", error.detail, lost=True)
        case UnavailableError():
            return Failure("unavailable", "The platform does not answer; it is asked again and again.")
        case OutOfReachError():
            return Failure(error.reason, error.detail, degraded=True)
        case QuireError():
            return Failure(error.slug.replace("-", "_"), error.detail, degraded=True)
    return Failure("fault", f"The connector failed: {type(error).__name__}.", degraded=True)
