"""Discord's webhook events, gateway frames, pages and objects to facts.

Identity of a message is (server, channel, id): the same by gateway, page and webhook. A page does not name its server,
so a poller tells it (``guild``, ``channel``). What only whoever read the page before can see, it tells as well:
``absent`` and ``changed`` are the ids of messages that are gone from it, and that stand otherwise than before.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from quire.connectors.discord.messages import created_facts, deleted_facts, reaction_facts, updated_facts
from quire.connectors.discord.pages import paged_facts
from quire.connectors.discord.people import is_thread
from quire.connectors.discord.places import (
    CHANNEL_CHANGES,
    channel_facts,
    channels_facts,
    member_facts,
    thread_member_facts,
    user_facts,
)
from quire.connectors.discord.setting import Setting
from quire.connectors.discord.snowflake import iso_time, native
from quire.connectors.json_text import array_slices, read_json
from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import mapping, text
from quire.domain.delivery import Delivery

Reader = Callable[[Mapping[str, Any], Setting], Iterator[Fact]]

_REACTIONS = frozenset(
    {
        "MESSAGE_REACTION_ADD",
        "MESSAGE_REACTION_REMOVE",
        "MESSAGE_REACTION_REMOVE_ALL",
        "MESSAGE_REACTION_REMOVE_EMOJI",
    }
)
_MEMBERS = frozenset({"GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"})
_READERS: Mapping[str, Reader] = {
    "MESSAGE_CREATE": created_facts,
    "MESSAGE_UPDATE": updated_facts,
    "MESSAGE_DELETE": deleted_facts,
    "MESSAGE_DELETE_BULK": deleted_facts,
    "LOBBY_MESSAGE_CREATE": created_facts,
    "LOBBY_MESSAGE_UPDATE": updated_facts,
    "LOBBY_MESSAGE_DELETE": deleted_facts,
    "GAME_DIRECT_MESSAGE_CREATE": created_facts,
    "GAME_DIRECT_MESSAGE_UPDATE": updated_facts,
    "GAME_DIRECT_MESSAGE_DELETE": deleted_facts,
    "THREAD_LIST_SYNC": channels_facts,
    "THREAD_MEMBERS_UPDATE": thread_member_facts,
    "GUILD_CREATE": channels_facts,
    "USER_UPDATE": user_facts,
}
_SERVERS = ("GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE")
_REASONS: Mapping[str, str] = {
    "APPLICATION_AUTHORIZED": "the app was let in",
    "APPLICATION_DEAUTHORIZED": "the app was shut out: access is lost",
    "GUILD_DELETE": "the server is out of reach, or shut the app out: access may be lost",
    "READY": "a session began",
    "RESUMED": "a session went on",
    "TYPING_START": "somebody types",
    "PRESENCE_UPDATE": "somebody comes or goes online",
    "CHANNEL_PINS_UPDATE": "what is pinned; the announcement of it is another fact",
    "MESSAGE_POLL_VOTE_ADD": "a vote",
    "MESSAGE_POLL_VOTE_REMOVE": "a vote taken back",
    "INTERACTION_CREATE": "something asked of the app; no message",
    "THREAD_MEMBER_UPDATE": "the bot's own place in a thread",
}
_GROUPS: Mapping[str, str] = {
    "ENTITLEMENT_": "about what somebody bought",
    "QUEST_": "about a quest",
    "VOICE_": "about voice",
    "GUILD_": "about the server, not about a message",
}


def split(delivery: Delivery) -> Iterator[Element]:
    """The delivery's elements: the messages of a page, and those that are gone from it; else the whole.

    Raises:
        MalformedError: the body is not JSON.
    """
    header, body = delivery.header, delivery.body
    value = read_json(body)
    parts = zip(array_slices(body), value, strict=True) if isinstance(value, list) else [(body, value)]
    for raw, part in parts:
        yield Element(raw, part, _workspace(part, delivery), header.received_at, header.context)
    absent = header.context.get("absent", "")
    if absent:
        gone = {"ids": absent.split(","), "channel_id": header.context.get("channel", "")}
        yield Element(body, gone, _workspace(gone, delivery), header.received_at, header.context)


def _workspace(value: Any, delivery: Delivery) -> str:
    """The server: the connection's, else the poller's, else what the object says; nothing for private channels."""
    header, told = delivery.header, mapping(value)
    within = mapping(told.get("d")) or mapping(mapping(told.get("event")).get("data"))
    known = header.workspace_id or header.context.get("workspace", "") or header.context.get("guild", "")
    own = native(within.get("id")) if told.get("t") in _SERVERS else ""
    return known or own or native(within.get("guild_id")) or native(told.get("guild_id"))


def read(element: Element) -> Iterator[Fact]:
    """The facts of one frame, webhook event or object."""
    value = element.value
    if not isinstance(value, dict):
        yield unrecognised(element, "not an object")
    elif "op" in value:
        yield from _frame(value, element)
    elif isinstance(value.get("event"), dict):
        event = value["event"]
        setting = Setting(element, live=True, time=iso_time(event.get("timestamp")))
        yield from _dispatch(text(event.get("type")), mapping(event.get("data")), setting)
    else:
        setting = Setting(element, live=False)
        event_name = element.known.get("event", "") or _shape(value)
        yield from _dispatch(event_name, value, setting)
        if event_name in {"MESSAGE_CREATE", "GUILD_MEMBER_ADD"}:
            yield from paged_facts(value, setting)


def _frame(frame: Mapping[str, Any], element: Element) -> Iterator[Fact]:
    if frame.get("op") != 0:
        operation = frame.get("op")
        label = f"op:{operation}" if isinstance(operation, int) else "op"
        yield unrecognised(element, "a frame that carries no event", label)
        return
    yield from _dispatch(text(frame.get("t")), mapping(frame.get("d")), Setting(element, live=True))


def _shape(value: Mapping[str, Any]) -> str:
    """The event that an object on its own is like, by its shape; empty where it may be more than one."""
    if "message_id" in value and "channel_id" in value:
        return _reaction_shape(value)
    if isinstance(value.get("ids"), list) and "channel_id" in value:
        return "MESSAGE_DELETE_BULK"
    if "author" in value and "id" in value:
        return "MESSAGE_CREATE"
    if "id" in value and "channel_id" in value and set(value) <= {"id", "channel_id", "guild_id"}:
        return "MESSAGE_DELETE"
    if "user" in value and "joined_at" in value:
        return "GUILD_MEMBER_ADD"
    if isinstance(value.get("threads"), list):
        return "THREAD_LIST_SYNC"
    if "id" in value and isinstance(value.get("type"), int):
        return "THREAD_DELETE" if is_thread(value) and "name" not in value else "channel"
    return "error" if "message" in value else "challenge" if value.get("type") == 0 else "object"


def _reaction_shape(value: Mapping[str, Any]) -> str:
    """Setting and taking back look alike, but that the former tells more: in a server always who the member is."""
    if "emoji" not in value:
        return "MESSAGE_REACTION_REMOVE_ALL"
    if "user_id" not in value:
        return "MESSAGE_REACTION_REMOVE_EMOJI"
    if {"burst_colors", "member", "message_author_id"} & set(value):
        return "MESSAGE_REACTION_ADD"
    return "MESSAGE_REACTION_REMOVE" if native(value.get("guild_id")) else "reaction"


def _dispatch(event: str, told: Mapping[str, Any], setting: Setting) -> Iterator[Fact]:
    reader = _READERS.get(event)
    if reader is not None:
        yield from reader(told, setting)
    elif event in _REACTIONS:
        yield from reaction_facts(told, setting, event)
    elif event in _MEMBERS:
        yield from member_facts(told, setting, event)
    elif event in CHANNEL_CHANGES or event == "channel":
        yield from channel_facts(told, setting, CHANNEL_CHANGES.get(event, "described"))
    else:
        yield unrecognised(setting.element, _reason(event, told), event or "unknown", setting.time)


def _reason(event: str, told: Mapping[str, Any]) -> str:
    if event == "reaction":
        return "a reaction that does not say whether it was set or taken back"
    if event == "error":
        return "an error, or a request to wait, in place of an answer"
    if event == "GUILD_DELETE" and told.get("unavailable") is True:
        return "the server is out of reach for a while"
    group = next((reason for prefix, reason in _GROUPS.items() if event.startswith(prefix)), None)
    return _REASONS.get(event) or group or "no message fact we know"
