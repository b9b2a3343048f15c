"""Where Telegram is asked, and how it says that it wants to be left alone for a while.

https://core.telegram.org/bots/api#making-requests
"""

from quire.connectors.shape import mapping
from quire.domain.calls import Answer, Limit, Reach
from quire.domain.errors import MalformedError

_TOO_MANY = 429
_LONGEST = 3600.0
_UNTOLD = 5.0


def pause(answer: Answer) -> float | None:
    """Seconds to wait: ``parameters.retry_after``, a whole number."""
    if answer.status != _TOO_MANY:
        return None
    try:
        told = mapping(mapping(answer.json()).get("parameters")).get("retry_after")
    except MalformedError:
        told = None
    if isinstance(told, bool) or not isinstance(told, int | float) or told < 0:
        return _UNTOLD
    return min(float(told), _LONGEST)


REACH = Reach(
    hosts=("api.telegram.org",),
    limits={"getFile": Limit(20, 1.0, 20), "*": Limit(10, 1.0, 10)},
    pause=pause,
)
