"""The events any system may push: the published shape, as the models that check it.

Names are as on the wire. Fields nobody knows are let through, and stay in the raw.
"""

import base64
import binascii
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.functional_validators import AfterValidator

from quire.domain.events import ChannelType
from quire.domain.time import NotATimeError, parse

MAX_EVENTS = 1000
"""Events a delivery may hold."""
_LONGEST_DETAIL = 200


def _instant(value: str) -> str:
    try:
        return parse(value)
    except NotATimeError as error:
        raise ValueError("not an RFC 3339 time") from error


Id = Annotated[str, Field(min_length=1, max_length=512)]
Name = Annotated[str, Field(max_length=1024)]
Instant = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, max_length=64, min_length=1), AfterValidator(_instant)
]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)


class Channel(_Shape):
    """The conversation, by the sending system's own id."""

    id: Id
    name: Name | None = None
    type: ChannelType | None = None


class Sender(_Shape):
    """Whose act the event is: who wrote, changed or took away the message, reacted, came or went."""

    id: Id
    name: Name | None = None
    email: Name | None = None


class Mentioned(_Shape):
    """Somebody a text addresses."""

    id: Id
    name: Name | None = None


class Attachment(_Shape):
    """A file: its bytes, or where they are."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["contentBase64"]}, {"required": ["url"]}]},
    )

    id: Id
    name: Name
    contentType: Name  # noqa: N815 - as on the wire
    contentBase64: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})] | None = None  # noqa: N815
    url: Annotated[str, Field(pattern=r"^https?://", max_length=8192)] | None = None

    @model_validator(mode="after")
    def _either(self) -> "Attachment":
        if (self.contentBase64 is None) == (self.url is None):
            raise ValueError("either contentBase64 or url")
        if self.contentBase64 is not None:
            self.content()
        return self

    def content(self) -> bytes:
        """The file's bytes, empty where only its address is given."""
        try:
            return base64.b64decode(self.contentBase64 or "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("contentBase64 is not base64") from error


class _Event(_Shape):
    workspace: Annotated[str, Field(max_length=512)] | None = None
    channel: Channel
    sender: Sender
    at: Instant


class _Words(_Event):
    """A message as it stands. ``id`` is the message's own, as in every event about it."""

    id: Id
    text: str | None = None
    threadId: Id | None = None  # noqa: N815
    replyTo: Id | None = None  # noqa: N815
    mentions: list[Id | Mentioned] | None = Field(default=None, max_length=1000)
    attachments: list[Attachment] | None = Field(default=None, max_length=1000)


class Created(_Words):
    """A message was written."""

    kind: Literal["message.created"]


class Edited(_Words):
    """A message says something else from now on; ``at`` is when it changed."""

    kind: Literal["message.edited"]


class Deleted(_Event):
    """A message was taken away; ``sender`` is who did it."""

    kind: Literal["message.deleted"]
    id: Id
    threadId: Id | None = None  # noqa: N815


class Reacted(_Event):
    """Somebody set or took back an emoji on the message ``id``."""

    kind: Literal["reaction.added", "reaction.removed"]
    id: Id
    emoji: Annotated[str, Field(min_length=1, max_length=256)]


class Moved(_Event):
    """Somebody came into or left the channel. ``id``, where there is one, is the announcement's and says no more."""

    kind: Literal["member.joined", "member.left"]
    id: Id | None = None


GenericEvent = Annotated[Created | Edited | Deleted | Reacted | Moved, Field(discriminator="kind")]


class Events(_Shape):
    """A delivery: up to 1,000 events."""

    events: list[GenericEvent] = Field(min_length=1, max_length=MAX_EVENTS)


class Refusal(NamedTuple):
    """Why an event is not taken, without any of its words."""

    detail: str


def checked(value: Any) -> Created | Edited | Deleted | Reacted | Moved | Refusal:
    """The event, or what is wrong with it."""
    try:
        return _adapter().validate_python(value)
    except ValidationError as error:
        return Refusal(detail=_detail(error))


@cache
def _adapter() -> TypeAdapter[Created | Edited | Deleted | Reacted | Moved]:
    return TypeAdapter(GenericEvent)


def _detail(error: ValidationError) -> str:
    """The first thing that is wrong: where, and what was expected."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"].startswith("union_tag"):
        return "kind: none of the kinds there are"
    if first["type"] in {"model_type", "model_attributes_type", "dict_type"} and len(first["loc"]) <= 1:
        return "not an object"
    where = ".".join(str(part) for part in first["loc"][1:] if part not in {"Mentioned", "constrained-str"})
    what = first["msg"].removeprefix("Value error, ")
    return f"{where}: {what}"[:_LONGEST_DETAIL].removeprefix(": ")
