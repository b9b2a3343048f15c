"""Messages of Slack: written, edited, unfurled, deleted, reacted to.

https://docs.slack.dev/reference/events/message
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quire.connectors.seam import Fact
from quire.connectors.shape import mapping, mappings, said, text, unix_time
from quire.connectors.slack.announcements import announced
from quire.connectors.slack.content import content
from quire.connectors.slack.people import person, sender
from quire.connectors.slack.setting import Setting
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

# Subtypes whose text is somebody's words; every other subtype is Slack's own announcement.
_WORDS = frozenset(
    {"bot_message", "me_message", "file_share", "file_comment", "thread_broadcast", "reply_broadcast"}
    | {"slackbot_response", "message_replied", ""}
)
_BROADCASTS = frozenset({"thread_broadcast", "reply_broadcast"})
_UNKNOWN = Actor(id="unknown", type="system")

Message = Mapping[str, Any]


def message_facts(event: Message, setting: Setting) -> Iterator[Fact]:
    """The facts of an event of type ``message``, or of a message on a page."""
    subtype = text(event.get("subtype"))
    inner = mapping(event.get("message"))
    if subtype == "message_changed" and inner:
        yield from _changed(event, inner, setting)
    elif subtype == "message_deleted":
        previous = mapping(event.get("previous_message"))
        native = said(event.get("deleted_ts")) or said(previous.get("ts"))
        yield from _deleted(event, native, previous, setting.time(event.get("event_ts"), event.get("ts")), setting)
    elif subtype == "tombstone":
        yield from _deleted(event, said(event.get("ts")), {}, setting.element.received_at, setting)
    elif subtype == "message_changed":
        yield setting.unrecognised(event, "a change without the message it is about", "message/message_changed")
    elif subtype == "ekm_access_denied":
        # The text is Slack's, not the author's; were it archived as the message, it would stand in the real one's way.
        yield setting.unrecognised(event, "a message whose keys are withheld", "message/ekm_access_denied")
    elif inner and subtype in {"message_replied", ""}:
        # `message_replied` may come without its subtype; the message within is the thread's root as it stands.
        yield from _standing({**inner, **{key: event.get(key) for key in ("channel", "channel_type")}}, setting)
    else:
        yield from _standing(event, setting)


class _About(NamedTuple):
    """What every event about a message tells of it, save its text."""

    channel: ChannelRef
    native: Native
    sender: Actor | None
    system: str | None
    broadcast: bool | None


def _about(message: Message, native: str, channel: ChannelRef, setting: Setting, previous: Message) -> _About:
    wrote = sender(message, setting.workspace, setting.names) or sender(previous, setting.workspace, setting.names)
    broadcast = True if text(message.get("subtype")) in _BROADCASTS else None
    return _About(channel, _native(message, native), wrote, _system(message), broadcast)


def _standing(message: Message, setting: Setting) -> Iterator[Fact]:
    """A message as it stands: created, or, where it was edited already, its last edit only (the first text is gone)."""
    native = said(message.get("ts"))
    if native is None:
        yield setting.unrecognised(message, "a message without ts", "message")
        return
    about = _about(message, native, setting.channel(message), setting, {})
    says = content(message, setting.names)
    edited = mapping(message.get("edited"))
    if edited:
        edited_ts = said(edited.get("ts"))
        yield _edit(about, message, says, None, edited_ts, setting.time(edited_ts, native), setting)
    else:
        body = MessageCreated(
            channel=about.channel,
            native=about.native,
            sender=about.sender or _UNKNOWN,
            content=says,
            system=about.system,
            broadcast=about.broadcast,
        )
        yield _fact("message.created", body, "", setting.time(native), _subject(about))
    if about.system:
        yield from announced(message, about.channel, about.sender or _UNKNOWN, setting)
    if not setting.live:
        yield from _standing_reactions(message, about, setting)


def _changed(event: Message, message: Message, setting: Setting) -> Iterator[Fact]:
    """``message_changed``: a person's edit, a deletion that leaves a tombstone, or Slack's own doing."""
    previous = mapping(event.get("previous_message"))
    native = said(message.get("ts")) or said(previous.get("ts"))
    if native is None:
        yield setting.unrecognised(event, "a change of a message without ts", "message/message_changed")
        return
    edited = mapping(message.get("edited"))
    at = setting.time(event.get("event_ts"), event.get("ts"), edited.get("ts"))
    if message.get("subtype") == "tombstone":
        yield from _deleted({**event, "thread_ts": message.get("thread_ts")}, native, previous, at, setting)
        return
    about = _about(message, native, setting.channel(event), setting, previous)
    before = content(previous, setting.names) if "text" in previous else None
    after = content(message, setting.names)
    mark = said(event.get("event_ts")) or text(event.get("ts"))
    if edited and edited != previous.get("edited"):
        yield _edit(about, message, after, before, said(edited.get("ts")) or mark, at, setting)
    elif before is not None and before.text != after.text:  # apps may change their text without a mark
        yield _edit(about, message, after, before, mark, at, setting)
    else:
        unfurled = not previous or message.get("attachments") != previous.get("attachments")
        body = MessageEdited(
            sent_at=unix_time(native), content=after, cause="preview" if unfurled else "platform", **about._asdict()
        )
        yield _fact("message.edited", body, mark, at, _subject(about))


def _edit(
    about: _About,
    message: Message,
    after: Content,
    before: Content | None,
    mark: str | None,
    at: str,
    setting: Setting,
) -> Fact:
    """A change of the text by a person or an app. ``mark`` is the platform's own for this edit."""
    editor = said(mapping(message.get("edited")).get("user"))
    body = MessageEdited(
        sent_at=unix_time(about.native.message),
        content=after,
        edited_by=person(editor, setting.names) if editor else None,
        previous=before,
        **about._asdict(),
    )
    # `edited.ts` counts whole seconds, and an app may edit twice within one: the text tells the two apart.
    discriminator = f"{mark or ''}|{hashlib.sha256(text(message.get('text')).encode()).hexdigest()[:16]}"
    return _fact("message.edited", body, discriminator, at, editor or _subject(about))


def _deleted(event: Message, native: str | None, previous: Message, at: str, setting: Setting) -> Iterator[Fact]:
    if native is None:
        yield setting.unrecognised(event, "a deletion of a message without ts", "message/message_deleted")
        return
    wrote = sender(previous, setting.workspace, setting.names)
    body = MessageDeleted(
        channel=setting.channel(event),
        native=_native({"thread_ts": previous.get("thread_ts") or event.get("thread_ts")}, native),
        sent_at=unix_time(native),
        sender=wrote,
        previous=content(previous, setting.names) if "text" in previous else None,
    )
    yield _fact("message.deleted", body, "", at, wrote.id if wrote else None)


def _standing_reactions(message: Message, about: _About, setting: Setting) -> Iterator[Fact]:
    """Reactions a re-read finds: who and what, never when. Slack may list fewer people than it counts."""
    for reaction in mappings(message.get("reactions")):
        users, emoji = reaction.get("users"), text(reaction.get("name"))
        for user in users if isinstance(users, list) and emoji else []:
            if not isinstance(user, str) or not user:
                continue
            body = Reaction(
                channel=about.channel,
                native=about.native,
                sent_at=unix_time(about.native.message),
                emoji=emoji,
                actor=person(user, setting.names),
                timed=False,
            )
            yield _fact("reaction.added", body, f"{user}|{emoji}|", setting.element.received_at, user)


def reaction_facts(event: Message, setting: Setting) -> Iterator[Fact]:
    """``reaction_added`` and ``reaction_removed`` on messages; on files they are no message facts."""
    item = mapping(event.get("item"))
    native, user, emoji = said(item.get("ts")), said(event.get("user")), said(event.get("reaction"))
    if item.get("type") != "message" or native is None or user is None or emoji is None:
        yield setting.unrecognised(event, "a reaction on something that is no message", event.get("type"))
        return
    body = Reaction(
        channel=setting.channel({"channel": item.get("channel")}),
        native=Native(message=native),
        sent_at=unix_time(native),
        emoji=emoji,
        actor=person(user, setting.names),
    )
    mark = f"{user}|{emoji}|{text(event.get('event_ts'))}"
    kind: Kind = "reaction.added" if event.get("type") == "reaction_added" else "reaction.removed"
    yield _fact(kind, body, mark, setting.time(event.get("event_ts")), user)


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


def _native(message: Message, native: str) -> Native:
    thread = said(message.get("thread_ts"))
    if thread is None or thread == native:
        return Native(message=native)
    return Native(message=native, thread=thread, parent=thread)


def _subject(about: _About) -> str | None:
    """The sender; nobody for Slack's own announcements."""
    return about.sender.id if about.sender and not about.system else None


def _system(message: Message) -> str | None:
    if message.get("is_ephemeral") is True:
        return "ephemeral"
    subtype = text(message.get("subtype"))
    return None if subtype in _WORDS else subtype
