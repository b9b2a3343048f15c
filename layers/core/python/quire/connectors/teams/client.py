"""Asking Microsoft Graph: with the connection's token, page after page.

https://learn.microsoft.com/en-us/graph/paging
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from quire.connectors.shape import mapping, mappings, text
from quire.domain.calls import Answer, Call, Method, Outside
from quire.domain.errors import ForbiddenError, GrantLostError, NotFoundError, UnavailableError

GRAPH = "https://graph.microsoft.com/v1.0"


class Found(NamedTuple):
    """A page: its bytes, the things in it, and the address of the one after, or ``""``."""

    body: bytes
    things: list[Mapping[str, Any]]
    following: str


def ask(outside: Outside, method: Method, address: str, name: str, told: Mapping[str, Any] | None = None) -> Answer:
    """The answer, whatever its status; a refused token is asked for anew once.

    ``address`` is a path below :data:`GRAPH`, or whole as Graph gave it.

    Raises:
        GrantLostError: the fresh token is refused as well.
    """
    answer = _ask(outside, method, address, name, told, outside.token())
    if answer.status == 401:
        answer = _ask(outside, method, address, name, told, outside.token(fresh=True))
    if answer.status == 401:
        raise GrantLostError("Microsoft Graph refuses the application's token")
    return answer


def get(outside: Outside, address: str, name: str) -> Found:
    """A page of a collection.

    Raises:
        ForbiddenError: the application may not read it.
        NotFoundError: there is none (any more), or the link to a page has expired.
        GrantLostError: as :func:`ask`.
        UnavailableError: the answer is none.
    """
    answer = ask(outside, "GET", address, name)
    if answer.status == 403:
        raise ForbiddenError(f"{name}: {error_code(answer)}")
    if answer.status in {400, 404, 410}:
        raise NotFoundError(f"{name}: {error_code(answer)}")
    if answer.status != 200:
        raise UnavailableError(f"{name}: {answer.status} {error_code(answer)}")
    value = read_value(answer)
    return Found(answer.body, mappings(value.get("value")), text(value.get("@odata.nextLink")))


def pages(outside: Outside, address: str, name: str) -> Iterator[Found]:
    """Each page of a collection, following Graph's own links to the end."""
    while address:
        found = get(outside, address, name)
        yield found
        address = found.following


def read_value(answer: Answer) -> Mapping[str, Any]:
    """The object in an answer of success.

    Raises:
        UnavailableError: there is none.
    """
    value = _value(answer)
    if not value:
        raise UnavailableError(f"Microsoft Graph answered {answer.status} without an object")
    return value


def error_code(answer: Answer) -> str:
    """Graph's own word for why it refused."""
    return text(mapping(_value(answer).get("error")).get("code")) or "no reason given"


def _value(answer: Answer) -> Mapping[str, Any]:
    try:
        return mapping(orjson.loads(answer.body))
    except orjson.JSONDecodeError:
        return {}


def _ask(
    outside: Outside, method: Method, address: str, name: str, told: Mapping[str, Any] | None, token: str
) -> Answer:
    headers = {
        "authorization": f"Bearer {token}",
        "accept": "application/json",
        "prefer": "include-unknown-enum-members",
    }
    body = None
    if told is not None:
        headers["content-type"] = "application/json"
        body = orjson.dumps(told)
    url = address if address.startswith("https://") else GRAPH + address
    return outside.send(Call(method, url, name, headers, body=body))
