"""Asking Slack's Web API: one method, with the connection's token, and what its answer says.

https://docs.slack.dev/apis/web-api
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quire.connectors.shape import mapping, text
from quire.domain.calls import Answer, Call, Outside
from quire.domain.errors import GrantLostError, MalformedError, UnavailableError

WEB_API = "https://slack.com/api/"
_PAGE = "200"  # what Slack recommends; about 400 KB of people
REFUSED = frozenset(
    {
        "account_inactive",
        "app_not_installed",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "team_not_found",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "user_removed_from_team",
    }
)
"""Errors that say: this token opens nothing any more."""
OUTAGES = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"})


class Told(NamedTuple):
    """What Slack answered: the bytes, the value, and the ``error`` of an answer that is not ``ok``, else ``""``."""

    body: bytes
    value: Mapping[str, Any]
    error: str
    headers: Mapping[str, str]


def ask(outside: Outside, method: str, query: Mapping[str, str] | None = None) -> Told:
    """The answer of a method; a refused token is asked for anew once.

    Raises:
        GrantLostError: the fresh token is refused as well.
        UnavailableError: Slack says that it cannot answer now, or what it says is no answer.
    """
    told = _ask(outside, method, query or {}, outside.token())
    if told.error in REFUSED:
        told = _ask(outside, method, query or {}, outside.token(fresh=True))
    if told.error in REFUSED:
        raise GrantLostError(f"Slack refuses the connection's token: {told.error}")
    return told


def pages(outside: Outside, method: str, query: Mapping[str, str], cursor: str) -> Iterator[tuple[Told, str]]:
    """Each page from ``cursor`` on, with the cursor of the one after; the last one's is empty.

    A page whose ``error`` is set is the last.
    """
    while True:
        told = ask(outside, method, {**query, "limit": _PAGE, **({"cursor": cursor} if cursor else {})})
        following = text(mapping(told.value.get("response_metadata")).get("next_cursor"))
        yield told, "" if told.error else following
        if told.error or not following:
            return
        cursor = following


def _ask(outside: Outside, method: str, query: Mapping[str, str], token: str) -> Told:
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    return read_answer(outside.send(Call("GET", WEB_API + method, method, headers, query)))


def read_answer(answer: Answer) -> Told:
    """What the answer of a method says.

    Raises:
        UnavailableError: see :func:`ask`.
    """
    try:
        value = mapping(answer.json())
    except MalformedError as garbled:
        raise UnavailableError(f"Slack answered {answer.status} without JSON") from garbled
    ok = value.get("ok")
    if not isinstance(ok, bool):
        raise UnavailableError(f"Slack answered {answer.status} without saying whether it is ok")
    error = "" if ok else text(value.get("error")) or "unknown_error"
    if error in OUTAGES:
        raise UnavailableError(f"Slack cannot answer now: {error}")
    return Told(answer.body, value, error, answer.headers)
