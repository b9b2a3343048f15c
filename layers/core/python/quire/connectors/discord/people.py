"""Who and where: Discord's users, webhooks and channels."""

from collections.abc import Mapping
from typing import Any

from quire.connectors.discord.snowflake import native
from quire.connectors.shape import mapping, said
from quire.domain.events import Actor, ChannelRef, ChannelType

UNKNOWN = "unknown"
_TYPES: Mapping[int, ChannelType] = {
    0: "channel",
    1: "direct",
    2: "channel",
    3: "group",
    4: "channel",
    5: "channel",
    10: "channel",
    11: "channel",
    12: "group",  # a private thread holds only who was let in
    13: "meeting",
    15: "channel",
    16: "channel",
}
_THREADS = frozenset({10, 11, 12})


def person(user: Mapping[str, Any], member: Mapping[str, Any] | None = None) -> Actor:
    """A user, under the name the server knows them by, else the one they chose, else their handle."""
    nick = said(mapping(member).get("nick"))
    system = user.get("system") is True
    return Actor(
        id=native(user.get("id")) or UNKNOWN,
        name=nick or said(user.get("global_name")) or said(user.get("username")),
        type="system" if system and not user.get("bot") else "bot" if user.get("bot") is True else "user",
    )


def author(message: Mapping[str, Any]) -> Actor:
    """Who wrote a message. A webhook's author is no user, whatever name it took."""
    user = mapping(message.get("author"))
    wrote = person(user, mapping(message.get("member")))
    webhook = native(message.get("webhook_id"))
    if webhook:
        return Actor(id=wrote.id if wrote.id != UNKNOWN else webhook, name=said(user.get("username")), type="bot")
    return wrote


def channel_type(value: object) -> ChannelType | None:
    """The kind of conversation a channel type is."""
    return _TYPES.get(value) if isinstance(value, int) and not isinstance(value, bool) else None


def is_thread(channel: Mapping[str, Any]) -> bool:
    """Whether a channel is a thread of another."""
    kind = channel.get("type")
    return isinstance(kind, int) and kind in _THREADS


def described(channel: Mapping[str, Any]) -> ChannelRef:
    """A channel or thread as an object of its own; a private one goes by its people."""
    people = channel.get("recipients")
    names = [person(user).name for user in people if isinstance(user, dict)] if isinstance(people, list) else []
    return ChannelRef(
        id=native(channel.get("id")) or UNKNOWN,
        name=said(channel.get("name")) or ", ".join(name for name in names if name) or None,
        type=channel_type(channel.get("type")),
        parent=native(channel.get("parent_id")) or None if is_thread(channel) else None,
    )
