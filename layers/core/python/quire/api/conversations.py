"""GET /v1/conversations/{channelId}"""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from quire.api.channels import Channel, channel_of
from quire.api.message import Message, message_of
from quire.api.messages import AsOf, channel_id_of, message_id_of
from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.api.scope import TenantScope
from quire.domain.errors import MalformedError, NotFoundError
from quire.domain.ids import ChannelId
from quire.domain.time import NotATimeError, parse
from quire.identity.actions import Action
from quire.search.conversations import Stretch
from quire.search.cursor import MAX_LENGTH
from quire.search.directory import names_for
from quire.search.documents import Document

_Cursor = Annotated[str | None, Query(max_length=MAX_LENGTH)]


class ConversationAnswer(ApiModel):
    """Messages oldest first, thread replies, announcements, edited and deleted ones included. ``before`` and
    ``after`` are cursors to go on with, ``null`` where there is nothing further. With ``as_of`` everything is as
    members saw it then."""

    channel: Channel
    as_of: Maybe[str] = None
    messages: list[Message]
    before: str | None
    after: str | None


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route(
        "GET",
        "/v1/conversations/<channel_id>",
        action=Action.READ_CONVERSATION,
        parameter="channel_id",
        summary="Read a conversation",
    )
    def read_conversation(
        channel_id: str,
        around: Annotated[str | None, Query(max_length=64)] = None,
        before: _Cursor = None,
        after: _Cursor = None,
        as_of: AsOf = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ConversationAnswer:
        """The messages around a message or an RFC 3339 time, or on from a cursor; without any, the latest. With
        ``asOf`` the conversation exactly as members saw it at that time."""
        asked = api.asked()
        asked.detail.update({"around": around} if around else {})
        asked.detail.update({"asOf": as_of} if as_of else {})
        if sum(given is not None for given in (around, before, after)) > 1:
            raise MalformedError("give one of around, before and after")
        scope, channel = asked.scope, channel_id_of(channel_id)
        if before is not None:
            stretch = scope.conversations.onward(channel, "before", before, limit, as_of)
        elif after is not None:
            stretch = scope.conversations.onward(channel, "after", after, limit, as_of)
        elif around is not None:
            stretch = _around(scope, channel, around, limit, as_of)
        else:
            stretch = scope.conversations.latest(channel, limit, as_of)
        return _answer(scope, channel, stretch, as_of)


def _around(scope: TenantScope, channel: ChannelId, around: str, limit: int, as_of: str | None) -> Stretch:
    try:
        moment = parse(around)
    except NotATimeError:
        wanted = message_id_of(around)
        document = scope.messages.find(wanted) if as_of is None else scope.messages.find_at(wanted, as_of)
        if document is None or not scope.conversations.holds(channel, document):
            raise NotFoundError("there is no such message in this conversation") from None
        return scope.conversations.around_message(channel, document, limit, as_of)
    return scope.conversations.around(channel, moment, limit, as_of)


def _answer(scope: TenantScope, channel: ChannelId, stretch: Stretch, as_of: str | None) -> ConversationAnswer:
    names = names_for(scope.directory, scope.tenant, stretch.documents)
    entry = names.channels.get(channel) or scope.directory.channel(scope.tenant, channel)
    if entry is None and not stretch.documents:
        raise NotFoundError("there is no such conversation")
    return ConversationAnswer(
        channel=channel_of(entry) if entry else _told(stretch.documents[0]),
        as_of=as_of,
        messages=[message_of(document, names) for document in stretch.documents],
        before=stretch.before,
        after=stretch.after,
    )


def _told(document: Document) -> Channel:
    """The conversation as its first message here tells it, while the directory has not heard of it."""
    return Channel(
        channel_id=document["channel_id"],
        platform=document["platform"],
        platform_id=document["channel_platform_id"],
        workspace_id=document["workspace_id"],
        name=document.get("channel_name"),
        type=document.get("channel_type"),
        first_seen_at=document["timestamp"],
    )
