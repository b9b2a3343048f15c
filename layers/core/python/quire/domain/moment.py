"""A message exactly as a member saw it at an instant: its events up to then, folded as they are for its state now.

An event counts from when it happened by the platform's clock, and never before the message was sent: platforms give
edits and reactions coarser times than messages. How the bytes of a file fared is the archive's affair and not a
member's, so what is known of it now is told at every instant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from quire.domain.events import AttachmentFact, ChannelRef, Event, MessageCreated
from quire.domain.message import MessageState, message_state
from quire.domain.time import nanoseconds


def state_at(events: Iterable[Event], at: str) -> MessageState | None:
    """What a member saw of one message at ``at`` (RFC 3339 in UTC, itself included); ``None`` before it was sent.

    Only the text shown then is in ``versions``, only reactions that stood are in ``reactions``. A message that was
    deleted by then keeps its place and nothing of what it said: members saw a notice in it, or nothing. One without a
    version was there, but no event tells what it said. Who sent it, where and when, is told by whatever event tells
    it, at whatever time: it cannot change. ``revision`` counts the events until then, files' own not included.
    """
    known = list({event.event_id: event for event in events if event.message_id is not None}.values())
    whole = message_state(known)
    instant = nanoseconds(at)
    if whole is None or nanoseconds(whole.sent_at) > instant:
        return None
    begun = nanoseconds(whole.sent_at)
    acts = [event for event in known if not isinstance(event.body, AttachmentFact)]
    happened = [event for event in acts if counts_from(event, begun) <= instant]
    return _seen(whole, message_state(happened), happened)


def counts_from(event: Event, begun: int) -> int:
    """From which instant on an event of a message sent at ``begun`` counts, both in nanoseconds since 1970."""
    return begun if isinstance(event.body, MessageCreated) else max(nanoseconds(event.occurred_at), begun)


def _seen(whole: MessageState, then: MessageState | None, happened: Sequence[Event]) -> MessageState:
    """The message with what could change as it was ``then``; ``None`` where nothing had happened to it that we know,
    and only a later event tells that it had been sent."""
    deleted = then is not None and then.deleted_at is not None
    content = then.content if then and not deleted else None
    shown = {reference.id for reference in content.attachments} if content else set()
    return replace(
        whole,
        channel=then.channel if then else ChannelRef(id=whole.channel.id),
        system=then.system if then else None,
        broadcast=then.broadcast if then else False,
        versions=then.versions[-1:] if then and content else (),
        edited_at=then.edited_at if then and not deleted else None,
        deleted_at=then.deleted_at if then else None,
        deleted_by=then.deleted_by if then else None,
        reactions=tuple(each for each in then.reactions if each.removed_at is None) if then and not deleted else (),
        attachments=tuple(each for each in whole.attachments if each.attachment_id in shown),
        revision=len(happened),
        event_ids=tuple(sorted(event.event_id for event in happened)),
    )
