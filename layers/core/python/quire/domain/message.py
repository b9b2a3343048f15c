"""The state of a message: a pure fold of its events whose result does not depend on their order of arrival."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from quire.domain.attachment_state import AttachmentState, attachment_states
from quire.domain.events import (
    Actor,
    AttachmentFact,
    ChannelRef,
    Content,
    Event,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Native,
    Reaction,
)
from quire.domain.ids import ChannelId, ConnectionId, MessageId, SubjectId, TenantId
from quire.domain.reaction_state import ReactionState, reaction_states
from quire.domain.time import nanoseconds


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said from ``at`` on. ``at`` is absent for a text we only know was there before an edit."""

    content: Content
    at: str | None = None
    by: Actor | None = None


@dataclass(frozen=True, slots=True)
class MessageState:
    """A message as it stands after its events. ``versions`` are all its texts, oldest first; the last is current."""

    message_id: MessageId
    tenant_id: TenantId
    connection_id: ConnectionId
    platform: str
    workspace_id: str
    channel_id: ChannelId | None
    channel: ChannelRef
    native: Native
    sent_at: str
    revision: int  # the number of events folded: it only grows
    thread_id: MessageId | None = None
    parent_message_id: MessageId | None = None
    subject_id: SubjectId | None = None  # the sender, absent while no event told who it was
    sender: Actor | None = None
    system: str | None = None
    broadcast: bool = False
    versions: tuple[Version, ...] = ()
    edited_at: str | None = None
    deleted_at: str | None = None
    deleted_by: Actor | None = None
    reactions: tuple[ReactionState, ...] = ()
    attachments: tuple[AttachmentState, ...] = ()
    event_ids: tuple[str, ...] = ()

    @property
    def content(self) -> Content | None:
        """What it says now, or said last; ``None`` while only a deletion or a reaction is known."""
        return self.versions[-1].content if self.versions else None


_ABOUT = (MessageCreated, MessageEdited, MessageDeleted, Reaction, AttachmentFact)
"""What an event about a message may hold; a union of them would be put together, and gone through, for each event."""


class _Order(NamedTuple):
    later: bool  # than the message's creation, which nothing about it can precede
    at: int
    event_id: str


def message_state(events: Iterable[Event]) -> MessageState | None:
    """Fold the events of one message; duplicates count once. ``None`` when no event is about a message.

    A deletion before its creation, an edit before its creation, two edits out of order all come right, because events
    are first put in the order (occurred_at, event_id). The creation comes first whatever its time: platforms give
    edits and reactions coarser times than messages, so that an edit's may lie before what it changed.
    """
    unique = {event.event_id: event for event in events if event.message_id is not None}
    ordered = sorted(unique.values(), key=_order)
    if not ordered:
        return None
    reference = _reference(ordered)
    body = reference.body
    assert isinstance(body, _ABOUT)  # noqa: S101 - it names its message
    wrote = _author_event(ordered)
    versions, edited_at = _versions(ordered)
    deleted = _deletion(ordered)
    first_told = next((b.sent_at for b in (_about(e) for e in ordered) if b is not None and b.sent_at), None)
    return MessageState(
        message_id=_message_id(reference),
        tenant_id=reference.tenant_id,
        connection_id=reference.connection_id,
        platform=reference.platform,
        workspace_id=reference.workspace_id,
        channel_id=reference.channel_id,
        channel=_channel(ordered, body.channel),
        native=body.native,
        thread_id=next((e.thread_id for e in ordered if e.thread_id), None),
        parent_message_id=next((e.parent_message_id for e in ordered if e.parent_message_id), None),
        subject_id=wrote.subject_id if wrote else None,
        sender=_sender(ordered),
        sent_at=first_told or reference.occurred_at,
        system=next((b.system for b in _texts(ordered) if b.system), None),
        broadcast=any(b.broadcast for b in _texts(ordered)),
        versions=versions,
        edited_at=edited_at,
        deleted_at=deleted.occurred_at if deleted else None,
        deleted_by=deleted.body.deleted_by if deleted and isinstance(deleted.body, MessageDeleted) else None,
        reactions=reaction_states(ordered),
        attachments=attachment_states(ordered),
        revision=len(ordered),
        event_ids=tuple(sorted(unique)),
    )


def _order(event: Event) -> _Order:
    return _Order(not isinstance(event.body, MessageCreated), nanoseconds(event.occurred_at), event.event_id)


def _message_id(event: Event) -> MessageId:
    if event.message_id is None:
        raise ValueError("an event about no message cannot be folded into one")
    return event.message_id


def _about(
    event: Event,
) -> MessageCreated | MessageEdited | MessageDeleted | Reaction | AttachmentFact | None:
    return event.body if isinstance(event.body, _ABOUT) else None


def _texts(ordered: list[Event]) -> list[MessageCreated | MessageEdited]:
    return [e.body for e in ordered if isinstance(e.body, (MessageCreated, MessageEdited))]


def _reference(ordered: list[Event]) -> Event:
    """The event that knows most about the message: its creation, else an edit, else whatever came first."""
    for wanted in (MessageCreated, MessageEdited, MessageDeleted):
        for event in ordered:
            if isinstance(event.body, wanted):
                return event
    return ordered[0]


def _author_event(ordered: list[Event]) -> Event | None:
    """An event whose subject is the message's author: its creation, else an edit by the author's own hand."""
    created = next((e for e in ordered if isinstance(e.body, MessageCreated)), None)
    if created is not None:
        return created
    for event in ordered:
        body = event.body
        if not isinstance(body, MessageEdited) or body.sender is None:
            continue
        if body.edited_by is None or body.edited_by.id == body.sender.id:
            return event
    return None


def _sender(ordered: list[Event]) -> Actor | None:
    """The sender as the creation tells; else as an edit or a deletion does."""
    for wanted in (MessageCreated, MessageEdited, MessageDeleted):
        for event in ordered:
            if isinstance(event.body, wanted) and event.body.sender:
                return event.body.sender
    return None


def _channel(ordered: list[Event], fallback: ChannelRef) -> ChannelRef:
    """Each property of the conversation as the latest event that tells it."""
    told = [body.channel for body in (_about(e) for e in ordered) if body is not None]
    if len(told) == 1 and told[0].name != "" and told[0].parent != "":
        return told[0]  # as most are: nothing to put together
    latest = list(reversed(told))
    return ChannelRef(
        id=fallback.id,
        name=next((c.name for c in latest if c.name), None),
        type=next((c.type for c in latest if c.type), None),
        external=next((c.external for c in latest if c.external is not None), None),
        parent=next((c.parent for c in latest if c.parent), None),
    )


def _versions(ordered: list[Event]) -> tuple[tuple[Version, ...], str | None]:
    """All texts, oldest first, and when a person last edited.

    A change that is not a person's and leaves the text as it was (a link preview) replaces what is shown without making
    a new version; one that takes words away or alters them (a policy that blocks) makes one, so that no text is lost. A
    text that only an edit or deletion remembers comes in front of it, unless we hold it already.
    """
    versions: list[Version] = []
    edited_at: str | None = None
    for event in ordered:
        body = event.body
        if isinstance(body, MessageCreated):
            versions.append(Version(content=body.content, at=event.occurred_at, by=body.sender))
        elif isinstance(body, MessageEdited):
            _remember(versions, body.previous, body.sender)
            if body.cause == "user" or not versions or _words(versions[-1].content) != _words(body.content):
                versions.append(Version(content=body.content, at=event.occurred_at, by=body.edited_by or body.sender))
            else:
                versions[-1] = replace(versions[-1], content=body.content)
            if body.cause == "user":
                edited_at = event.occurred_at
        elif isinstance(body, MessageDeleted):
            _remember(versions, body.previous, body.sender)
    return tuple(versions), edited_at


def _remember(versions: list[Version], previous: Content | None, by: Actor | None) -> None:
    if previous is None:
        return
    if not versions or versions[-1].content.text != previous.text:
        versions.append(Version(content=previous, at=None, by=by))


def _words(content: Content) -> str:
    """The text as the platform has it: how names are spelled out may differ between two readings."""
    return content.text if content.source_text is None else content.source_text


def _deletion(ordered: list[Event]) -> Event | None:
    """The deletion in force: none when the message was written again (undeleted) after the last one."""
    deleted: Event | None = None
    for event in ordered:
        if isinstance(event.body, MessageDeleted):
            deleted = event
        elif isinstance(event.body, MessageEdited) and event.body.cause == "platform":
            deleted = None
    return deleted
