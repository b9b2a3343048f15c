"""The community's server as somebody who asks finds it: at first, with everything as it was written, and in the end.

Discord sends no word of what is said in a server: whoever wants to know reads it, and sees edits and deletions only by
reading again.
Source: https://docs.discord.com/developers/resources/channel
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.local.demo import ids
from infra.local.demo.discord_world import THREAD_STARTED, DiscordWorld, stamp
from infra.local.demo.script import Line, Reaction

_VIEW_AND_READ = str(1 << 10 | 1 << 16)
_JOINED, _PINNED, _BEGAN = 7, 6, 21


@dataclass(frozen=True)
class Guild:
    """One reading: the server, its members, channels and active threads; messages by channel, newest first."""

    guild: dict[str, Any]
    members: list[dict[str, Any]]
    channels: list[dict[str, Any]]
    threads: list[dict[str, Any]]
    messages: dict[str, list[dict[str, Any]]]


def guild(world: DiscordWorld, *, first: bool) -> Guild:
    """The server; ``first`` before anything of it was changed or taken away."""
    messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for message in [*_written(world, first=first), *_announced(world)]:
        messages[message["channel_id"]].append(message)
    for each in messages.values():
        each.sort(key=lambda message: int(message["id"]), reverse=True)
    everyone = {"id": world.guild, "name": "@everyone", "permissions": _VIEW_AND_READ, "position": 0}
    return Guild(
        guild={
            "id": world.guild,
            "name": "Open Order Gateway",
            "owner_id": world.user_id("kasia"),
            "roles": [everyone],
        },
        members=[_member(world, world.user(key)) for key in _people(world)] + [_member(world, _bot(world))],
        channels=[_channel(world, place.key, messages) for place in world.guild_places()],
        threads=[_thread(world, root, messages) for root in _roots(world)],
        messages=dict(messages),
    )


def _lines(world: DiscordWorld) -> list[Line]:
    return world.week.story.lines_on({place.key for place in world.guild_places()})


def _roots(world: DiscordWorld) -> list[Line]:
    """The lines that threads began with."""
    begun = dict.fromkeys((line.place, line.thread) for line in _lines(world) if line.thread)
    return [world.week.line(place, key) for place, key in begun]


def _written(world: DiscordWorld, *, first: bool) -> Iterator[dict[str, Any]]:
    roots = _roots(world)
    for line in _lines(world):
        if line.deleted and not first:
            continue
        message = world.message(line, line.at if first else None)
        if line in roots:
            message["flags"] |= THREAD_STARTED
        standing = {} if first else _standing(line)
        if standing:
            message["reactions"] = [_total(emoji, count) for emoji, count in standing.items()]
        yield message


def _announced(world: DiscordWorld) -> Iterator[dict[str, Any]]:
    """What Discord itself writes: that somebody joined, that something is pinned, what a thread is about."""
    places = {place.key for place in world.guild_places()}
    for happening in world.week.story.happenings:
        if happening.place in places:
            kind, by = (_JOINED, happening.who) if happening.event == "joined" else (_PINNED, happening.by)
            key = f"{happening.event} {happening.place} {by}"
            yield _notice(world, kind, by, world.channel(happening.place), happening.at, key)
    for root in _roots(world):
        begun = min(line.at for line in _lines(world) if (line.place, line.thread) == (root.place, root.key))
        notice = _notice(world, _BEGAN, root.by, world.native(root), begun, f"thread {root.key}")
        notice["id"] = ids.snowflake(begun, f"thread {root.key}")[:-7] + "0000000"
        where = {"message_id": world.native(root), "channel_id": world.channel(root.place), "guild_id": world.guild}
        yield {**notice, "message_reference": {"type": 0, **where}, "referenced_message": world.message(root)}


def _notice(world: DiscordWorld, kind: int, by: str, channel: str, at: datetime, key: str) -> dict[str, Any]:
    plain: dict[str, Any] = {"mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "components": []}
    told = {"id": ids.snowflake(at, key), "channel_id": channel, "type": kind, "content": "", "author": world.user(by)}
    state = {"tts": False, "mention_everyone": False, "pinned": False, "flags": 0}
    return {**told, "timestamp": stamp(at), "edited_timestamp": None, **plain, **state}


def _standing(line: Line) -> dict[str, int]:
    """How many reacted with what, in the end."""
    standing: dict[str, set[str]] = defaultdict(set)
    for reaction in sorted(line.reactions, key=_when):
        (standing[reaction.emoji].discard if reaction.removed else standing[reaction.emoji].add)(reaction.by)
    return {emoji: len(people) for emoji, people in standing.items() if people}


def _when(reaction: Reaction) -> Any:
    return reaction.after


def _total(emoji: str, count: int) -> dict[str, Any]:
    details = {"burst": 0, "normal": count}
    return {"count": count, "count_details": details, "emoji": {"id": None, "name": emoji}, "me": False}


def _people(world: DiscordWorld) -> list[str]:
    people = [person.key for person in world.week.firm.people_on("discord")]
    return [*people, *(key for key, program in world.week.firm.programs.items() if "discord" in program.platforms)]


def _bot(world: DiscordWorld) -> dict[str, Any]:
    named = {"username": "meridian-archive", "global_name": None, "discriminator": "0", "avatar": None}
    return {"id": world.bot, **named, "bot": True}


def _member(world: DiscordWorld, user: dict[str, Any]) -> dict[str, Any]:
    joined = stamp(world.week.moment("Mon 00:00"))
    return {"user": user, "nick": None, "roles": [], "joined_at": joined, "deaf": False, "mute": False}


def _last(messages: dict[str, list[dict[str, Any]]], channel: str) -> str | None:
    found = messages.get(channel)
    return found[0]["id"] if found else None


def _channel(world: DiscordWorld, place: str, messages: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    found, native = world.week.firm.places[place], world.channel(place)
    told = {"id": native, "guild_id": world.guild, "type": 0, "name": found.title, "topic": found.about}
    rest: dict[str, Any] = {"position": 0, "parent_id": None, "permission_overwrites": [], "nsfw": False}
    return {**told, **rest, "last_message_id": _last(messages, native)}


def _thread(world: DiscordWorld, root: Line, messages: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    native = world.native(root)
    told = {"id": native, "guild_id": world.guild, "parent_id": world.channel(root.place), "type": 11}
    told |= {"owner_id": world.user_id(root.by), "name": root.text[:60]}
    state = {"archived": False, "auto_archive_duration": 4320, "locked": False, "create_timestamp": stamp(root.at)}
    return {**told, "thread_metadata": state, "last_message_id": _last(messages, native)}
