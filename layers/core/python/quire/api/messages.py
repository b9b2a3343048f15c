"""GET /v1/messages/{messageId}"""

import re

from quire.api.message import Message, message_of
from quire.api.routing import Api
from quire.domain.errors import NotFoundError
from quire.domain.ids import ChannelId, MessageId
from quire.identity.actions import Action
from quire.search.directory import names_for

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
    def read_message(message_id: str) -> Message:
        """The message as it stands, with every text it had, and where its evidence lies."""
        scope = api.asked().scope
        document = scope.messages.find(message_id_of(message_id))
        if document is None:
            raise NotFoundError("there is no such message")
        return message_of(document, names_for(scope.directory, scope.tenant, [document]))


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
