"""GET /v1/channels"""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from quire.api.messages import channel_id_of
from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.aws.directory import ChannelEntry
from quire.domain.errors import MalformedError, NotFoundError
from quire.identity.actions import Action


class Channel(ApiModel):
    """A conversation: what it is called now, when it was first heard of, when last somebody wrote there.

    ``continues`` and ``continued_by`` are its ids before and after the platform gave it another; reading one of them
    reads the whole conversation.
    """

    channel_id: str
    platform: str
    platform_id: str
    workspace_id: str
    name: Maybe[str] = None
    type: Maybe[str] = None
    external: Maybe[bool] = None
    first_seen_at: str
    last_message_at: Maybe[str] = None
    continues: Maybe[str] = None
    continued_by: Maybe[str] = None


class ChannelList(ApiModel):
    """Conversations in order of id; ``next_cursor`` is ``null`` at the end."""

    channels: list[Channel]
    next_cursor: str | None


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route("GET", "/v1/channels", action=Action.LIST_CHANNELS, summary="List conversations")
    def list_channels(
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
        cursor: Annotated[str | None, Query(max_length=64)] = None,
    ) -> ChannelList:
        """All conversations that were ever captured."""
        scope = api.asked().scope
        try:
            after = None if cursor is None else channel_id_of(cursor)
        except NotFoundError as error:
            raise MalformedError("this is not a cursor that was given out here") from error
        found = scope.directory.channels(scope.tenant, limit=limit + 1, after=after)
        shown = found[:limit]
        return ChannelList(
            channels=[channel_of(entry) for entry in shown],
            next_cursor=shown[-1].channel_id if len(found) > limit else None,
        )


def channel_of(entry: ChannelEntry) -> Channel:
    """The conversation a directory entry tells of."""
    return Channel(
        channel_id=entry.channel_id,
        platform=entry.platform,
        platform_id=entry.platform_id,
        workspace_id=entry.workspace_id,
        name=entry.name,
        type=entry.type,
        external=entry.external,
        first_seen_at=entry.first_seen_at,
        last_message_at=entry.last_message_at,
        continues=entry.continues,
        continued_by=entry.continued_by,
    )
