"""Telegram messages: written, edited, deleted, reacted to, announced.

https://core.telegram.org/bots/api#message
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import mapping, mappings, said, text, unix_time
from quire.connectors.telegram import content as spoken
from quire.connectors.telegram.people import channel_of, number, person, sender, speaking_chat
from quire.connectors.telegram.service import announced, service
from quire.domain.events import (
    Actor,
    Kind,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Native,
    Reaction,
)

Message = Mapping[str, Any]

_GONE = frozenset({"chat", "message_id", "date"})


def message_facts(message: Message, element: Element, update: str, edited: bool) -> Iterator[Fact]:
    """The facts of a message object; ``update`` is the number of the update it came in, where it came in one."""
    native = native_id(message, update)
    if native is None:
        yield unrecognised(element, "a message without an id", "message")
        return
    if not number(mapping(message.get("chat")).get("id")):
        yield unrecognised(element, "a message of no chat it names", "message")
        return
    if _GONE.issuperset(message) and not message.get("date"):
        yield unrecognised(element, "a message the bot cannot see (any more)", "inaccessible_message")
        return
    if edited:
        yield _edited(message, native, element)
    else:
        yield from _created(message, native, element)


def native_id(message: Message, update: str = "") -> str | None:
    """The message's id within its chat.

    One shown to a single person has a number of its own and ``message_id`` 0; so has one that waits to be sent.
    """
    plain = number(message.get("message_id"))
    if plain and plain != "0":
        return plain
    alone = number(message.get("ephemeral_message_id"))
    if alone:
        return f"ephemeral:{number(mapping(message.get('receiver_user')).get('id'))}:{alone}"
    return f"update:{update}" if plain and update else plain or None


def _created(message: Message, native: str, element: Element) -> Iterator[Fact]:
    notice = service(message, spoken.KEYS)
    says = spoken.content(message)
    if notice is not None:
        says = says.model_copy(update={"text": notice.words})
    elif not says.text and not says.attachments:
        says = says.model_copy(update={"text": "(a message that shows the bot nothing)"})
    wrote = sender(message)
    at = _time(element, message.get("date"))
    body = MessageCreated(
        channel=channel_of(message),
        native=_native(message, native),
        sender=wrote,
        content=says,
        system=notice.key if notice and notice.known else None,
    )
    yield _fact("message.created", body, "", at, None if body.system else wrote.id)
    if notice is None:
        return
    if not notice.known:
        yield unrecognised(element, "a message of a kind we do not know", f"message/{notice.key}", at)
    yield from announced(message, notice.key, _mark(message.get("date")), at)


def _edited(message: Message, native: str, element: Element) -> Fact:
    """The message as it stands now. Without ``edit_date`` nothing shows that a person changed it.

    Votes in a poll and steps of a live location come as edits too, and are no change of anybody's words.
    """
    says = spoken.content(message)
    at = _time(element, message.get("edit_date"), message.get("date"))
    moving = bool(message.get("poll")) or bool(mapping(message.get("location")).get("live_period"))
    by_person = _mark(message.get("edit_date")) not in {"", "0"} and not moving
    wrote = sender(message)
    body = MessageEdited(
        channel=channel_of(message),
        native=_native(message, native),
        sent_at=unix_time(message.get("date")),
        sender=wrote,
        content=says,
        cause="user" if by_person else "platform",
    )
    return _fact("message.edited", body, f"{_mark(message.get('edit_date'))}|{_digest(message)}", at, wrote.id)


def _digest(message: Message) -> str:
    """Tells two edits within one second apart: ``edit_date`` counts whole seconds."""
    shown = {key: message[key] for key in message if key in spoken.KEYS or key in spoken.MARKS}
    return hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def deleted_facts(update: Message, element: Element) -> Iterator[Fact]:
    """``deleted_business_messages``: ids only; neither when nor by whom."""
    channel = channel_of(update)
    numbers = update.get("message_ids")
    for each in numbers if isinstance(numbers, list) else []:
        native = number(each)
        if native:
            body = MessageDeleted(channel=channel, native=Native(message=native))
            yield _fact("message.deleted", body, "", element.received_at, None)


def reaction_facts(update: Message, element: Element) -> Iterator[Fact]:
    """``message_reaction``: what one person's reactions were and are; the difference is what happened."""
    native, actor = native_id(update), _reacting(update)
    if native is None or actor is None:
        yield unrecognised(element, "a reaction of nobody, or to nothing, it names", "message_reaction")
        return
    before, after = _emoji(update.get("old_reaction")), _emoji(update.get("new_reaction"))
    at, mark = _time(element, update.get("date")), _mark(update.get("date"))
    channel = channel_of(update)
    verbs: tuple[tuple[Kind, list[str]], ...] = (
        ("reaction.removed", [emoji for emoji in before if emoji not in after]),
        ("reaction.added", [emoji for emoji in after if emoji not in before]),
    )
    for kind, changed in verbs:
        for emoji in changed:
            body = Reaction(channel=channel, native=Native(message=native), emoji=emoji, actor=actor)
            yield _fact(kind, body, f"{actor.id}|{emoji}|{mark}", at, actor.id)


def _reacting(update: Message) -> Actor | None:
    user, chat = mapping(update.get("user")), mapping(update.get("actor_chat"))
    if user:
        return person(user)
    return speaking_chat(chat) if chat else None


def _emoji(reactions: object) -> list[str]:
    """Each reaction's emoji; a custom one goes by its id, a paid one is a star."""
    found = []
    for reaction in mappings(reactions):
        custom = said(reaction.get("custom_emoji_id"))
        star = "\u2b50" if reaction.get("type") == "paid" else ""
        found.append(text(reaction.get("emoji")) or (f"custom:{custom}" if custom else star) or "unknown")
    return found


def _native(message: Message, native: str) -> Native:
    """Topics and threads go by the id of the message that began them; what merely stands in a topic answers nothing."""
    topic = number(message.get("message_thread_id"))
    direct = number(mapping(message.get("direct_messages_topic")).get("topic_id"))
    thread = topic if topic and topic != native else f"topic:{direct}" if direct else None
    answered = native_id(mapping(message.get("reply_to_message"))) or native_id(mapping(message.get("pinned_message")))
    only_stands = message.get("is_topic_message") is True and answered == topic
    return Native(message=native, thread=thread, parent=None if only_stands else answered)


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


def _time(element: Element, *values: object) -> str:
    """The first of ``values`` that is a time; 0 stands for none."""
    return unix_time(*(value for value in values if value)) or element.received_at


def _mark(value: object) -> str:
    return number(value)
