"""GET /v1/conversations/{channelId}, and its threads"""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from quire.api.channels import Channel, channel_of
from quire.api.message import Message, message_of
from quire.api.messages import AsOf, channel_id_of, message_id_of
from quire.api.model import Maybe, Partial, partly
from quire.api.routing import Api
from quire.api.scope import TenantScope
from quire.aws.directory import ChannelEntry
from quire.domain.errors import MalformedError, NotFoundError
from quire.domain.ids import ChannelId
from quire.domain.time import NotATimeError, from_datetime, parse
from quire.identity.actions import Action
from quire.search.cursor import MAX_LENGTH
from quire.search.directory import names_for
from quire.search.documents import Document
from quire.search.membership import called_at
from quire.search.stretches import Part, Stretch

_Around = Annotated[str | None, Query(max_length=64)]
_Cursor = Annotated[str | None, Query(max_length=MAX_LENGTH)]
_Limit = Annotated[int, Query(ge=1, le=200)]


class ConversationAnswer(Partial):
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
        around: _Around = None,
        before: _Cursor = None,
        after: _Cursor = None,
        as_of: AsOf = None,
        limit: _Limit = 50,
    ) -> ConversationAnswer:
        """The messages around a message or an RFC 3339 time, or on from a cursor; without any, the latest. With
        ``asOf`` the conversation exactly as members saw it at that time."""
        part = Part(channel_id_of(channel_id), as_of)
        return _read(api, part, around, before, after, limit)

    @api.route(
        "GET",
        "/v1/conversations/<channel_id>/threads/<message_id>",
        action=Action.READ_CONVERSATION,
        parameter="channel_id",
        summary="Read a thread",
    )
    def read_thread(
        channel_id: str,
        message_id: str,
        around: _Around = None,
        before: _Cursor = None,
        after: _Cursor = None,
        as_of: AsOf = None,
        limit: _Limit = 50,
    ) -> ConversationAnswer:
        """A message with all replies to it, from its beginning; or around a message or time, or on from a cursor, as
        a conversation is read."""
        part = Part(channel_id_of(channel_id), as_of, message_id_of(message_id))
        return _read(api, part, around, before, after, limit)


def entry_of(scope: TenantScope, channel: ChannelId) -> ChannelEntry:
    """What the directory knows of a conversation.

    Raises:
        NotFoundError: the tenant has none of this id.
    """
    entry = scope.directory.channel(scope.tenant, channel)
    if entry is None:
        raise NotFoundError("there is no such conversation")
    return entry


def _read(
    api: Api, part: Part, around: str | None, before: str | None, after: str | None, limit: int
) -> ConversationAnswer:
    asked = api.asked()
    told = {"around": around, "asOf": part.as_of, "thread": part.thread}
    asked.detail.update({name: value for name, value in told.items() if value})
    if sum(given is not None for given in (around, before, after)) > 1:
        raise MalformedError("give one of around, before and after")
    conversations = asked.scope.conversations
    if before is not None:
        stretch = conversations.onward(part, "before", before, limit)
    elif after is not None:
        stretch = conversations.onward(part, "after", after, limit)
    elif around is not None:
        stretch = _around(asked.scope, part, around, limit)
    else:
        stretch = conversations.latest(part, limit) if part.thread is None else conversations.first(part, limit)
    if part.thread is not None and not stretch.documents:
        raise NotFoundError("there is no such thread in this conversation")
    return _answer(asked.scope, part, stretch)


def _around(scope: TenantScope, part: Part, around: str, limit: int) -> Stretch:
    try:
        moment = parse(around)
    except NotATimeError:
        wanted = message_id_of(around)
        document = scope.messages.find(wanted) if part.as_of is None else scope.messages.find_at(wanted, part.as_of)
        if document is None or not scope.conversations.holds(part, document):
            raise NotFoundError("there is no such message in this conversation") from None
        return scope.conversations.around_message(part, document, limit)
    return scope.conversations.around(part, moment, limit)


def _answer(scope: TenantScope, part: Part, stretch: Stretch) -> ConversationAnswer:
    documents = stretch.documents
    names, sources = names_for(scope.directory, scope.tenant, documents), scope.conversations.sources(documents)
    entry = names.channels.get(part.channel) or scope.directory.channel(scope.tenant, part.channel)
    if entry is None and not documents:
        raise NotFoundError("there is no such conversation")
    channel = channel_of(entry) if entry else _told(documents[0])
    if entry is not None and part.as_of is not None:
        name = called_at(entry, scope.members.renamings(part.channel), documents, part.as_of)
        channel = channel.model_copy(update={"name": name})
        documents = [{**each, "channel_name": each.get("channel_name") or name} for each in documents]
    return ConversationAnswer(
        **partly(stretch.since, from_datetime(scope.clock())),
        channel=channel,
        as_of=part.as_of,
        messages=[message_of(document, names, sources) for document in documents],
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
