"""Who and where: Telegram's users and chats.

Ids are numbers of at most 52 bits: https://core.telegram.org/bots/api#user
"""

from collections.abc import Mapping
from typing import Any

from quire.connectors.shape import mapping, said, text
from quire.domain.events import Actor, ChannelRef, ChannelType

_TYPES: Mapping[str, ChannelType] = {
    "private": "direct",
    "group": "group",
    "supergroup": "group",
    "channel": "channel",
}
_EXACT = 2**53
UNKNOWN = "unknown"


def number(value: object) -> str:
    """An id as text; empty where it is no number that JSON carries exactly."""
    exact = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _EXACT
    return str(value) if exact else ""


def person(user: Mapping[str, Any]) -> Actor:
    """A user or a bot."""
    return Actor(
        id=number(user.get("id")) or UNKNOWN,
        name=full_name(user) or said(user.get("username")),
        type="bot" if user.get("is_bot") is True else "user",
    )


def full_name(user: Mapping[str, Any]) -> str:
    """First and last name."""
    return " ".join(part for part in (text(user.get("first_name")), text(user.get("last_name"))) if part)


def chat_name(chat: Mapping[str, Any]) -> str | None:
    """A chat's title; a private chat goes by the name of the other side."""
    return said(chat.get("title")) or full_name(chat) or said(chat.get("username"))


def sender(message: Mapping[str, Any]) -> Actor:
    """Who wrote a message: a person, a bot, or a chat in whose name somebody wrote."""
    behind = mapping(message.get("sender_chat"))
    if not behind and not mapping(message.get("from")):
        behind = mapping(message.get("chat"))  # a post of a channel that signs nothing
    if not behind:
        return person(mapping(message.get("from")))
    return speaking_chat(behind, said(message.get("author_signature")))


def speaking_chat(chat: Mapping[str, Any], signature: str | None = None) -> Actor:
    """A channel or a group as a sender; ``signature`` is what its author goes by there."""
    name = chat_name(chat)
    signed = f"{signature} ({name})" if signature and name else signature or name
    return Actor(id=number(chat.get("id")) or UNKNOWN, name=signed)


def channel_of(holder: Mapping[str, Any], chat: Mapping[str, Any] | None = None) -> ChannelRef:
    """The chat that something stands in. A business account's chats are apart from the bot's own of the same id."""
    told = mapping(holder.get("chat")) if chat is None else chat
    native = number(told.get("id")) or UNKNOWN
    business = said(holder.get("business_connection_id"))
    return ChannelRef(
        id=f"{business}/{native}" if business else native,
        name=chat_name(told),
        type=_TYPES.get(text(told.get("type"))),
        external=True if business else None,
    )
