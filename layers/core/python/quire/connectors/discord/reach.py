"""Where Discord is asked, how fast, and how it says that it wants to be left alone for a while.

https://docs.discord.com/developers/topics/rate-limits
"""

from quire.connectors.shape import mapping
from quire.domain.calls import Answer, Limit, Reach
from quire.domain.errors import MalformedError

_TOO_MANY = 429
_LONGEST = 3600.0
_UNTOLD = 5.0


def pause(answer: Answer) -> float | None:
    """Seconds to wait: ``retry_after`` of the body, a float; else what the headers say."""
    if answer.status != _TOO_MANY:
        return None
    try:
        told = mapping(answer.json()).get("retry_after")
    except MalformedError:
        told = None  # the firewall in front of Discord answers in HTML
    for value in (told, answer.headers.get("retry-after"), answer.headers.get("x-ratelimit-reset-after")):
        seconds = _seconds(value)
        if seconds is not None:
            return seconds
    return _UNTOLD


def is_spent(answer: Answer) -> bool:
    """Whether the next request of this kind for this channel would be refused."""
    return answer.headers.get("x-ratelimit-remaining") == "0"


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except ValueError:
        return None
    return min(seconds, _LONGEST) if seconds >= 0 else None


REACH = Reach(
    hosts=("discord.com",),
    files=("cdn.discordapp.com", "media.discordapp.net"),
    limits={
        # Discord limits by channel and tells so in each answer; all requests together may be 50 a second.
        "GET /channels/{id}/messages": Limit(30, 1.0, 30),
        "GET /channels/{id}/messages/{id}": Limit(10, 1.0, 10),
        "GET /guilds/{id}/members": Limit(5, 5.0, 5),
        "*": Limit(5, 1.0, 10),
    },
    pause=pause,
)
