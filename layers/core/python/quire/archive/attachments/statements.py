"""How a file's fetching ended, as a delivery of our own on the capture stream, and the event that is read from it.

So a file's fate takes the way of everything else: stream, segment, row, notice, index.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from quire.domain.attachments import WantedFile
from quire.domain.delivery import Delivery, DeliveryHeader
from quire.domain.errors import MalformedError
from quire.domain.events import AttachmentFact, ConnectorRef, DeliveryRef, Event, Observation
from quire.domain.ids import event_id
from quire.domain.time import from_datetime

NAME, VERSION = "quire.fetch_attachment", "1"
Fate = Literal["attachment.captured", "attachment.failed"]


class Found(BaseModel):
    """What is told of a file: of one that was stored, its bytes and where they lie; of any other the ``reason``.

    The fields are those of :class:`quire.domain.events.AttachmentFact`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)

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
    attempts: int


class Statement(BaseModel):
    """A file, how its fetching ended, and when (a timestamp)."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)

    schema_name: Literal["quire.statement/1"] = Field(default="quire.statement/1", alias="schema")
    kind: Fate
    at: str
    wanted: WantedFile
    found: Found


def statement(wanted: WantedFile, found: Found, now: datetime) -> tuple[DeliveryHeader, bytes]:
    """The delivery that states it; ``now`` is aware."""
    at = from_datetime(now)
    kind: Fate = "attachment.captured" if found.sha256 else "attachment.failed"
    told = Statement(kind=kind, at=at, wanted=wanted, found=found)
    body = told.model_dump_json(by_alias=True, exclude_none=True).encode()
    header = DeliveryHeader(
        tenant_id=wanted.tenant_id,
        connection_id=wanted.connection_id,
        platform=wanted.platform,
        source=wanted.source,
        received_at=at,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        workspace_id=wanted.workspace_id,
        statement="attachment",
    )
    return header, body


def read_statement(delivery: Delivery) -> list[Observation]:
    """The event of a statement. Its id does not depend on when or how often the file was fetched.

    Raises:
        MalformedError: the body is no statement, or another tenant's.
    """
    try:
        told = Statement.model_validate_json(delivery.body)
    except ValidationError as error:
        raise MalformedError("the body is not quire.statement/1") from error
    if told.wanted.tenant_id != delivery.header.tenant_id:
        raise MalformedError("the statement is about another tenant's file")
    return [Observation(event=_event(delivery.header, told), raw=delivery.body)]


def _event(header: DeliveryHeader, told: Statement) -> Event:
    wanted, found = told.wanted, told.found
    ending = found.sha256 if told.kind == "attachment.captured" else found.reason
    return Event(
        event_id=event_id(wanted.message_id, told.kind, f"{wanted.attachment.id}|{ending}"),
        tenant_id=wanted.tenant_id,
        connection_id=wanted.connection_id,
        platform=wanted.platform,
        workspace_id=wanted.workspace_id,
        kind=told.kind,
        channel_id=wanted.channel_id,
        message_id=wanted.message_id,
        thread_id=wanted.thread_id,
        parent_message_id=wanted.parent_message_id,
        subject_id=wanted.subject_id,
        occurred_at=told.at,
        captured_at=header.received_at,
        source=header.source,
        body=AttachmentFact(
            channel=wanted.channel,
            native=wanted.native,
            sent_at=wanted.sent_at,
            attachment_id=wanted.attachment.id,
            name=wanted.attachment.name,
            **found.model_dump(),
        ),
        raw_sha256=header.sha256,
        delivery=DeliveryRef(sha256=header.sha256, received_at=header.received_at, headers=header.headers),
        connector=ConnectorRef(name=NAME, version=VERSION),
    )
