"""Where Slack is asked, how often, and how it asks for patience.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections.abc import Mapping

import orjson

from quire.connectors.shape import mapping, text
from quire.domain.calls import Answer, Limit, Reach

_MINUTE = 60.0
_UNTOLD_SECONDS = 30.0  # where Slack asks for patience without saying how much
_SHORT = 4096  # bytes; an error is shorter, and a page of results is not parsed to find out that it is none
_BUSY = frozenset({"ratelimited", "rate_limited"})
_TIERS: Mapping[int, tuple[str, ...]] = {
    20: ("users.list", "conversations.list", "auth.teams.list"),
    50: ("conversations.info", "conversations.history", "conversations.replies", "team.info"),
    100: ("files.info", "users.info", "conversations.members", "auth.test", "oauth.v2.access"),
}
"""Calls a minute of each method; Slack promises these at least, to an app that its customer made for itself."""


def pause(answer: Answer) -> float | None:
    """``Retry-After`` in whole seconds with status 429, or an error ``ratelimited`` in an answer of status 200."""
    if answer.status == 429 or (answer.status == 200 and _says_busy(answer.body)):
        told = answer.headers.get("retry-after", "")
        return float(told) if told.isascii() and told.isdigit() else _UNTOLD_SECONDS
    return None


def _says_busy(body: bytes) -> bool:
    if len(body) > _SHORT or b"limited" not in body:
        return False
    try:
        told = mapping(orjson.loads(body))
    except orjson.JSONDecodeError:
        return False
    return told.get("ok") is False and text(told.get("error")) in _BUSY


REACH = Reach(
    hosts=("slack.com",),
    limits={
        **{name: Limit(calls, _MINUTE, burst=calls // 5) for calls, names in _TIERS.items() for name in names},
        "file": Limit(100, _MINUTE, burst=20),
        "*": Limit(20, _MINUTE, burst=4),
    },
    pause=pause,
    files=("files.slack.com", "*.slack.com"),
)
