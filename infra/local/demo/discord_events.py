"""What Discord sends by itself: webhook events of a game's lobby, and that the application was let in.

Messages of a server are not among them: they are read (:mod:`infra.local.demo.discord_guild`).
Source: https://docs.discord.com/developers/events/webhook-events
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from infra.local.demo.discord_world import DiscordWorld
from infra.local.demo.plan import Planned
from infra.local.demo.script import Line


def event_deliveries(world: DiscordWorld) -> Iterator[Planned]:
    """Every webhook event of the week, the ping first."""
    ping = {"version": 1, "application_id": world.application, "type": 0}
    yield Planned("discord", ("handshake",), world.week.moment("Mon 00:00"), (), body=ping)
    for happening in world.week.story.happenings:
        if happening.event == "authorized":
            user = world.user(happening.by)
            guild = {"id": world.guild, "name": "Open Order Gateway"}
            data = {"integration_type": 0, "scopes": ["bot"], "user": user, "guild": guild}
            body = _event(world, "APPLICATION_AUTHORIZED", happening.at, data)
            yield Planned("discord", ("connection",), happening.at, ("unrecognised",), body=body)
    for line in world.week.story.lines_on(
        {place for place in world.week.places_on("discord") if world.is_lobby(place)}
    ):
        yield from _life(world, line)


def _life(world: DiscordWorld, line: Line) -> Iterator[Planned]:
    """A lobby's message, and all that happens to it."""
    created = _planned(world, "message", "LOBBY_MESSAGE_CREATE", line.at, _message(world, line, line.at))
    yield replace(created, arrives=line.at + line.late)
    if line.resent:
        again = line.at + line.late + timedelta(seconds=2)
        yield replace(created, kinds=("repeated delivery",), arrives=again, resent=line.resent)
    for edit in line.edits:
        at = line.at + edit.after
        yield _planned(world, "edit", "LOBBY_MESSAGE_UPDATE", at, _message(world, line, at))
    if line.deleted:
        at = line.at + line.deleted.after
        gone = {"id": world.native(line), "lobby_id": world.channel(line.place)}
        yield _planned(world, "deletion", "LOBBY_MESSAGE_DELETE", at, gone)


def _message(world: DiscordWorld, line: Line, at: datetime) -> dict[str, Any]:
    kept = ("id", "type", "content", "channel_id", "author", "flags", "timestamp", "edited_timestamp")
    message = {key: value for key, value in world.message(line, at).items() if key in kept}
    return {**message, "lobby_id": world.channel(line.place), "application_id": world.application}


_EXPECTS = {
    "LOBBY_MESSAGE_CREATE": "message.created",
    "LOBBY_MESSAGE_UPDATE": "message.edited",
    "LOBBY_MESSAGE_DELETE": "message.deleted",
}


def _planned(world: DiscordWorld, label: str, event: str, at: datetime, data: Mapping[str, Any]) -> Planned:
    return Planned("discord", (label,), at, (_EXPECTS[event],), body=_event(world, event, at, data))


def _event(world: DiscordWorld, event: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    told = {"type": event, "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f"), "data": data}
    return {"version": 1, "application_id": world.application, "type": 1, "event": told}
