"""GET /v1/conversations/{channelId}/members and GET /v1/messages/{messageId}/audience"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from quire.api.conversations import entry_of
from quire.api.messages import AsOf, channel_id_of, message_id_of
from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.aws.directory import ChannelEntry, UserEntry
from quire.domain.errors import MalformedError, NotFoundError
from quire.domain.ids import ChannelId, SubjectId
from quire.domain.membership import Standing, Stay, saw, standing
from quire.domain.time import from_datetime, nanoseconds
from quire.identity.actions import Action

_Cursor = Annotated[str | None, Query(max_length=64)]
_Limit = Annotated[int, Query(ge=1, le=500)]


class MemberStay(ApiModel):
    """A time that somebody was there. ``since`` is absent where nobody knows it; ``since_told_by``: they ``joined``
    then, or were ``listed`` or ``active`` then and may have been there before. Without ``until`` no leaving is known;
    where not ``until_told`` they left at some time before it, which no platform told.
    """

    since: Maybe[str] = None
    since_told_by: Maybe[Literal["joined", "listed", "active"]] = None
    until: Maybe[str] = None
    until_told: bool


class Member(ApiModel):
    """Somebody who was in a conversation. ``standing`` is at the moment that was asked for, or now: ``unknown`` where
    they may have been a member by then."""

    user_id: str
    name: Maybe[str] = None
    platform_id: Maybe[str] = None
    type: Maybe[str] = None
    standing: Literal["member", "unknown", "absent"]
    stays: list[MemberStay]


class MemberList(ApiModel):
    """Members in order of id; ``next_cursor`` is ``null`` at the end. ``others_may_read``: it is no private
    conversation, and others of its workspace may have been able to read it without joining; platforms do not tell."""

    as_of: str
    others_may_read: bool
    members: list[Member]
    next_cursor: str | None


class Viewer(ApiModel):
    """Somebody who could see a message, ``since`` when and ``until`` when they left or it was deleted.

    Where not ``certain`` they may have been there, but it is not told. ``earlier``: they may have seen it before.
    """

    user_id: str
    name: Maybe[str] = None
    platform_id: Maybe[str] = None
    type: Maybe[str] = None
    since: str
    until: Maybe[str] = None
    certain: bool
    earlier: Maybe[bool] = None


class Audience(ApiModel):
    """Who could see a message while it was there, in order of id; ``others_may_read`` as for members."""

    sent_at: str
    deleted_at: Maybe[str] = None
    others_may_read: bool
    viewers: list[Viewer]
    next_cursor: str | None


def register(api: Api) -> None:
    """Put the routes on the API."""
    _register_members(api)
    _register_audience(api)


def _register_members(api: Api) -> None:
    @api.route(
        "GET",
        "/v1/conversations/<channel_id>/members",
        action=Action.LIST_MEMBERS,
        parameter="channel_id",
        summary="List who was in a conversation",
    )
    def list_members(channel_id: str, as_of: AsOf = None, limit: _Limit = 200, cursor: _Cursor = None) -> MemberList:
        """Everybody known ever to have been a member, with when; with ``asOf`` those who were, or may have been, at
        that time."""
        asked = api.asked()
        asked.detail.update({"asOf": as_of} if as_of else {})
        scope = asked.scope
        entry = entry_of(scope, channel_id_of(channel_id))
        at = as_of or from_datetime(scope.clock())
        known = scope.members.stays(entry)
        there = {subject: standing(stays, at) for subject, stays in known.items()}
        wanted = [subject for subject in known if as_of is None or there[subject] != "absent"]
        shown, onward = _page(wanted, cursor, limit)
        users = scope.directory.users_by_id(scope.tenant, shown)
        return MemberList(
            as_of=at,
            others_may_read=_open(entry),
            members=[_member(subject, known[subject], there[subject], users) for subject in shown],
            next_cursor=onward,
        )


def _register_audience(api: Api) -> None:
    @api.route(
        "GET",
        "/v1/messages/<message_id>/audience",
        action=Action.READ_AUDIENCE,
        parameter="message_id",
        summary="List who could see a message",
    )
    def read_audience(message_id: str, limit: _Limit = 200, cursor: _Cursor = None) -> Audience:
        """Members at any time from when it was sent until it was deleted, as far as is known."""
        scope = api.asked().scope
        document = scope.messages.find(message_id_of(message_id))
        if document is None or "channel_id" not in document:
            raise NotFoundError("there is no such message")
        entry = entry_of(scope, ChannelId(document["channel_id"]))
        exact = document.get("exact_times", {})
        sent, deleted = (exact.get(name) or document.get(name) for name in ("timestamp", "deleted_at"))
        seen = {
            subject: stay
            for subject, stays in scope.members.stays(entry).items()
            if (stay := saw(stays, str(sent), deleted)) is not None
        }
        shown, onward = _page(list(seen), cursor, limit)
        users = scope.directory.users_by_id(scope.tenant, shown)
        return Audience(
            sent_at=str(sent),
            deleted_at=deleted,
            others_may_read=_open(entry),
            viewers=[_viewer(subject, seen[subject], str(sent), deleted, users) for subject in shown],
            next_cursor=onward,
        )


def _open(entry: ChannelEntry) -> bool:
    return entry.type not in ("direct", "group")


def _page(wanted: Sequence[SubjectId], cursor: str | None, limit: int) -> tuple[list[SubjectId], str | None]:
    """Those of a page, in order, and the cursor of the next one."""
    if cursor is not None and not cursor.replace("-", "").isalnum():
        raise MalformedError("this is not a cursor that was given out here")
    after = sorted(subject for subject in wanted if cursor is None or subject > cursor)
    return after[:limit], after[limit - 1] if len(after) > limit else None


def _who(subject: SubjectId, users: Mapping[SubjectId, UserEntry]) -> dict[str, str | None]:
    user = users.get(subject)
    return {
        "user_id": subject,
        "name": user.name if user else None,
        "platform_id": user.platform_id if user else None,
        "type": user.type if user else None,
    }


def _member(subject: SubjectId, stays: Sequence[Stay], there: Standing, users: Mapping[SubjectId, UserEntry]) -> Member:
    told = [
        MemberStay(since=stay.since, since_told_by=stay.ground, until=stay.until, until_told=stay.until_told)
        for stay in stays
    ]
    return Member.model_validate({**_who(subject, users), "standing": there, "stays": told})


def _viewer(
    subject: SubjectId, stay: Stay, sent: str, deleted: str | None, users: Mapping[SubjectId, UserEntry]
) -> Viewer:
    since = stay.since if stay.since is not None and nanoseconds(stay.since) > nanoseconds(sent) else sent
    ends = [end for end in (stay.until, deleted) if end is not None]
    earlier = since != sent and stay.ground != "joined"
    return Viewer.model_validate(
        {
            **_who(subject, users),
            "since": since,
            "until": min(ends, key=nanoseconds, default=None),
            "certain": stay.since is not None and stay.until_told,
            "earlier": earlier or None,
        }
    )
