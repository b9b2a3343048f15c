"""Discord's REST API and file hosts, as far as a bot reads them; its gateway is :mod:`.discord_gateway`.

State::

    {"tokens": ["..."], "bot": {user}, "application": {"flags": 262144}, "limit": {"calls": 5, "seconds": 1.0}?,
     "guilds": {"<id>": {"name", "owner_id", "roles": [role], "channels": [channel], "threads": [channel],
                         "members": [member], "lists_members": true}},
     "messages": {"<channel>": [message]}, "files": {"/attachments/...": {file}}, "file_seconds": 86400}

Objects are as Discord documents them; an attachment's ``url`` is made of its ``path`` and signed. A thread is archived
by its ``thread_metadata``. A channel's ``no_history`` takes Read Message History away between two requests.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from tests.simulators import discord_files, discord_gateway
from tests.simulators.discord_files import signed
from tests.simulators.frame import Simulation, State, World, host_of

_VIEW, _HISTORY, _MANAGE_THREADS, _ADMINISTRATOR = 1 << 10, 1 << 16, 1 << 34, 1 << 3


def empty() -> State:
    """Nobody and nothing."""
    return {
        "tokens": ["bot-token"],
        "bot": {"id": "900000000000000001", "username": "quire", "bot": True},
        "application": {"id": "900000000000000002", "flags": 1 << 18},
        "guilds": {},
        "messages": {},
        "files": {},
        "file_seconds": 86_400,
    }


def refuse(kind: str, seconds: float) -> web.Response:
    """Discord's dialect."""
    if kind == "rate_limit":
        told = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
        headers = {"Retry-After": str(int(seconds) + 1), "X-RateLimit-Scope": "user", "X-RateLimit-Remaining": "0"}
        return _json(told, status=429, headers=headers)
    if kind == "unauthorised":
        return _error(401, 0, "401: Unauthorized")
    return web.Response(status=503, text="upstream connect error")


async def answer(request: web.Request, world: World) -> web.StreamResponse:
    """One request to any of Discord's hosts."""
    host = host_of(request)
    if host.startswith("gateway"):
        return await discord_gateway.connected(request, world)
    if host != "discord.com":
        return await discord_files.answer(request, world)
    if request.headers.get("Authorization", "").removeprefix("Bot ") not in world.state["tokens"]:
        return _error(401, 0, "401: Unauthorized")
    if not request.headers.get("User-Agent", "").startswith("DiscordBot ("):
        return web.Response(status=403, text="error code: 1010")
    spent = _spend(request.path, world)
    if isinstance(spent, web.Response):
        return spent
    version, _, rest = request.path.removeprefix("/api/").partition("/")
    parts = rest.split("/") if version == "v10" else [""]
    response = _routed(parts, request, world)
    response.headers.update(spent)
    return response


def _routed(parts: list[str], request: web.Request, world: World) -> web.Response:
    state = world.state
    match parts:
        case ["users", "@me"]:
            return _json(discord_gateway.user(state))
        case ["users", "@me", "guilds"]:
            return _guilds(request, state)
        case ["applications", "@me"]:
            return _json(discord_gateway.application(state))
        case ["oauth2", "applications", "@me"]:
            return _json(discord_gateway.application(state))
        case ["gateway", "bot"]:
            limit = {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1}
            url = "wss://gateway.discord.gg"
            return _json({"url": url, "shards": 1, "session_start_limit": limit})
        case ["guilds", guild, *inside]:
            return _guild(guild, inside, request, state)
        case ["channels", channel, *inside]:
            return _channel(channel, inside, request, state)
    return _error(404, 0, "404: Not Found")


def _guilds(request: web.Request, state: State) -> web.Response:
    after, limit = int(request.query.get("after", "0")), int(request.query.get("limit", "200"))
    found = sorted((guild for guild in state["guilds"] if int(guild) > after), key=int)[:limit]
    return _json([{"id": guild, "name": state["guilds"][guild].get("name", "")} for guild in found])


def _guild(identifier: str, inside: list[str], request: web.Request, state: State) -> web.Response:
    guild = state["guilds"].get(identifier)
    if guild is None:
        return _error(403, 50001, "Missing Access")
    match inside:
        case []:
            told = {key: guild.get(key) for key in ("name", "owner_id", "roles")}
            return _json({"id": identifier, **told})
        case ["channels"]:
            return _json([_told(channel, state) for channel in guild["channels"]])
        case ["threads", "active"]:
            seen = [thread for thread in guild.get("threads", []) if not _archived(thread)]
            seen = [thread for thread in seen if _may(identifier, thread, state) & _VIEW]
            return _json({"threads": [_told(thread, state) for thread in seen], "members": []})
        case ["members"] if not guild.get("lists_members", True):
            return _error(403, 50001, "Missing Access")
        case ["members"]:
            after, limit = int(request.query.get("after", "0")), int(request.query.get("limit", "1"))
            members = sorted(guild["members"], key=lambda member: int(member["user"]["id"]))
            return _json([m for m in members if int(m["user"]["id"]) > after][:limit])
        case ["members", user]:
            found = next((m for m in guild["members"] if m["user"]["id"] == user), None)
            return _json(found) if found else _error(404, 10007, "Unknown Member")
    return _error(404, 0, "404: Not Found")


def _channel(identifier: str, inside: list[str], request: web.Request, state: State) -> web.Response:
    guild, channel = _find(identifier, state)
    if channel is None or guild is None:
        return _error(404, 10003, "Unknown Channel")
    may = _may(guild, channel, state)
    if not may & _VIEW:
        return _error(403, 50001, "Missing Access")
    match inside:
        case ["messages"]:
            page = _page(request.query, state["messages"].get(identifier, [])) if may & _HISTORY else []
            return _json([signed(message, state) for message in page])
        case ["messages", message]:
            if not may & _HISTORY:
                return _error(403, 50001, "Missing Access")
            found = next((m for m in state["messages"].get(identifier, []) if m["id"] == message), None)
            return _json(signed(found, state)) if found else _error(404, 10008, "Unknown Message")
        case ["threads", "archived", kind]:
            if not may & _HISTORY or (kind == "private" and not may & _MANAGE_THREADS):
                return _error(403, 50013, "Missing Permissions")
            types = {12} if kind == "private" else {10, 11}
            return _archive(
                request.query, guild, identifier, types, state, lambda t: t["thread_metadata"]["archive_timestamp"]
            )
        case ["users", "@me", "threads", "archived", "private"]:
            return _archive(
                request.query, guild, identifier, {12}, state, lambda thread: thread["id"].zfill(20), joined=True
            )
    return _error(404, 0, "404: Not Found")


def _page(query: Mapping[str, str], messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Newest first: of all, of those before, or those next after a message."""
    limit = max(1, min(100, int(query.get("limit", "50"))))
    by_age = sorted(messages, key=lambda message: int(message["id"]))
    if "after" in query:
        return [m for m in by_age if int(m["id"]) > int(query["after"])][:limit][::-1]
    if "before" in query:
        by_age = [m for m in by_age if int(m["id"]) < int(query["before"])]
    return by_age[-limit:][::-1]


def _archive(
    query: Mapping[str, str],
    guild: str,
    parent: str,
    types: set[int],
    state: State,
    key: Callable[[dict[str, Any]], str],
    joined: bool = False,
) -> web.Response:
    found = [
        thread
        for thread in state["guilds"][guild].get("threads", [])
        if thread["parent_id"] == parent
        and thread["type"] in types
        and _archived(thread)
        and (not joined or thread.get("member"))
    ]
    found.sort(key=key, reverse=True)
    if "before" in query:
        before = query["before"].zfill(20) if joined else query["before"]
        found = [thread for thread in found if key(thread) < before]
    limit = int(query.get("limit", "50"))
    threads = [_told(thread, state) for thread in found[:limit]]
    return _json({"threads": threads, "members": [], "has_more": len(found) > limit})


def _archived(thread: Mapping[str, Any]) -> bool:
    return bool(thread.get("thread_metadata", {}).get("archived"))


def _find(identifier: str, state: State) -> tuple[str | None, dict[str, Any] | None]:
    for guild, told in state["guilds"].items():
        for channel in (*told["channels"], *told.get("threads", [])):
            if channel["id"] == identifier:
                return guild, channel
    return None, None


def _told(channel: Mapping[str, Any], state: State) -> dict[str, Any]:
    """A channel object, its newest message added."""
    ids = [int(message["id"]) for message in state["messages"].get(channel["id"], [])]
    last = channel.get("last_message_id") or (str(max(ids)) if ids else None)
    told = {key: value for key, value in channel.items() if key not in {"no_history", "member"}}
    return {**told, "last_message_id": last}


def _may(guild_id: str, channel: Mapping[str, Any], state: State) -> int:
    """What the bot may do there, by roles and the exceptions of the channel (of a thread: of its parent)."""
    guild, bot = state["guilds"][guild_id], state["bot"]["id"]
    holder = channel
    if channel["type"] in {10, 11, 12}:
        holder = next((c for c in guild["channels"] if c["id"] == channel["parent_id"]), channel)
    mine = [guild_id, *next((m.get("roles", []) for m in guild["members"] if m["user"]["id"] == bot), [])]
    may = 0
    for role in guild.get("roles", []):
        if role["id"] in mine:
            may |= int(role["permissions"])
    if may & _ADMINISTRATOR or guild.get("owner_id") == bot:
        return -1
    exceptions = {each["id"]: each for each in holder.get("permission_overwrites", [])}
    for group in ([guild_id], mine[1:], [bot]):
        there = [exceptions[each] for each in group if each in exceptions]
        for each in there:
            may &= ~int(each["deny"])
        for each in there:
            may |= int(each["allow"])
    return may & ~_HISTORY if holder.get("no_history") else may


def _spend(path: str, world: World) -> dict[str, str] | web.Response:
    """The bucket of a channel, or of all else: what is left, as headers; or the refusal."""
    limit = world.state.get("limit")
    if not limit:
        return {}
    bucket = "/".join(path.split("/")[3:5])
    now = time.monotonic()
    began, used = world.memory.get(bucket, (now, 0))
    if now - began >= limit["seconds"]:
        began, used = now, 0
    reset = began + limit["seconds"] - now
    if used >= limit["calls"]:
        return refuse("rate_limit", round(reset, 3))
    world.memory[bucket] = (began, used + 1)
    return {
        "X-RateLimit-Limit": str(limit["calls"]),
        "X-RateLimit-Remaining": str(limit["calls"] - used - 1),
        "X-RateLimit-Reset-After": f"{reset:.3f}",
        "X-RateLimit-Bucket": hashlib.md5(bucket.encode(), usedforsecurity=False).hexdigest(),
    }


def _json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON as Discord declares it: without a character set."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def _error(status: int, code: int, message: str) -> web.Response:
    return _json({"message": message, "code": code}, status=status)


SIMULATION = Simulation(
    platform="discord",
    hosts=("discord.com", "cdn.discordapp.com", "media.discordapp.net", "gateway.discord.gg", "*.discord.gg"),
    answer=answer,
    empty=empty,
    refuse=refuse,
    act=discord_gateway.act,
)
