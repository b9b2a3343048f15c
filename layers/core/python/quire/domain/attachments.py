"""A file that a message carries and that is to be fetched: what travels on the attachment queue."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from quire.domain.delivery import Source
from quire.domain.errors import MalformedError
from quire.domain.events import AttachmentRef, ChannelRef, Native
from quire.domain.ids import ChannelId, ConnectionId, EventId, MessageId, SubjectId, TenantId


class RawAt(BaseModel):
    """Where the raw element lies that told of the file: a frame of a journal segment."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)

    bucket: str
    key: str
    version_id: str
    frame: int
    event_id: EventId


class WantedFile(BaseModel):
    """One attachment of one message, and all that its events will need to say.

    ``source`` is how the message came.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)

    schema_name: Literal["quire.attachment/1"] = Field(default="quire.attachment/1", alias="schema")
    tenant_id: TenantId
    connection_id: ConnectionId
    platform: str
    workspace_id: str
    message_id: MessageId
    channel_id: ChannelId
    thread_id: MessageId | None = None
    parent_message_id: MessageId | None = None
    subject_id: SubjectId
    channel: ChannelRef
    native: Native
    sent_at: str | None = None
    source: Source = "webhook"
    attachment: AttachmentRef
    raw_at: RawAt

    def text(self) -> str:
        """The queue message's body."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


def read_wanted(body: str) -> WantedFile:
    """The work in a queue message's body.

    Raises:
        MalformedError: it is none, or of a schema this version does not read.
    """
    try:
        return WantedFile.model_validate_json(body)
    except ValidationError as error:
        raise MalformedError("the message is not quire.attachment/1") from error
