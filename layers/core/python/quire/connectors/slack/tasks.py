"""What a Slack connection does on a schedule: look up its people and conversations, keep its token alive.

https://docs.slack.dev/reference/methods/users.list
https://docs.slack.dev/reference/methods/conversations.list
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from quire.connectors.outward import Checkpoint, Noticed, Page, Step, Task, Tasks, Work
from quire.connectors.shape import text
from quire.connectors.slack.client import ask, pages
from quire.connectors.slack.grant import AHEAD, read_time
from quire.connectors.slack.install import SCOPES

_LISTS: Mapping[str, Mapping[str, str]] = {
    "users.list": {},
    "conversations.list": {"types": "public_channel,private_channel,mpim,im", "exclude_archived": "false"},
}
_EXPIRED_CURSOR = "invalid_cursor"


def directory(work: Work) -> Iterator[Step]:
    """All people (with their e-mail addresses), then all conversations that the app sees, a page at a time.

    State: ``{"method", "cursor"}`` of the page that comes next; empty when all is done.
    """
    if _is_not_installed(work):
        yield _NOT_INSTALLED
        return
    team = text(ask(work.outside, "auth.test").value.get("team_id"))
    first = text(work.state.get("method"))
    methods = list(_LISTS)
    for method in methods[methods.index(first) if first in _LISTS else 0 :]:
        cursor = text(work.state.get("cursor")) if method == first else ""
        yield from _listed(work, method, team, cursor)
    yield Checkpoint({})


def _listed(work: Work, method: str, team: str, cursor: str) -> Iterator[Step]:
    query = {**_LISTS[method], **({"team_id": team} if team else {})}
    for told, following in pages(work.outside, method, query, cursor):
        if told.error == _EXPIRED_CURSOR and cursor:
            yield from _listed(work, method, team, "")
            return
        if told.error:
            yield Noticed("not_listed", f"Slack does not answer {method}: {told.error}")
            return
        yield Page(told.body, {"method": method, "team": team})
        if following:
            yield Checkpoint({"method": method, "cursor": following})


def rotate(work: Work) -> Iterator[Step]:
    """Have the token exchanged ahead of its end, and see that it works and is allowed all it should be.

    The grant itself exchanges and stores it, under its lease: a refresh token works once.
    """
    if _is_not_installed(work):
        yield _NOT_INSTALLED
        return
    expires_at = read_time(work.secrets.get("tokenExpiresAt"))
    if text(work.secrets.get("refreshToken")) and (expires_at is None or expires_at - work.now <= AHEAD):
        work.outside.token(fresh=True)
    told = ask(work.outside, "auth.test")
    allowed = {scope.strip() for scope in told.headers.get("x-oauth-scopes", "").split(",")} - {""}
    missing = [scope for scope in SCOPES if scope not in allowed]
    if allowed and missing:
        yield Noticed("missing_scopes", f"the app may not do all it should: {', '.join(missing)}")
    yield Checkpoint({"checkedAt": work.now.isoformat()})


_NOT_INSTALLED = Noticed("not_installed", "the app is not installed from here: events come, nothing can be looked up")


def _is_not_installed(work: Work) -> bool:
    return not text(work.secrets.get("botToken")) and not text(work.secrets.get("refreshToken"))


TASKS: Tasks = {
    "directory": Task(directory, every=timedelta(days=1)),
    "rotate": Task(rotate, every=timedelta(hours=1)),
}
