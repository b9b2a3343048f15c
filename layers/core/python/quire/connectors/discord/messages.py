"""Discord messages: written, edited, previewed, deleted, reacted to, announced.

https://docs.discord.com/developers/events/gateway-events#messages
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import orjson

from quire.connectors.discord.content import FORWARD, content
from quire.connectors.discord.notices import Notice, announced, notice
from quire.connectors.discord.people import UNKNOWN, author, person
from quire.connectors.discord.setting import Setting
from quire.connectors.discord.snowflake import iso_time, made_at, native, sent_at
from quire.connectors.seam import Fact, unrecognised
from quire.connectors.shape import mapping, said
from quire.domain.events import (
    ANYONE,
    Actor,
    AttachmentRef,
    Content,
    Kind,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Native,
    Reaction,
)

Message = Mapping[str, Any]
Cause = Literal["user", "preview", "platform"]

_SHOWN = ("content", "attachments", "components", "poll", "sticker_items", "message_snapshots")


def created_facts(message: Message, setting: Setting) -> Iterator[Fact]:
    """A message as it stands: created, or, where it was edited already, its last edit only (the first text is gone)."""
    if not native(message.get("id")):
        yield unrecognised(setting.element, "a message without an id", "message")
        return
    edited = iso_time(message.get("edited_timestamp"))
    says, announcement, wrote = _read(message)
    at = _sent(message, setting)
    channel = setting.channel(message)
    known = announcement is not None and announcement.known
    system = announcement.kind if announcement and known else None
    if edited:
        yield _edit(message, says, edited, edited, setting)
    else:
        body = MessageCreated(channel=channel, native=_native(message), sender=wrote, content=says, system=system)
        yield _fact("message.created", body, "", at, None if system else wrote.id)
    if announcement and known:
        yield from announced(message, announcement.kind, channel, wrote, at)
    elif announcement:
        yield unrecognised(setting.element, "a message of a type we do not know", f"message/{announcement.kind}", at)


def updated_facts(message: Message, setting: Setting) -> Iterator[Fact]:
    """``MESSAGE_UPDATE``: the whole message after a person's edit, a link preview, a pin...

    A later preview bears the time of an earlier edit, so a preview is told for itself wherever there is one.
    """
    if not native(message.get("id")):
        yield unrecognised(setting.element, "a change of a message without its id", "MESSAGE_UPDATE")
        return
    if "content" not in message:
        yield unrecognised(setting.element, "a change without the message's content", "MESSAGE_UPDATE")
        return
    edited = iso_time(message.get("edited_timestamp"))
    says, _, _ = _read(message)
    if edited:
        yield _edit(message, says, edited, edited, setting)
    embeds = message.get("embeds")
    if embeds:
        yield _edit(message, says, f"preview|{_digest(embeds)}", setting.now, setting, "preview")
    elif not edited:
        mark = _digest({key: message.get(key) for key in (*_SHOWN, "pinned", "flags")})
        yield _edit(message, says, f"state|{mark}", setting.now, setting, "platform")


def deleted_facts(told: Message, setting: Setting) -> Iterator[Fact]:
    """``MESSAGE_DELETE`` and ``MESSAGE_DELETE_BULK``: ids only; neither when, nor by whom, nor what it said."""
    many = told.get("ids")
    for each in many if isinstance(many, list) else [told.get("id")]:
        identifier = native(each)
        if identifier:
            body = MessageDeleted(
                channel=setting.channel(told), native=Native(message=identifier), sent_at=made_at(identifier)
            )
            yield _fact("message.deleted", body, "", setting.now, None)


def reaction_facts(told: Message, setting: Setting, event: str) -> Iterator[Fact]:
    """Reactions set and taken back; Discord gives them no time."""
    message, user = native(told.get("message_id")), native(told.get("user_id"))
    emoji = "" if event == "MESSAGE_REACTION_REMOVE_ALL" else emoji_of(mapping(told.get("emoji")))
    everybodys = event in {"MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI"}
    if not message or not (user or everybodys) or not (emoji or event == "MESSAGE_REACTION_REMOVE_ALL"):
        yield unrecognised(setting.element, "a reaction of nobody, or to nothing, it names", event)
        return
    member = mapping(told.get("member"))
    actor = ANYONE if everybodys else person(mapping(member.get("user")), member).model_copy(update={"id": user})
    body = Reaction(
        channel=setting.channel(told),
        native=Native(message=message),
        sent_at=made_at(message),
        emoji=emoji,
        actor=actor,
        timed=False,
    )
    kind: Kind = "reaction.added" if event == "MESSAGE_REACTION_ADD" else "reaction.removed"
    yield _fact(kind, body, f"{actor.id}|{emoji}|{setting.mark()}", setting.now, None if everybodys else user)


def emoji_of(emoji: Mapping[str, Any]) -> str:
    """A unicode emoji as it is; a custom one by name and id, as in Discord's own addresses."""
    name, identifier = said(emoji.get("name")), native(emoji.get("id"))
    if identifier:
        return f"{name or 'custom'}:{identifier}"
    return name or ""


def _read(message: Message) -> tuple[Content, Notice | None, Actor]:
    says = content(message)
    announcement = notice(message, says.text)
    if announcement is not None:
        says = says.model_copy(update={"text": announcement.words})
    elif not says.text and not says.attachments:
        says = says.model_copy(update={"text": "(a message that shows the bot nothing)"})
    return says, announcement, author(message)


def standing_fact(message: Message, setting: Setting, mark: str, totals: AttachmentRef | None) -> Fact:
    """How a message stands on a page: its previews, and how many reacted with what."""
    says, _, _ = _read(message)
    if totals:
        says = says.model_copy(update={"attachments": (*says.attachments, totals)})
    return _edit(message, says, mark, setting.now, setting, "platform")


def _edit(message: Message, says: Content, mark: str, at: str, setting: Setting, cause: Cause = "user") -> Fact:
    wrote = author(message)
    told = wrote if wrote.id != UNKNOWN else None
    body = MessageEdited(
        channel=setting.channel(message),
        native=_native(message),
        sent_at=_sent(message, setting),
        sender=told,
        content=says,
        cause=cause,
    )
    return _fact("message.edited", body, mark, at, told.id if told else None)


def _native(message: Message) -> Native:
    """A reply names what it answers; a forward or a published message points elsewhere."""
    reference = mapping(message.get("message_reference"))
    answered = native(reference.get("message_id"))
    place, here = native(reference.get("channel_id")), native(message.get("channel_id"))
    same_place = not place or not here or place == here
    is_answer = bool(answered) and reference.get("type") != FORWARD and same_place
    return Native(message=native(message.get("id")), parent=answered if is_answer else None)


def _sent(message: Message, setting: Setting) -> str:
    return sent_at(native(message.get("id")), message.get("timestamp")) or setting.now


def _digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _fact(
    kind: Kind,
    body: MessageCreated | MessageEdited | MessageDeleted | Reaction,
    discriminator: str,
    occurred_at: str,
    subject: str | None,
) -> Fact:
    about = body.native
    return Fact(
        kind, body, discriminator, occurred_at, subject, body.channel.id, about.message, about.thread, about.parent
    )
