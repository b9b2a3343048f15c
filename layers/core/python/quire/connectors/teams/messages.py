"""Messages of Teams: written, edited, blocked, deleted, reacted to.

https://learn.microsoft.com/en-us/graph/api/resources/chatmessage
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quire.connectors.seam import Fact, unrecognised
from quire.connectors.shape import mapping, mappings, rfc3339_time, said, text
from quire.connectors.teams.announcements import Announcement, announced, announcement
from quire.connectors.teams.content import content, is_emptied
from quire.connectors.teams.people import SYSTEM, actor
from quire.connectors.teams.setting import Setting
from quire.domain.events import (
    Actor,
    ChannelRef,
    Content,
    Kind,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Native,
    Reaction,
)
from quire.domain.time import nanoseconds, sort_key

_SECOND = 1_000_000_000
_SETTLED = 2 * _SECOND  # how long after a known act Graph may still move a message's modification time

Message = Mapping[str, Any]


class _About(NamedTuple):
    """What every event about a message tells of it, save its text."""

    channel: ChannelRef
    native: Native
    sent_at: str
    sender: Actor | None
    system: str | None


def message_facts(message: Message, setting: Setting) -> Iterator[Fact]:
    """The facts of a ``chatMessage`` as it stands.

    One edited before we saw it gives its last edit only, for the first text is gone; one that moved for no reason it
    tells (it was restored after a deletion, a reaction was taken back) gives an edit by the platform.
    """
    native = said(message.get("id")) or setting.path.get("replies") or setting.path.get("messages")
    if native is None:
        yield unrecognised(setting.element, "a message without an id", "chatMessage")
        return
    says, answered = content(message)
    detail = announcement(message)
    about = _about(message, native, answered, setting, detail)
    if detail:
        says = Content(text=detail.text, source_text=says.source_text, attachments=detail.links)
    yield from _text_facts(message, about, says, setting)
    if detail:
        yield from announced(detail, about.channel, about.sender or SYSTEM, native, about.sent_at, setting)
    yield from _reactions(message, about, setting)


def deletion_without_content(setting: Setting) -> Iterator[Fact]:
    """A notification that a message was deleted, which does not carry the message."""
    native = setting.path.get("replies") or setting.path["messages"]
    about = _about({}, native, None, setting, None)
    body = MessageDeleted(channel=about.channel, native=about.native, sent_at=about.sent_at)
    yield _fact("message.deleted", body, "", setting.element.received_at, None)


def _about(
    message: Message, native: str, answered: str | None, setting: Setting, detail: Announcement | None
) -> _About:
    root = said(message.get("replyToId")) or setting.path.get("messages")
    thread = root if root != native else None
    parent = thread or (answered if answered != native else None)
    sender = actor(message.get("from"), setting.workspace)
    if sender is None and detail:
        sender = actor(detail.told.get("initiator"), setting.workspace) or SYSTEM
    return _About(
        channel=setting.conversation(message),
        native=Native(message=native, thread=thread, parent=parent),
        sent_at=setting.time(native, message.get("createdDateTime")),
        sender=sender,
        system=detail.system if detail else None,
    )


def _text_facts(message: Message, about: _About, says: Content, setting: Setting) -> Iterator[Fact]:
    deleted_at = rfc3339_time(message.get("deletedDateTime"))
    edited_at = rfc3339_time(message.get("lastEditedDateTime"))
    modified_at = rfc3339_time(message.get("lastModifiedDateTime"))
    gone = setting.change == "deleted" or message.get("deleted") is True or mapping(message.get("@removed"))
    if deleted_at or gone:
        body = MessageDeleted(
            channel=about.channel,
            native=about.native,
            sent_at=about.sent_at,
            sender=about.sender,
            previous=None if is_emptied(says) else says,
        )
        mark = sort_key(deleted_at) if deleted_at else ""
        at = deleted_at or modified_at or setting.element.received_at
        yield _fact("message.deleted", body, mark, at, _subject(about))
    elif "block" in text(mapping(message.get("policyViolation")).get("dlpAction")).lower():
        at = modified_at or setting.element.received_at
        yield _edit(about, says, "policy", f"policy|{sort_key(modified_at) if modified_at else ''}", at)
    else:
        if edited_at:
            yield _edit(about, says, "user", sort_key(edited_at), edited_at)
        else:
            created = MessageCreated(
                channel=about.channel,
                native=about.native,
                sender=about.sender or SYSTEM,
                content=says,
                system=about.system,
            )
            yield _fact("message.created", created, "", about.sent_at, _subject(about))
        if modified_at and nanoseconds(modified_at) > _last_known_act(message, about) + _SETTLED:
            yield _edit(about, says, "platform", f"platform|{sort_key(modified_at)}", modified_at)


def _last_known_act(message: Message, about: _About) -> int:
    """When the message was last changed in a way it tells, in nanoseconds since 1970."""
    acts = [message.get("lastEditedDateTime")]
    acts += [reaction.get("createdDateTime") for reaction in mappings(message.get("reactions"))]
    acts += [item.get("modifiedDateTime") for item in mappings(message.get("messageHistory"))]
    times = [time for act in acts if (time := rfc3339_time(act))]
    return max(nanoseconds(time) for time in [about.sent_at, *times])


def _edit(about: _About, says: Content, cause: Any, discriminator: str, at: str) -> Fact:
    body = MessageEdited(
        channel=about.channel,
        native=about.native,
        sent_at=about.sent_at,
        sender=about.sender,
        content=says,
        cause=cause,
        system=about.system,
    )
    return _fact("message.edited", body, discriminator, at, _subject(about))


def _reactions(message: Message, about: _About, setting: Setting) -> Iterator[Fact]:
    """The reactions that stand, and those that the message's history tells were set or taken back, once each."""
    told = _history(message, about, setting)
    for reaction in mappings(message.get("reactions")):
        told.extend(_reaction("reaction.added", reaction, reaction.get("createdDateTime"), about, setting))
    yield from {(fact.kind, fact.discriminator): fact for fact in told}.values()


def _history(message: Message, about: _About, setting: Setting) -> list[Fact]:
    found: list[Fact] = []
    for item in mappings(message.get("messageHistory")):
        reaction, at = mapping(item.get("reaction")), item.get("modifiedDateTime")
        if item.get("actions") == "reactionAdded":
            found += _reaction("reaction.added", reaction, reaction.get("createdDateTime") or at, about, setting)
        elif item.get("actions") == "reactionRemoved":
            found += _reaction("reaction.removed", reaction, at, about, setting)
    return found


def _reaction(kind: Kind, reaction: Message, at: object, about: _About, setting: Setting) -> Iterator[Fact]:
    told = text(reaction.get("reactionType"))
    emoji = said(reaction.get("displayName")) or told if told == "custom" else told
    who = actor(reaction.get("user"), setting.workspace)
    if not emoji or who is None:
        return
    time = rfc3339_time(at)
    body = Reaction(
        channel=about.channel,
        native=about.native,
        sent_at=about.sent_at,
        emoji=emoji,
        actor=who,
        timed=time is not None,
    )
    mark = f"{who.id}|{emoji}|{sort_key(time) if time else ''}"
    yield _fact(kind, body, mark, time or setting.element.received_at, who.id)


def _fact(
    kind: Kind,
    body: MessageCreated | MessageEdited | MessageDeleted | Reaction,
    discriminator: str,
    occurred_at: str,
    subject: str | None,
) -> Fact:
    native = body.native
    return Fact(
        kind, body, discriminator, occurred_at, subject, body.channel.id, native.message, native.thread, native.parent
    )


def _subject(about: _About) -> str | None:
    """The sender; nobody for Teams' own announcements."""
    return about.sender.id if about.sender and not about.system else None
