"""GET /v1/messages/{messageId}"""

import re
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from quire.api.message import Message, message_of
from quire.api.model import Time
from quire.api.routing import Api
from quire.api.scope import TenantScope
from quire.domain.errors import NotFoundError
from quire.domain.ids import ChannelId, MessageId
from quire.identity.actions import Action
from quire.search.directory import Names, names_for
from quire.search.documents import Document
from quire.search.membership import called_at

AsOf = Annotated[Time | None, Query(alias="asOf")]
"""The moment to read something at."""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII)


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route(
        "GET",
        "/v1/messages/<message_id>",
        action=Action.READ_MESSAGE,
        parameter="message_id",
        summary="Read a message",
    )
    def read_message(message_id: str, as_of: AsOf = None) -> Message:
        """The message as it stands, with every text it had, and where its evidence lies; with ``asOf`` exactly as a
        member saw it at that time."""
        asked = api.asked()
        asked.detail.update({"asOf": as_of} if as_of else {})
        scope, wanted = asked.scope, message_id_of(message_id)
        document = scope.messages.find(wanted) if as_of is None else scope.messages.find_at(wanted, as_of)
        if document is None:
            raise NotFoundError("there is no such message" if as_of is None else "there was no such message then")
        names = names_for(scope.directory, scope.tenant, [document])
        sources = scope.conversations.sources([document])
        return message_of(document if as_of is None else _named(scope, document, names, as_of), names, sources)


def _named(scope: TenantScope, document: Document, names: Names, at: str) -> Document:
    """A message with its conversation's name of then, where the message itself does not tell it."""
    entry = names.channels.get(document.get("channel_id", ""))
    if entry is None or document.get("channel_name"):
        return document
    return {**document, "channel_name": called_at(entry, scope.members.renamings(entry.channel_id), (), at)}


def message_id_of(text: str) -> MessageId:
    """The id in a path or a query.

    Raises:
        NotFoundError: nothing has an id of this form.
    """
    if not _ID.match(text):
        raise NotFoundError("there is no such message")
    return MessageId(text)


def channel_id_of(text: str) -> ChannelId:
    """The id in a path. Raises as :func:`message_id_of`."""
    if not _ID.match(text):
        raise NotFoundError("there is no such conversation")
    return ChannelId(text)
