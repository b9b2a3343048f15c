"""Channels, threads and members of a Discord server.

https://docs.discord.com/developers/events/gateway-events#channels
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.discord.people import UNKNOWN, described, person
from quire.connectors.discord.setting import Setting
from quire.connectors.discord.snowflake import iso_time, made_at, native
from quire.connectors.seam import Fact, unrecognised
from quire.connectors.shape import mapping, mappings
from quire.domain.events import Actor, ChannelChanged, ChannelRef, Kind, Membership, UserChanged

Told = Mapping[str, Any]

CHANNEL_CHANGES: Mapping[str, str] = {
    "CHANNEL_CREATE": "created",
    "CHANNEL_UPDATE": "updated",
    "CHANNEL_DELETE": "deleted",
    "THREAD_CREATE": "created",
    "THREAD_UPDATE": "updated",
    "THREAD_DELETE": "deleted",
}


def channel_facts(channel: Told, setting: Setting, change: str) -> Iterator[Fact]:
    """A channel or thread was made, changed, deleted, or is told as it stands (``described``)."""
    reference = described(channel)
    if reference.id == UNKNOWN:
        yield unrecognised(setting.element, "a channel without an id", change)
        return
    metadata = mapping(channel.get("thread_metadata"))
    if change == "updated" and metadata.get("archived") is True:
        change = "archived"
    owner = native(channel.get("owner_id"))
    by = Actor(id=owner) if owner and change == "created" else None
    at = setting.now
    if change == "created":
        at = iso_time(metadata.get("create_timestamp")) or made_at(reference.id) or at
        mark = change
    elif change == "described":
        mark = f"{change}|{reference.name or ''}|{reference.type or ''}|{reference.parent or ''}"
    else:
        mark = f"{change}|{setting.mark()}"
    body = ChannelChanged(change=change, channel=reference, by=by)
    yield Fact("channel.changed", body, mark, at, subject=owner if by else None, channel=reference.id)


def channels_facts(told: Told, setting: Setting) -> Iterator[Fact]:
    """All channels, threads and members that one object lists."""
    if not any(told.get(key) for key in ("channels", "threads", "members")):
        yield unrecognised(setting.element, "a list of no channels and no members", "channels")
    for key in ("channels", "threads"):
        for channel in mappings(told.get(key)):
            yield from channel_facts(channel, setting, "described")
    for member in mappings(told.get("members")):
        if mapping(member.get("user")):
            yield from member_facts(member, setting, "GUILD_MEMBER_ADD")


def member_facts(member: Told, setting: Setting, event: str) -> Iterator[Fact]:
    """Somebody came into the server, left it, or is known otherwise there."""
    who = person(mapping(member.get("user")), member)
    if who.id == UNKNOWN:
        yield unrecognised(setting.element, "a member without a user", event)
        return
    joined = iso_time(member.get("joined_at"))
    if event == "GUILD_MEMBER_UPDATE":
        body = UserChanged(change="member updated", user=who)
        yield Fact("user.changed", body, f"updated|{setting.mark()}", setting.now, subject=who.id)
    elif event == "GUILD_MEMBER_REMOVE":
        left = Membership(member=who)
        yield Fact("member.left", left, f"{who.id}|{setting.mark()}", setting.now, subject=who.id)
    else:
        came = Membership(member=who)
        mark = joined or setting.mark()
        yield Fact("member.joined", came, f"{who.id}|{mark}", joined or setting.now, subject=who.id)


def thread_member_facts(told: Told, setting: Setting) -> Iterator[Fact]:
    """``THREAD_MEMBERS_UPDATE``: who came into a thread and who left it."""
    thread = native(told.get("id"))
    if not thread:
        yield unrecognised(setting.element, "members of a thread it does not name", "THREAD_MEMBERS_UPDATE")
        return
    channel = ChannelRef(id=thread)
    for added in mappings(told.get("added_members")):
        member = mapping(added.get("member"))
        who = person(mapping(member.get("user")), member).model_copy(update={"id": native(added.get("user_id"))})
        at = iso_time(added.get("join_timestamp"))
        if who.id:
            yield _moved("member.joined", who, channel, at or setting.mark(), at or setting.now)
    gone = told.get("removed_member_ids")
    for identifier in gone if isinstance(gone, list) else []:
        if native(identifier):
            yield _moved("member.left", Actor(id=identifier), channel, setting.mark(), setting.now)


def _moved(kind: Kind, who: Actor, channel: ChannelRef, mark: str, at: str) -> Fact:
    body = Membership(channel=channel, member=who)
    return Fact(kind, body, f"{who.id}|{mark}", at, subject=who.id, channel=channel.id)


def user_facts(user: Told, setting: Setting) -> Iterator[Fact]:
    """``USER_UPDATE``: somebody is known otherwise everywhere."""
    who = person(user)
    if who.id == UNKNOWN:
        yield unrecognised(setting.element, "a user without an id", "USER_UPDATE")
        return
    body = UserChanged(change="updated", user=who)
    yield Fact("user.changed", body, f"updated|{setting.mark()}", setting.now, subject=who.id)
