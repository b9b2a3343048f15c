"""Trying again: what may succeed the next time, after a pause of random length, for as long as it is worth."""

from collections.abc import Callable
from typing import NamedTuple

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from tenacity.stop import stop_base

from quire.domain.errors import QuireError


class AgainError(Exception):
    """An attempt failed with ``error``, and the next may not. ``seconds``: what the platform asked us to wait."""

    def __init__(self, error: QuireError, seconds: float | None = None) -> None:
        super().__init__(error.detail)
        self.error = error
        self.seconds = seconds


class Patience(NamedTuple):
    """Tries in all, and seconds for all of them and the pauses between.

    Pauses are anything up to ``first``, doubled with each try up to ``longest``: full jitter
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """

    tries: int = 4
    total: float = 60.0
    first: float = 0.5
    longest: float = 10.0


def persistently[T](attempt: Callable[[], T], patience: Patience, sleep: Callable[[float], None]) -> T:
    """What ``attempt`` returns once it does not raise :class:`AgainError`; its error when patience is at an end."""
    jitter = wait_random_exponential(multiplier=patience.first, max=patience.longest)

    def pause(state: RetryCallState) -> float:
        asked = _asked(state)
        # A little over what was asked for: all who wait for the same moment should not come at it.
        return jitter(state) if asked is None else asked + min(jitter(state), 1.0)

    retrying = Retrying(
        sleep=sleep,
        stop=stop_after_attempt(patience.tries) | _Spent(patience.total),
        wait=pause,
        retry=retry_if_exception_type(AgainError),
        reraise=True,
    )
    try:
        return retrying(attempt)
    except AgainError as last:
        raise last.error from last


class _Spent(stop_base):
    """The next try would begin later than ``total`` seconds after the first."""

    def __init__(self, total: float) -> None:
        self._total = total

    def __call__(self, retry_state: RetryCallState) -> bool:
        spent = max(retry_state.seconds_since_start or 0.0, retry_state.idle_for)
        return spent + retry_state.upcoming_sleep >= self._total


def _asked(state: RetryCallState) -> float | None:
    failure = state.outcome.exception() if state.outcome else None
    return failure.seconds if isinstance(failure, AgainError) else None
