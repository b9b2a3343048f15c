"""An event in one line, as a compliance officer would check it: what, when, where, who, and what it says."""

from typing import Any

from quire.domain.events import (
    Actor,
    AttachmentRef,
    ChannelChanged,
    ChannelRef,
    Content,
    Event,
    Membership,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Reaction,
    UserChanged,
)


def digest(event: Event) -> str:
    """``kind time place who: what``; bodies not about people tell their reason."""
    return f"{event.kind} {event.occurred_at} {_said(event.body)}"


def _said(body: Any) -> str:
    if isinstance(body, MessageCreated):
        return f"{_place(body)} {_who(body.sender)}{_marks(body)}: {_content(body.content)}"
    if isinstance(body, MessageEdited):
        before = f" (was: {body.previous.text})" if body.previous else ""
        return f"{_place(body)} {_who(body.sender)}{_marks(body)} by {body.cause}: {_content(body.content)}{before}"
    if isinstance(body, MessageDeleted):
        before = f" (was: {body.previous.text})" if body.previous else ""
        return f"{_place(body)} {_who(body.sender)}{before}"
    if isinstance(body, Reaction):
        return f"{_place(body)} {_who(body.actor)} :{body.emoji}:{'' if body.timed else ' (no time)'}"
    if isinstance(body, Membership):
        by = f" by {_who(body.by)}" if body.by else ""
        return f"{_channel(body.channel)} {_who(body.member)}{by}"
    if isinstance(body, ChannelChanged):
        before = f" (was: {body.previous_name or body.previous_id})" if body.previous_name or body.previous_id else ""
        return f"{_channel(body.channel)} {body.change}{before} by {_who(body.by)}"
    if isinstance(body, UserChanged):
        return f"{_who(body.user)} {body.change}"
    return f"{body.type}: {body.reason}"


def _place(body: Any) -> str:
    thread = f" in {body.native.thread}" if body.native.thread else ""
    answer = f" to {body.native.parent}" if body.native.parent and body.native.parent != body.native.thread else ""
    return f"{_channel(body.channel)} {body.native.message}{thread}{answer}"


def _channel(channel: ChannelRef | None) -> str:
    if channel is None:
        return "everywhere"
    name = f" {channel.name}" if channel.name else ""
    return f"[{channel.type or '?'}{' external' if channel.external else ''} {channel.id}{name}]"


def _who(actor: Actor | None) -> str:
    if actor is None:
        return "nobody"
    home = f" of {actor.workspace}" if actor.workspace else ""
    return f"{actor.type} {actor.name or actor.id}{home}"


def _marks(body: Any) -> str:
    return f"{f' ({body.system})' if body.system else ''}{' (broadcast)' if body.broadcast else ''}"


def _content(content: Content) -> str:
    subject = f"<{content.subject}> " if content.subject else ""
    importance = f"!{content.importance} " if content.importance else ""
    mentions = "".join(f" @{m.kind}={m.name or m.id}" for m in content.mentions)
    return f"{subject}{importance}{content.text}{mentions}{''.join(_attachment(a) for a in content.attachments)}"


def _attachment(attachment: AttachmentRef) -> str:
    size = f" {attachment.size}B" if attachment.size is not None else ""
    told = f" «{attachment.text}»" if attachment.text else ""
    return f" +{attachment.kind}={attachment.name or attachment.id}{size}{told}"
