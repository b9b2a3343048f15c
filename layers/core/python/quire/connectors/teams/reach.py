"""Where Microsoft Graph is asked, how often, and how it asks for patience.

https://learn.microsoft.com/en-us/graph/throttling-limits
"""

from quire.domain.calls import Answer, Limit, Reach

_UNTOLD_SECONDS = 10.0  # where Graph asks for patience without saying how much
_ASKED = frozenset({429, 503, 509})


def pause(answer: Answer) -> float | None:
    """``Retry-After`` in whole seconds; Graph sends it with 429, and SharePoint with 503 and 509 as well."""
    told = answer.headers.get("retry-after", "")
    if answer.status in _ASKED and told.isascii() and told.isdigit():
        return float(told)
    return _UNTOLD_SECONDS if answer.status == 429 else None


REACH = Reach(
    hosts=("graph.microsoft.com", "login.microsoftonline.com"),
    limits={
        "GET hostedContents/$value": Limit(30, 1.0, burst=10),
        "GET /shares/{id}/driveItem": Limit(10, 1.0, burst=10),
        "GET /shares/{id}/driveItem/content": Limit(10, 1.0, burst=10),
        "GET /users/{id}/chats": Limit(20, 1.0, burst=5),
        "*": Limit(20, 1.0, burst=10),
    },
    pause=pause,
    files=("*.sharepoint.com",),
)
"""Listing chats is allowed 20 a second for an application and tenant, hosted contents 60 and one a chat: those that one
chat is asked for too often, Graph puts off. SharePoint publishes no figure."""
