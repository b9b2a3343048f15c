"""Where WhatsApp's Cloud API is asked, and how it says that it wants to be left alone for a while.

https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput
"""

from quire.connectors.whatsapp.client import error_code
from quire.domain.calls import Answer, Limit, Reach

_TOO_MANY = 429
_LIMITED = frozenset({4, 17, 32, 613, 80007, 130429, 131048, 131056})
"""Codes of Meta's for "too often": of the app, the account, the business account, the number, the pair."""
_USUAL, _LONGEST = 30.0, 3600.0


def pause(answer: Answer) -> float | None:
    """Seconds to wait: the header's, else half a minute, for Meta names a code and seldom a time."""
    limited = answer.status == _TOO_MANY or (error_code(answer) in _LIMITED)
    if not limited:
        return None
    told = answer.headers.get("retry-after", "")
    return min(float(told), _LONGEST) if told.isdecimal() else _USUAL


REACH = Reach(
    hosts=("graph.facebook.com",),
    files=("lookaside.fbsbx.com", "*.whatsapp.net"),
    limits={"*": Limit(20, 1.0, 20)},
    pause=pause,
)
