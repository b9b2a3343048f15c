"""Slack payloads to facts: Events API envelopes, bare events, pages of the Web API, exported days.

Identity of a message is (workspace, channel, ``ts``): the same by webhook, by page and by export.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from quire.connectors.json_text import array_slices, read_json
from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import flag, mapping, mappings, said, text
from quire.connectors.slack.directory import (
    CHANNEL_CHANGES,
    USER_CHANGES,
    channel_facts,
    membership_facts,
    user_facts,
)
from quire.connectors.slack.listed import LISTS, listed_facts
from quire.connectors.slack.messages import message_facts, reaction_facts
from quire.connectors.slack.people import SLACKBOT, profile_name
from quire.connectors.slack.setting import Setting
from quire.domain.delivery import Delivery

_READERS: Mapping[str, Callable[[Mapping[str, Any], Setting], Iterator[Fact]]] = {
    "message": message_facts,
    "reaction_added": reaction_facts,
    "reaction_removed": reaction_facts,
    "member_joined_channel": membership_facts,
    "member_left_channel": membership_facts,
    **dict.fromkeys(CHANNEL_CHANGES, channel_facts),
    **dict.fromkeys(USER_CHANGES, user_facts),
}
_REASONS: Mapping[str, str] = {
    "app_rate_limited": "Slack held deliveries back and does not send them again",
    "app_uninstalled": "the app was removed: access is lost",
    "tokens_revoked": "tokens were revoked: access is lost",
    "team_access_revoked": "workspaces withdrew the app's access",
    "channel_history_changed": "Slack changed a conversation's history in bulk without saying what",
    "group_history_changed": "Slack changed a conversation's history in bulk without saying what",
    "im_history_changed": "Slack changed a conversation's history in bulk without saying what",
    "file_shared": "a file's id only; the message that shares it tells more",
    "file_deleted": "about a file, not about a message",
    "file_change": "about a file, not about a message",
    "file_created": "about a file, not about a message",
    "file_public": "about a file, not about a message",
    "file_unshared": "about a file, not about a message",
    "emoji_changed": "about the workspace's emoji",
    "url_verification": "a handshake",
}


def split(delivery: Delivery) -> list[Element]:
    """The delivery's elements: the messages of a page or an array, else the whole.

    Raises:
        MalformedError: the body is not JSON.
    """
    header, body = delivery.header, delivery.body
    value = read_json(body)
    told = mapping(value)
    workspace = header.workspace_id or header.context.get("workspace", "") or header.context.get("team", "")
    workspace = workspace or text(told.get("context_team_id")) or text(told.get("team_id"))
    known = {**header.context, "unknown_channel": f"unknown:{header.sha256[:32]}"}
    if isinstance(value, list):
        values, raws = value, array_slices(body)
    elif isinstance(told.get("ok"), bool) and isinstance(told.get("messages"), list):
        values, raws = told["messages"], array_slices(body, "messages")
    elif told.get("ok") is True and (key := next((key for key in LISTS if _holds(told.get(key))), None)):
        values, raws = told[key], array_slices(body, key)
        known["listed"] = key
    else:
        event = mapping(told.get("event")) if "event" in told else told
        names = _names([event, mapping(event.get("message")), mapping(event.get("previous_message"))])
        return [Element(body, value, workspace, header.received_at, known, names)]
    names = _names(mappings(values))
    return [
        Element(raw, item, workspace, header.received_at, known, names) for raw, item in zip(raws, values, strict=True)
    ]


def read(element: Element) -> Iterator[Fact]:
    """The facts of one element."""
    value = element.value
    if not isinstance(value, dict):
        yield unrecognised(element, "not an object")
        return
    live = value.get("type") == "event_callback" or ("type" not in value and isinstance(value.get("event"), dict))
    event = mapping(value.get("event")) if live else value
    listed = element.known.get("listed")
    if listed:
        yield from listed_facts(value, listed, Setting(element, False, None, None, None))
        return
    setting = Setting(
        element=element,
        live=live,
        external=flag(value.get("is_ext_shared_channel")),
        event_id=said(value.get("event_id")),
        event_time=value.get("event_time"),
    )
    kind = text(event.get("type"))
    if not kind and said(event.get("ts")) and ("text" in event or "user" in event):
        kind = "message"
    reader = _READERS.get(kind)
    if reader is not None:
        yield from reader(event, setting)
        return
    label = kind or (f"error:{event.get('error')}" if event.get("ok") is False else None)
    reason = _REASONS.get(kind, "an answer that carries no messages" if "ok" in event else "no message fact we know")
    yield setting.unrecognised(event, reason, label)


def _holds(values: object) -> bool:
    """Whether it is a list of things; the members of a conversation are ids."""
    return isinstance(values, list) and bool(values) and all(isinstance(value, dict) for value in values)


def _names(messages: list[Mapping[str, Any]]) -> dict[str, str]:
    """Names of people and apps that the delivery's messages give beside their ids."""
    names = {SLACKBOT: "Slackbot"}
    for message in messages:
        profile, native = message.get("user_profile"), message.get("user")
        if isinstance(profile, dict) and isinstance(native, str):
            name = profile_name(profile)
            if name:
                names[native] = name
    return names
