"""Events: the facts everything else is folded from. One frozen model, one typed body a kind.

Events hold no floats, integers beyond 2^53 are text, keys are ASCII: so ``evidence.canonical`` gives RFC 8785 bytes.
Absent values are left out, never ``null``, so that a field added later changes no stored event.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field

from quire.domain.delivery import Source
from quire.domain.ids import ChannelId, ConnectionId, EventId, MessageId, SubjectId, TenantId

Kind = Literal[
    "message.created",
    "message.edited",
    "message.deleted",
    "reaction.added",
    "reaction.removed",
    "attachment.captured",
    "attachment.failed",
    "member.joined",
    "member.left",
    "channel.changed",
    "user.changed",
    "unrecognised",
]
KINDS: tuple[str, ...] = get_args(Kind)
ChannelType = Literal["channel", "group", "direct", "meeting"]
ContentType = Literal["text/plain", "text/markdown", "text/html"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Actor(_Value):
    """Who: ``id`` is the platform's own; ``type`` tells people from programs."""

    id: str
    name: str | None = None
    type: Literal["user", "bot", "guest", "system"] = "user"
    email: str | None = None
    workspace: str | None = None  # where the person belongs, when that is another one (Slack Connect, Teams guests)


class Mention(_Value):
    """Who or what a text addresses; ``id`` is the platform's own."""

    kind: Literal["user", "bot", "channel", "group", "everyone"]
    id: str | None = None
    name: str | None = None


class Forwarded(_Value):
    """That a quote is a message which was passed on, and which: the platform's own ids, as far as it tells them.
    ``workspace`` only where it is another one."""

    message: str | None = None
    channel: str | None = None
    workspace: str | None = None


class AttachmentRef(_Value):
    """A file, link or card a message carries, as the platform describes it; its bytes are another event."""

    id: str
    kind: Literal["file", "image", "link", "card", "quote", "unavailable"]
    name: str | None = None
    content_type: str | None = None
    size: int | None = None
    url: str | None = None
    text: str | None = None  # what a card or link preview says, so that it can be found
    sha256: str | None = None  # hex, where the platform states what its bytes hash to
    handle: str | None = None  # what to ask the platform for it by, where that is neither the id nor the url
    forwarded: Forwarded | None = None


class Content(_Value):
    """What a message says, at one moment of its life.

    ``text`` is plain text as a person would read it: markup undone, mentions spelled out with names where the
    delivery gives them. ``source_text`` is the platform's own string where it differs.
    """

    text: str
    source_text: str | None = None
    content_type: ContentType = "text/plain"
    attachments: tuple[AttachmentRef, ...] = ()
    mentions: tuple[Mention, ...] = ()
    subject: str | None = None
    importance: str | None = None


class ChannelRef(_Value):
    """The conversation as the delivery names it: ``id`` is the platform's own."""

    id: str
    name: str | None = None
    type: ChannelType | None = None
    external: bool | None = None  # shared with another organisation
    parent: str | None = None  # the conversation it hangs from, where a thread has a place of its own


class Native(_Value):
    """The platform's own ids of the message, for whoever compares with the source."""

    message: str
    thread: str | None = None
    parent: str | None = None


class _AboutMessage(_Value):
    channel: ChannelRef
    native: Native
    sent_at: str | None = None  # when the message itself was written, where the delivery tells


class MessageCreated(_AboutMessage):
    """A message appeared. ``system`` names the platform's own kind of announcement (joins, renames, calls)."""

    sender: Actor
    content: Content
    system: str | None = None
    broadcast: bool | None = None  # a thread reply also shown in the channel


class MessageEdited(_AboutMessage):
    """A message changed. ``cause`` tells a person's edit from the platform's own (a link preview that arrived)."""

    sender: Actor | None = None
    content: Content
    cause: Literal["user", "preview", "policy", "platform"] = "user"
    edited_by: Actor | None = None
    previous: Content | None = None
    system: str | None = None
    broadcast: bool | None = None


class MessageDeleted(_AboutMessage):
    """A message was taken away at the source; ``previous`` is what it said, where the platform tells."""

    sender: Actor | None = None
    deleted_by: Actor | None = None
    previous: Content | None = None
    reason: Literal["user", "policy", "unknown"] = "unknown"


ANYONE = Actor(id="*", type="system")
"""Whose reaction a removal takes away that names nobody: everybody's."""


class Reaction(_AboutMessage):
    """One person's emoji on one message; ``timed`` is false when a re-read found it without a time.

    A removal without an emoji takes away all that its actor set, and one by :data:`ANYONE` what everybody did.
    """

    emoji: str
    actor: Actor
    timed: bool = True
    exclusive: bool | None = None  # the platform keeps one a person: this one stands in place of the one before


class AttachmentFact(_AboutMessage):
    """A file's bytes were stored, or could not be.

    ``sha256`` (hex) and ``size`` (bytes) are of the bytes as sent; ``content_type`` is what they were said to be,
    ``detected_type`` what they look like. ``text`` is what was read in them. ``reason`` is one stable word for why
    there are none, ``attempts`` how often they were asked for. ``storage_key`` and ``storage_version`` name the object
    that holds the bytes, ``thumbnail_key`` the one beside it.
    """

    attachment_id: str
    name: str | None = None
    sha256: str | None = None
    size: int | None = None
    content_type: str | None = None
    detected_type: str | None = None
    storage_key: str | None = None
    storage_version: str | None = None
    thumbnail_key: str | None = None
    text: str | None = None
    text_status: Literal["complete", "truncated", "none", "unsupported", "failed"] | None = None
    reason: str | None = None
    attempts: int | None = None


class Membership(_Value):
    """Someone came into or left a conversation (or the workspace, when ``channel`` is absent)."""

    channel: ChannelRef | None = None
    member: Actor
    by: Actor | None = None


class ChannelChanged(_Value):
    """A conversation was made, renamed, archived, shared...; ``channel`` is how it stands after."""

    change: str
    channel: ChannelRef
    previous_name: str | None = None
    previous_id: str | None = None
    by: Actor | None = None


class UserChanged(_Value):
    """A person's or bot's entry in the platform's directory changed."""

    change: str
    user: Actor


class Unrecognised(_Value):
    """A delivery, or an element of one, that is no fact about messages we know; its raw bytes are kept."""

    reason: str
    type: str | None = None  # the platform's own label


Body = (
    MessageCreated
    | MessageEdited
    | MessageDeleted
    | Reaction
    | AttachmentFact
    | Membership
    | ChannelChanged
    | UserChanged
    | Unrecognised
)
BODY_OF: Mapping[str, type[_Value]] = {
    "message.created": MessageCreated,
    "message.edited": MessageEdited,
    "message.deleted": MessageDeleted,
    "reaction.added": Reaction,
    "reaction.removed": Reaction,
    "attachment.captured": AttachmentFact,
    "attachment.failed": AttachmentFact,
    "member.joined": Membership,
    "member.left": Membership,
    "channel.changed": ChannelChanged,
    "user.changed": UserChanged,
    "unrecognised": Unrecognised,
}


class DeliveryRef(_Value):
    """The delivery an event came in: hash of its whole body, when, and the headers worth keeping."""

    sha256: str
    received_at: str
    headers: Mapping[str, str] = {}


class ConnectorRef(_Value):
    """The code that read the delivery."""

    name: str
    version: str


class Event(_Value):
    """One fact, with where it comes from. See the module for what ``body`` is for each ``kind``."""

    schema_name: Annotated[Literal["quire.event/1"], Field(alias="schema")] = "quire.event/1"
    event_id: EventId
    tenant_id: TenantId
    connection_id: ConnectionId
    platform: str
    workspace_id: str
    kind: Kind
    channel_id: ChannelId | None = None
    message_id: MessageId | None = None
    thread_id: MessageId | None = None
    parent_message_id: MessageId | None = None
    subject_id: SubjectId
    occurred_at: str
    captured_at: str
    source: Source
    body: Body
    raw_sha256: str
    delivery: DeliveryRef
    connector: ConnectorRef

    def as_json(self) -> dict[str, Any]:
        """The event as plain values, absent ones left out: what is stored, hashed and shown."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def fields(self) -> dict[str, Any]:
        """The event's own fields as :meth:`as_json` names them, their values as they are: see :func:`told`."""
        own = told(self)
        own["schema"] = own.pop("schema_name")
        return own


def told(value: _Value) -> dict[str, Any]:
    """The fields of a part of an event, absent ones left out: what a JSON encoder writes where it meets one.

    Encoding :meth:`Event.fields` so gives the bytes of encoding :meth:`Event.as_json`, in a third of the time.
    """
    return {name: field for name, field in value.__dict__.items() if field is not None}


class Observation(NamedTuple):
    """An event and the raw it was read from: the smallest complete element of the delivery, as delivered.

    ``opened`` is that element's decrypted text, where the platform encrypts.
    """

    event: Event
    raw: bytes
    opened: str | None = None


def event_from_json(value: Mapping[str, Any]) -> Event:
    """The event that :meth:`Event.as_json` gave.

    Raises:
        pydantic.ValidationError: it is not one.
    """
    body_type = BODY_OF.get(str(value.get("kind")), Unrecognised)
    return Event.model_validate({**value, "body": body_type.model_validate(value["body"])})
