"""A made-up platform, ``pretend``: its deliveries, and the connector that reads them.

A delivery is ``{"facts": [{"message", "channel", "user", "at", "text"?, "edit"?, "delete"?, "files"?, "thread"?,
"react"?, "member"?, "name"?}]}``; files are references as events have them, ``member`` says that the user ``joined`` or
``left``, ``name`` that the channel was renamed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from quire.archive.batch import StreamRecord
from quire.domain import ids
from quire.domain.delivery import Accepted, Challenge, Delivery, DeliveryHeader, WebhookRequest
from quire.domain.errors import MalformedError, UnauthenticatedError
from quire.domain.events import (
    Actor,
    AttachmentRef,
    Body,
    ChannelChanged,
    ChannelRef,
    ConnectorRef,
    Content,
    DeliveryRef,
    Event,
    Kind,
    Membership,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Native,
    Observation,
    Reaction,
    Unrecognised,
)
from quire.domain.ids import ConnectionId, TenantId

PLATFORM = "pretend"
SECRET = "open sesame"


def fact(message: str, user: str = "U1", at: str = "2026-03-02T09:14:05.000200Z", **more: Any) -> dict[str, Any]:
    """One fact; a message's first one by default."""
    return {"message": message, "channel": "C1", "user": user, "at": at, "text": f"text of {message}", **more}


def body_of(*facts: Mapping[str, Any]) -> bytes:
    """A delivery's bytes."""
    return orjson.dumps({"facts": facts})


def delivery(tenant: str, *facts: Mapping[str, Any], body: bytes | None = None) -> Delivery:
    """A delivery as the receiver puts it on the stream."""
    raw = body_of(*facts) if body is None else body
    header = DeliveryHeader(
        tenant_id=TenantId(tenant),
        connection_id=ConnectionId("pretend-1"),
        platform=PLATFORM,
        source="webhook",
        received_at="2026-03-02T09:14:06.000000Z",
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
    )
    return Delivery(header=header, body=raw)


def stream(records: Sequence[bytes], at: datetime, first: int = 100) -> list[StreamRecord]:
    """Records as they come off one shard, numbered from ``first``."""
    return [StreamRecord("shardId-000000000000", str(first + n), record, at) for n, record in enumerate(records)]


def authenticate(
    request: WebhookRequest, secrets: Mapping[str, Any], configuration: Mapping[str, Any], now: float
) -> Accepted | Challenge:
    """``x-secret`` must hold the secret, ``?hello=`` is a challenge, ``x-crash`` makes a fault.

    ``x-opened`` is how many characters were decrypted.
    """
    if "hello" in request.query:
        return Challenge(body=request.query["hello"])
    if request.headers.get("x-crash"):
        raise RuntimeError(f"{request.body!r} {secrets!r}")
    if request.headers.get("x-secret") != secrets["secret"]:
        raise UnauthenticatedError("the sender did not prove who it is")
    if request.body and not request.body.startswith(b"{"):
        raise MalformedError("the body is not a JSON object")
    opened = {"0": "y" * int(request.headers.get("x-opened", "0"))} if "x-opened" in request.headers else {}
    return Accepted(status=202, headers={"retry": request.headers.get("x-retry", "")}, opened=opened)


def normalise(given: Delivery) -> list[Observation]:
    """The events of a delivery."""
    if given.body == b"crash":
        raise RuntimeError("never say these words: " + given.body.decode())
    try:
        facts = orjson.loads(given.body)["facts"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return [Observation(event=_unrecognised(given), raw=given.body)]
    return [_observation(given, one) for one in facts]


def _observation(given: Delivery, one: Mapping[str, Any]) -> Observation:
    about = {"channel": ChannelRef(id=one["channel"], type="channel"), "native": Native(message=one["message"])}
    sender = Actor(id=one["user"])
    kind: Kind = "message.created"
    content = Content(text=one["text"], attachments=tuple(AttachmentRef(**file) for file in one.get("files", ())))
    body: Body = MessageCreated(**about, sender=sender, content=content)
    if one.get("edit"):
        kind, body = "message.edited", MessageEdited(**about, sender=sender, content=content)
    elif one.get("delete"):
        kind, body = "message.deleted", MessageDeleted(**about)
    elif one.get("react"):
        kind, body = "reaction.added", Reaction(**about, emoji=one["react"], actor=sender)
    elif one.get("member"):
        kind = "member.joined" if one["member"] == "joined" else "member.left"
        body = Membership(channel=about["channel"], member=sender)
    elif one.get("name"):
        kind, body = "channel.changed", ChannelChanged(change="renamed", channel=_called(one["channel"], one["name"]))
    raw = one["raw"].encode("latin-1") if "raw" in one else orjson.dumps(one)
    tenant = given.header.tenant_id
    message = ids.message_id(tenant, PLATFORM, "W1", one["channel"], one["message"])
    thread = ids.message_id(tenant, PLATFORM, "W1", one["channel"], one["thread"]) if "thread" in one else None
    event = _event(
        given,
        raw,
        kind=kind,
        body=body,
        event_id=ids.event_id(message, kind, one["at"]),
        thread_id=thread,
        parent_message_id=thread,
        occurred_at=one["at"],
        subject_id=ids.subject_id(tenant, PLATFORM, "W1", one["user"]),
        channel_id=ids.channel_id(tenant, PLATFORM, "W1", one["channel"]),
        message_id=message if kind.split(".")[0] in ("message", "reaction") else None,
    )
    return Observation(event=event, raw=raw, opened=one.get("opened"))


def _called(channel: str, name: str) -> ChannelRef:
    return ChannelRef(id=channel, type="channel", name=name)


def _unrecognised(given: Delivery) -> Event:
    return _event(
        given,
        given.body,
        kind="unrecognised",
        body=Unrecognised(reason="not a pretend delivery"),
        event_id=ids.event_id("W1", "unrecognised", given.header.sha256),
        occurred_at=given.header.received_at,
        subject_id=ids.subject_id(given.header.tenant_id, PLATFORM, "W1", "connection"),
    )


def _event(given: Delivery, raw: bytes, **told: Any) -> Event:
    header = given.header
    return Event(
        tenant_id=header.tenant_id,
        connection_id=header.connection_id,
        platform=PLATFORM,
        workspace_id="W1",
        captured_at=header.received_at,
        source=header.source,
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        delivery=DeliveryRef(sha256=header.sha256, received_at=header.received_at),
        connector=ConnectorRef(name=PLATFORM, version="1"),
        **told,
    )
