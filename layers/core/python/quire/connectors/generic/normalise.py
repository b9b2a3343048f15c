"""Pushed events to facts.

Identity of a message is (workspace, channel, ``id``). An event names its workspace, or the connection's own is meant;
where there is none, the connection stands for it, so that two systems' ids never meet.
"""

import hashlib
from collections.abc import Iterator

from quire.connectors.generic.models import (
    Attachment,
    Created,
    Deleted,
    Edited,
    Mentioned,
    Moved,
    Reacted,
    Refusal,
    checked,
)
from quire.connectors.json_text import array_slices, read_json
from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import mapping, text
from quire.domain.delivery import Delivery
from quire.domain.events import (
    Actor,
    AttachmentRef,
    ChannelRef,
    Content,
    Kind,
    Membership,
    Mention,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Native,
    Reaction,
)


def split(delivery: Delivery) -> Iterator[Element]:
    """The delivery's events; anything else is one element.

    Raises:
        MalformedError: the body is not JSON.
    """
    header, body = delivery.header, delivery.body
    value = read_json(body)
    own = header.workspace_id or header.context.get("workspace", "") or f"connection:{header.connection_id}"
    events = mapping(value).get("events")
    if not isinstance(events, list) or not events:
        yield Element(body, None, own, header.received_at)
        return
    for raw, event in zip(array_slices(body, "events"), events, strict=True):
        workspace = text(mapping(event).get("workspace")) or own
        yield Element(raw, event, workspace, header.received_at, {"pushed": "event"})


def read(element: Element) -> Iterator[Fact]:
    """The fact of one event. One that was refused is kept, and told to be none."""
    if not element.known:
        yield unrecognised(element, "not an object with a list of events")
        return
    event = checked(element.value)
    if isinstance(event, Refusal):
        label = mapping(element.value).get("kind")
        yield unrecognised(element, f"refused: {event.detail}", label)
    elif isinstance(event, Moved):
        yield _moved(event)
    elif isinstance(event, Reacted):
        yield _reacted(event)
    elif isinstance(event, Deleted):
        yield _deleted(event)
    else:
        yield _written(event)


def _written(event: Created | Edited) -> Fact:
    channel, actor, says = _channel(event), _actor(event), _content(event)
    native = Native(message=event.id, thread=_other(event.threadId, event.id), parent=_other(event.replyTo, event.id))
    if isinstance(event, Created):
        created = MessageCreated(channel=channel, native=native, sender=actor, content=says)
        return _fact("message.created", created, "", event)
    edited = MessageEdited(channel=channel, native=native, sender=actor, content=says, edited_by=actor)
    # Two edits may bear one time: their text tells them apart.
    mark = f"{event.at}|{hashlib.sha256(says.text.encode()).hexdigest()[:16]}"
    return _fact("message.edited", edited, mark, event)


def _deleted(event: Deleted) -> Fact:
    native = Native(message=event.id, thread=_other(event.threadId, event.id))
    body = MessageDeleted(channel=_channel(event), native=native, deleted_by=_actor(event))
    return _fact("message.deleted", body, "", event)


def _reacted(event: Reacted) -> Fact:
    actor = _actor(event)
    body = Reaction(channel=_channel(event), native=Native(message=event.id), emoji=event.emoji, actor=actor)
    return _fact(event.kind, body, f"{actor.id}|{event.emoji}|{event.at}", event)


def _moved(event: Moved) -> Fact:
    channel, member = _channel(event), _actor(event)
    body = Membership(channel=channel, member=member)
    return Fact(event.kind, body, f"{member.id}|{event.at}", event.at, subject=member.id, channel=channel.id)


def _fact(
    kind: Kind,
    body: MessageCreated | MessageEdited | MessageDeleted | Reaction,
    discriminator: str,
    event: Created | Edited | Deleted | Reacted,
) -> Fact:
    native = body.native
    return Fact(
        kind=kind,
        body=body,
        discriminator=discriminator,
        occurred_at=event.at,
        subject=event.sender.id,
        channel=body.channel.id,
        message=native.message,
        thread=native.thread,
        parent=native.parent,
    )


def _channel(event: Created | Edited | Deleted | Reacted | Moved) -> ChannelRef:
    told = event.channel
    return ChannelRef(id=told.id, name=told.name or None, type=told.type)


def _actor(event: Created | Edited | Deleted | Reacted | Moved) -> Actor:
    told = event.sender
    return Actor(id=told.id, name=told.name or None, email=told.email or None)


def _content(event: Created | Edited) -> Content:
    mentions = [
        Mention(kind="user", id=who.id, name=who.name or None)
        if isinstance(who, Mentioned)
        else Mention(kind="user", id=who)
        for who in event.mentions or ()
    ]
    return Content(
        text=event.text or "",
        attachments=tuple(_attachment(file) for file in event.attachments or ()),
        mentions=tuple(dict.fromkeys(mentions)),
    )


def _attachment(file: Attachment) -> AttachmentRef:
    """A file; where its bytes came along they stay in the raw, and what they are is told here."""
    content = None if file.contentBase64 is None else file.content()
    return AttachmentRef(
        id=file.id,
        kind="image" if file.contentType.startswith("image/") else "file",
        name=file.name or None,
        content_type=file.contentType or None,
        size=None if content is None else len(content),
        url=file.url,
        sha256=None if content is None else hashlib.sha256(content).hexdigest(),
    )


def _other(native: str | None, own: str) -> str | None:
    """A message that is named, unless it is the one that speaks."""
    return native if native != own else None
