"""Looking up an organisation's people, its teams' channels, and its people's chats with who is in them.

https://learn.microsoft.com/en-us/graph/api/user-list
https://learn.microsoft.com/en-us/graph/api/teams-list
https://learn.microsoft.com/en-us/graph/api/chat-list
"""

from collections.abc import Callable, Iterator, Mapping

from quire.connectors.outward import Checkpoint, Noticed, Page, Step, Work
from quire.connectors.shape import said, text
from quire.connectors.teams.client import get, pages
from quire.domain.errors import ForbiddenError, NotFoundError

_USERS = "/users?$select=id,displayName,mail,userPrincipalName,userType,accountEnabled&$top=200"
_MEMBERS = "/users?$select=id&$filter=accountEnabled%20eq%20true&$top=200"
_TEAMS = "/teams?$select=id,displayName&$top=200"

Inner = Callable[[Work, str], Iterator[Step]]


def look_up(work: Work) -> Iterator[Step]:
    """People, then channels, then chats; Graph gives a chat once for each who is in it, the archive keeps it once.

    State: ``{"step", "page": address, "done": of that page's things}``; empty when all is done.
    """
    if not said(work.configuration.get("tenantId")) or not said(work.configuration.get("clientId")):
        yield Noticed("not_set_up", "no application: nothing can be looked up")
        return
    first = text(work.state.get("step"))
    steps = list(_STEPS)
    for step in steps[steps.index(first) if first in _STEPS else 0 :]:
        resumed = work.state if step == first else {}
        try:
            yield from _walked(work, step, resumed)
        except ForbiddenError as error:
            yield Noticed("not_listed", f"the application may not list {step} ({error.detail})")
    yield Checkpoint({})


def _walked(work: Work, step: str, resumed: Mapping[str, object]) -> Iterator[Step]:
    address, name, inner = _STEPS[step]
    page, skipped = text(resumed.get("page")) or address, resumed.get("done")
    done = skipped if isinstance(skipped, int) else 0
    while page:
        try:
            found = get(work.outside, page, name)
        except NotFoundError:
            if page != text(resumed.get("page")) or page == address:
                raise
            yield from _walked(work, step, {})  # Graph's links to pages last a while only
            return
        if inner is None:
            yield Page(found.body, {"list": step, **_tenant(work)})
        else:
            for number, thing in enumerate(found.things[done:], done + 1):
                yield from _inside(work, text(thing.get("id")), inner)
                yield Checkpoint({"step": step, "page": page, "done": number})
        page, done = found.following, 0
        if page:
            yield Checkpoint({"step": step, "page": page, "done": 0})


def _inside(work: Work, native: str, inner: Inner) -> Iterator[Step]:
    """What one team or person holds; one that has gone since it was listed holds nothing."""
    try:
        yield from inner(work, native)
    except NotFoundError:
        return


def _channels(work: Work, team: str) -> Iterator[Step]:
    for found in pages(work.outside, f"/teams/{team}/channels", "GET /teams/{id}/channels"):
        yield Page(found.body, {"list": "channels", "team": team, **_tenant(work)})


def _chats(work: Work, user: str) -> Iterator[Step]:
    for found in pages(work.outside, f"/users/{user}/chats?$expand=members&$top=50", "GET /users/{id}/chats"):
        if found.things:
            yield Page(found.body, {"list": "chats", **_tenant(work)})


def _tenant(work: Work) -> dict[str, str]:
    return {"tenant": text(work.configuration.get("tenantId"))}


_STEPS: Mapping[str, tuple[str, str, Inner | None]] = {
    "people": (_USERS, "GET /users", None),
    "channels": (_TEAMS, "GET /teams", _channels),
    "chats": (_MEMBERS, "GET /users", _chats),
}
