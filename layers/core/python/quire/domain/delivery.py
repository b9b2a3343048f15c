"""A delivery: what a platform handed over in one piece, and how it travels on the capture stream.

On the stream a record is one line of JSON (the header), a line feed, then the body's bytes as delivered: nothing is
re-encoded between the platform and the archive. A body too large for a record lies in S3 and the header points to it.
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from quire.domain.errors import MalformedError
from quire.domain.ids import ConnectionId, TenantId

Platform = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Source = Literal["webhook", "poll", "backfill", "reconcile", "import"]


class WebhookRequest(BaseModel):
    """One HTTP request as it arrived. Header names are lower case; ``body`` is the raw bytes, never re-encoded."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    headers: Mapping[str, str]
    query: Mapping[str, str] = {}
    body: bytes


class Challenge(BaseModel):
    """The platform asks whether we are here (Slack ``url_verification``, Graph ``validationToken``): say this back."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: str


class Accepted(BaseModel):
    """The sender is who it says. ``headers`` are those worth keeping (retry number and reason, never a signature).

    ``opened`` maps the index of an encrypted element of the delivery to its decrypted text, so that archiving needs
    no private key. ``status`` is what the platform expects once the bytes are safe, ``reply`` the JSON it is told with
    it, where there is something to tell. ``wake`` names a task of the connector to run now (``subscriptions``).
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    status: int = 200
    headers: Mapping[str, str] = {}
    opened: Mapping[str, str] = {}
    reply: str | None = None
    wake: str | None = None


class Pointer(BaseModel):
    """Where a body lies that is too large for a stream record."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    bucket: str
    key: str
    version_id: str | None = None


class DeliveryHeader(BaseModel):
    """What travels in front of the body. ``workspace_id`` is the connection's own, where configured.

    ``opened_at`` is where ``opened`` lies (a JSON object of the same shape) when even the header would be too large.
    ``statement`` marks a body that is Quire's own (``attachment``: how a file's fetching ended), not the platform's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    schema_name: Literal["quire.delivery/1"] = Field(default="quire.delivery/1", alias="schema")
    tenant_id: TenantId
    connection_id: ConnectionId
    platform: Platform
    source: Source
    received_at: str
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: int
    workspace_id: str = ""
    headers: Mapping[str, str] = {}
    context: Mapping[str, str] = {}
    opened: Mapping[str, str] = {}
    statement: Literal["attachment"] | None = None
    body_at: Pointer | None = None
    opened_at: Pointer | None = None


class Delivery(BaseModel):
    """A header and its body. ``context`` says what a poller knew and the body does not (``channel``, ``team``...)."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    header: DeliveryHeader
    body: bytes

    def record(self) -> bytes:
        """The stream record: header line, line feed, body; no body where the header points elsewhere."""
        head = orjson.dumps(self.header.model_dump(by_alias=True, exclude_none=True))
        return head + b"\n" + (b"" if self.header.body_at else self.body)


def read_header(record: bytes) -> tuple[DeliveryHeader, bytes]:
    """Split a stream record; the body is empty where the header points to S3.

    Raises:
        MalformedError: the record is not ours, or not of a schema this version reads.
    """
    head, separator, body = record.partition(b"\n")
    if not separator:
        raise MalformedError("the record has no header line")
    try:
        return DeliveryHeader.model_validate_json(head), body
    except ValidationError as error:
        raise MalformedError("the record's header is not quire.delivery/1") from error


def with_body(header: DeliveryHeader, body: bytes) -> Delivery:
    """The delivery, once its bytes are here.

    Raises:
        MalformedError: the bytes are not those the header names.
    """
    if hashlib.sha256(body).hexdigest() != header.sha256:
        raise MalformedError("the body is not the one its header names")
    return Delivery(header=header, body=body)
