"""Chats, channels, their members and people, as Graph gives them by themselves.

https://learn.microsoft.com/en-us/graph/teams-changenotifications-chat
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from quire.connectors.seam import Fact, unrecognised
from quire.connectors.shape import mappings, rfc3339_time, said, text
from quire.connectors.teams.people import member
from quire.connectors.teams.setting import Setting, conversation_type
from quire.domain.events import Actor, ChannelChanged, ChannelRef, ChannelType, Kind, Membership, UserChanged
from quire.domain.time import sort_key

Resource = Mapping[str, Any]

_CHAT_TYPES: Mapping[str, ChannelType] = {"oneOnOne": "direct", "group": "group", "meeting": "meeting"}
_WHAT_A_PERSON_SAYS = ("displayName", "mail", "userPrincipalName", "userType", "accountEnabled")
_WHAT_A_CHANNEL_SAYS = ("displayName", "description", "membershipType", "isArchived")


def chat_facts(chat: Resource, setting: Setting) -> Iterator[Fact]:
    """A chat as it stands, and who is in it. Graph gives chats a time of last change, which tells two states apart."""
    native = said(chat.get("id"))
    if native is None:
        yield unrecognised(setting.element, "a chat without an id", "chat")
        return
    members = mappings(chat.get("members"))
    homes = {home for entry in members if (home := said(entry.get("tenantId")))}
    channel = ChannelRef(
        id=native,
        name=said(chat.get("topic")),
        type=_CHAT_TYPES.get(text(chat.get("chatType"))) or conversation_type(native),
        external=True if len(homes) > 1 else None,
    )
    changed_at = rfc3339_time(chat.get("lastUpdatedDateTime"), chat.get("createdDateTime"))
    at = changed_at or setting.element.received_at
    mark = sort_key(changed_at) if changed_at else _fingerprint(chat, ("topic", "chatType"))
    yield Fact("channel.changed", ChannelChanged(change=_change(setting), channel=channel), mark, at, channel=native)
    for entry in members:
        yield _listed(entry, channel, setting)


def channel_facts(resource: Resource, setting: Setting) -> Iterator[Fact]:
    """A channel as it stands. Graph gives channels no time of change: what it says tells two states apart."""
    native = said(resource.get("id")) or setting.path.get("channels")
    if native is None:
        yield unrecognised(setting.element, "a channel without an id", "channel")
        return
    channel = ChannelRef(
        id=native,
        name=said(resource.get("displayName")),
        type="channel",
        external=True if resource.get("membershipType") == "shared" else None,
    )
    created_at = rfc3339_time(resource.get("createdDateTime")) if setting.change == "created" else None
    at = created_at or setting.element.received_at
    mark = f"{_change(setting)}|{_fingerprint(resource, _WHAT_A_CHANNEL_SAYS)}"
    yield Fact("channel.changed", ChannelChanged(change=_change(setting), channel=channel), mark, at, channel=native)


def member_facts(entry: Resource, setting: Setting) -> Iterator[Fact]:
    """Somebody is in a conversation, came, or left; a change of role is no fact we know."""
    channel = setting.conversation(entry)
    if setting.change == "":
        yield _listed(entry, channel, setting)
    elif setting.change in {"created", "deleted"}:
        kind: Kind = "member.joined" if setting.change == "created" else "member.left"
        who = member(entry, setting.workspace)
        mark = f"{who.id}|{hashlib.sha256(setting.element.raw).hexdigest()}"
        at = setting.element.received_at
        yield Fact(kind, Membership(channel=channel, member=who), mark, at, subject=who.id, channel=channel.id)
    else:
        yield unrecognised(setting.element, "a member's role or settings changed", "conversationMember")


def user_facts(resource: Resource, setting: Setting) -> Iterator[Fact]:
    """A person's entry in the directory. Graph gives no time of change: what it says tells two states apart."""
    native = said(resource.get("id"))
    if native is None:
        yield unrecognised(setting.element, "a person without an id", "user")
        return
    user = Actor(
        id=native,
        name=said(resource.get("displayName")),
        type="guest" if resource.get("userType") == "Guest" else "user",
        email=said(resource.get("mail")),
    )
    change = "deactivated" if resource.get("accountEnabled") is False else _change(setting)
    mark = f"{change}|{_fingerprint(resource, _WHAT_A_PERSON_SAYS)}"
    at = setting.element.received_at
    yield Fact("user.changed", UserChanged(change=change, user=user), mark, at, subject=native)


def _listed(entry: Resource, channel: ChannelRef, setting: Setting) -> Fact:
    """A member found in a list, which says that they are in, not since when."""
    who = member(entry, setting.workspace)
    body = Membership(channel=channel, member=who)
    at = setting.element.received_at
    return Fact("member.joined", body, f"{who.id}|listed", at, subject=who.id, channel=channel.id)


def _change(setting: Setting) -> str:
    return setting.change or "observed"


def _fingerprint(resource: Resource, keys: tuple[str, ...]) -> str:
    told = {key: resource.get(key) for key in keys}
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
