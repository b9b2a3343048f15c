"""Telegram updates to facts: webhooks, pages of ``getUpdates``, answers of methods.

Identity of a message is (bot, chat, ``message_id``): ids repeat from chat to chat, and in private chats and basic
groups from bot to bot. The connection's workspace is the bot's id; where nobody told it, the connection stands for it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quire.connectors.json_text import array_slices, read_json
from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import mapping, text, unix_time
from quire.connectors.telegram.members import member_facts
from quire.connectors.telegram.messages import deleted_facts, message_facts, reaction_facts
from quire.connectors.telegram.people import channel_of, number
from quire.domain.delivery import Delivery
from quire.domain.events import ChannelChanged

_WRITTEN = frozenset({"message", "channel_post", "business_message", "guest_message"})
_EDITED = frozenset({"edited_message", "edited_channel_post", "edited_business_message"})
_REASONS: Mapping[str, str] = {
    "message_reaction_count": "how many reacted, not who",
    "business_connection": "a business account let the bot in, or shut it out",
    "inline_query": "something asked of the bot from elsewhere; no message",
    "chosen_inline_result": "a choice among the bot's results; no message",
    "callback_query": "a button was pressed; the message it stands under is another fact",
    "shipping_query": "a question about a payment",
    "pre_checkout_query": "a question about a payment",
    "purchased_paid_media": "paid media was bought",
    "poll": "a poll's counts; the message that holds it is another fact",
    "poll_answer": "a vote; Telegram does not tell in which message's poll",
    "chat_join_request": "somebody asks to come in, and is no member yet",
    "chat_boost": "a boost of a chat",
    "removed_chat_boost": "a boost of a chat",
    "managed_bot": "about a bot that this bot manages",
    "subscription": "about a subscription to the bot",
}


class _Update(NamedTuple):
    """One thing Telegram tells: its type, what it says, and the number of the update it came in."""

    type: str
    value: Mapping[str, Any]
    number: str = ""


def split(delivery: Delivery) -> Iterator[Element]:
    """The delivery's elements: the updates of a page, else the whole.

    Raises:
        MalformedError: the body is not JSON.
    """
    header, body = delivery.header, delivery.body
    value = read_json(body)
    result = mapping(value).get("result")
    workspace = header.workspace_id or header.context.get("workspace", "") or f"connection:{header.connection_id}"
    if isinstance(value, list):
        parts = list(zip(array_slices(body), value, strict=True))
    elif mapping(value).get("ok") is True and isinstance(result, list):
        parts = list(zip(array_slices(body, "result"), result, strict=True))
    elif mapping(value).get("ok") is True and isinstance(result, dict):
        parts = [(body, result)]
    else:
        parts = [(body, value)]
    for raw, part in parts:
        yield Element(raw=raw, value=part, workspace=workspace, received_at=header.received_at)


def read(element: Element) -> Iterator[Fact]:
    """The facts of one update, or of one object that a method gave."""
    value = element.value
    if not isinstance(value, dict):
        yield unrecognised(element, "not an object")
    elif "update_id" in value:
        yield from _told(_of_update(value), element)
    else:
        yield from _told(_of_object(value), element)


def _of_update(value: Mapping[str, Any]) -> _Update:
    """At most one field beside the number tells something."""
    kind = next((key for key, part in value.items() if key != "update_id" and isinstance(part, dict)), "")
    return _Update(kind, mapping(value.get(kind)), number(value.get("update_id")))


def _of_object(value: Mapping[str, Any]) -> _Update:
    """What an object on its own is, by its shape."""
    if value.get("ok") is False:
        code = value.get("error_code")
        return _Update(f"error:{code if isinstance(code, int) else 'unknown'}", value)
    if "message_id" in value and ("old_reaction" in value or "new_reaction" in value):
        return _Update("message_reaction", value)
    if "message_id" in value and "reactions" in value:
        return _Update("message_reaction_count", value)
    if "message_id" in value and "chat" in value:
        return _Update("message", value)
    if number(value.get("id")) and isinstance(value.get("type"), str):
        return _Update("chat", value)
    return _Update("message_id" if "message_id" in value else "object", value)


def _told(update: _Update, element: Element) -> Iterator[Fact]:
    kind, value = update.type, update.value
    looks_like_message = "message_id" in value and "chat" in value and "date" in value
    if kind in _WRITTEN or kind in _EDITED:
        yield from message_facts(value, element, update.number, kind in _EDITED)
    elif kind == "deleted_business_messages":
        yield from deleted_facts(value, element)
    elif kind == "message_reaction":
        yield from reaction_facts(value, element)
    elif kind in {"my_chat_member", "chat_member"}:
        yield from member_facts(value, element)
    elif kind == "chat":
        yield _described(value, element)
    elif kind in _REASONS or not looks_like_message:
        yield _no_fact(update, element)
    else:
        yield from message_facts(value, element, update.number, kind.startswith("edited_"))
        yield unrecognised(element, "a message of a type we do not know", kind, unix_time(value.get("date")))


def _described(chat: Mapping[str, Any], element: Element) -> Fact:
    """A chat as ``getChat`` tells it."""
    channel = channel_of({}, chat)
    body = ChannelChanged(change="described", channel=channel)
    mark = f"described|{channel.name or ''}|{text(chat.get('type'))}"
    return Fact("channel.changed", body, mark, element.received_at, channel=channel.id)


def _no_fact(update: _Update, element: Element) -> Fact:
    kind, at = update.type, unix_time(update.value.get("date"))
    if kind == "business_connection" and update.value.get("is_enabled") is False:
        return unrecognised(element, "a business account shut the bot out: access is lost", kind, at)
    if kind.startswith("error:"):
        return unrecognised(element, "an error answer of Telegram's", kind)
    return unrecognised(element, _REASONS.get(kind, "no message fact we know"), kind or "update", at)
