"""Slack: the Web API with its cursors, tokens and errors, the OAuth pages, the host of files, and the sender of events.

State::

    {"team": {"id", "name", "domain"},
     "users": [user], "channels": [conversation], "members": {channel: [user id]}, "messages": {channel: [message]},
     "files": {"F…": {…as Slack shows it, "bytes": {file, see .served}}},
     "tokens": {"xoxb-…": {"scopes"?: […], "expiresAt"?: unix seconds, "error"?: "token_revoked"}},
     "refreshTokens": {"xoxe-…": client id},
     "apps": {client id: {"secret", "scopes"?, "rotation"?, "codes"?: {code: {"redirectUri", "enterprise"?}}}},
     "tokenSeconds"?, "pageSize"?: at most so many a page, "clock"?: seconds added to now,
     "generation"?: cursors of another one are refused, "callsAMinute"?: {method: calls}}

Actions: ``deliver`` {"url", "signingSecret", "bodies": […], "order"?: [indexes, repeated or shuffled]}.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from aiohttp import web

from tests.simulators.frame import Simulation, State, World, host_of
from tests.simulators.served import serve
from tests.simulators.slack_tokens import SCOPES, RefusedError, Told, access, now, token_of


async def _answer(request: web.Request, world: World) -> web.StreamResponse:
    host = host_of(request)
    if host == "slack.com" and request.path.startswith("/api/"):
        return await _method(request, world, request.path.removeprefix("/api/"))
    if host == "files.slack.com":
        return await _file(request, world.state)
    page = (
        "<!doctype html><html><head><title>Sign in | Slack</title></head><body>Sign in to your workspace</body></html>"
    )
    return web.Response(text=page, content_type="text/html")


async def _method(request: web.Request, world: World, name: str) -> web.Response:
    state = world.state
    told = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
    if _too_often(world, name):
        return _refuse("rate_limit", 30)
    try:
        if name == "oauth.v2.access":
            return web.json_response({"ok": True, **access(request, state, told)})
        allowed = _allowed(token_of(request, state, told), name)
        headers = {"X-OAuth-Scopes": ",".join(allowed)} if allowed is not None else {}
        return web.json_response({"ok": True, **METHODS[name](state, told)}, headers=headers)
    except RefusedError as refused:
        return web.json_response({"ok": False, "error": refused.error, **refused.more})


def _allowed(token: State, name: str) -> list[str] | None:
    allowed: list[str] | None = token.get("scopes")
    if allowed is not None and SCOPES.get(name, "") not in {"", *allowed}:
        raise RefusedError("missing_scope", needed=SCOPES[name], provided=",".join(allowed))
    if name not in METHODS:
        raise RefusedError("unknown_method")
    return allowed


def _too_often(world: World, name: str) -> bool:
    most = world.state.get("callsAMinute", {}).get(name)
    if most is None:
        return False
    at = now(world.state)
    calls = [earlier for earlier in world.memory.get(name, []) if earlier > at - 60]
    world.memory[name] = [*calls, at]
    return len(calls) >= int(most)


def _page(state: State, told: Told, key: str, things: list[Any]) -> State:
    """A slice with the cursor of the next, as Slack pages its lists."""
    start = _opened(state, told.get("cursor", ""))
    size = min(int(told.get("limit", "100") or 100), int(state.get("pageSize", 1000)))
    following = start + size
    cursor = ""
    if following < len(things):
        cursor = base64.b64encode(f"{state.get('generation', 0)}:{following}".encode()).decode()
    return {key: things[start:following], "response_metadata": {"next_cursor": cursor}}


def _opened(state: State, cursor: str) -> int:
    if not cursor:
        return 0
    try:
        generation, _, start = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise RefusedError("invalid_cursor") from error
    if generation != str(state.get("generation", 0)) or not start.isdigit():
        raise RefusedError("invalid_cursor")
    return int(start)


def _found(things: list[Any], key: str, native: str, error: str) -> Any:
    found = next((thing for thing in things if thing.get(key) == native), None)
    if found is None:
        raise RefusedError(error)
    return found


def _conversations(state: State, told: Told) -> State:
    kinds = set(told.get("types", "public_channel").split(","))
    listed = [channel for channel in state["channels"] if _kind(channel) in kinds]
    if told.get("exclude_archived") in {"1", "true"}:
        listed = [channel for channel in listed if not channel.get("is_archived")]
    return _page(state, told, "channels", listed)


def _kind(channel: State) -> str:
    if channel.get("is_im"):
        return "im"
    if channel.get("is_mpim"):
        return "mpim"
    return "private_channel" if channel.get("is_private") else "public_channel"


def _history(state: State, told: Told) -> State:
    channel = told.get("channel", "")
    _found(state["channels"], "id", channel, "channel_not_found")
    oldest, latest = told.get("oldest", "0"), told.get("latest", "9999999999.999999")
    within = [m for m in state["messages"].get(channel, []) if oldest < m["ts"] < latest and _is_root(m)]
    page = _page(state, told, "messages", sorted(within, key=lambda m: str(m["ts"]), reverse=True))
    return {**page, "has_more": bool(page["response_metadata"]["next_cursor"])}


def _is_root(message: State) -> bool:
    return message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast"


def _replies(state: State, told: Told) -> State:
    thread = [m for m in state["messages"].get(told.get("channel", ""), []) if told.get("ts") in _roots(m)]
    if not thread:
        raise RefusedError("thread_not_found")
    return _page(state, told, "messages", sorted(thread, key=lambda m: str(m["ts"])))


def _roots(message: State) -> set[str]:
    return {str(message["ts"]), str(message.get("thread_ts", ""))}


def _file_info(state: State, told: Told) -> State:
    native = told.get("file", "")
    file = state["files"].get(native)
    if file is None:
        raise RefusedError("file_not_found")
    if file.get("bytes", {}).get("deleted"):
        raise RefusedError("file_deleted")
    return {"file": {"id": native, **{key: value for key, value in file.items() if key != "bytes"}}}


def _test(state: State, told: Told) -> State:
    del told
    return {
        "url": f"https://{state['team'].get('domain', 'simulated')}.slack.com/",
        "team": state["team"]["name"],
        "team_id": state["team"]["id"],
        "user": "archive",
        "user_id": "U0ARCHIVE",
        "bot_id": "B0ARCHIVE",
        "is_enterprise_install": False,
    }


METHODS: Mapping[str, Callable[[State, Told], State]] = {
    "auth.test": _test,
    "team.info": lambda state, _: {"team": state["team"]},
    "users.list": lambda state, told: {**_page(state, told, "members", state["users"]), "cache_ts": int(now(state))},
    "users.info": lambda state, told: {"user": _found(state["users"], "id", told.get("user", ""), "user_not_found")},
    "conversations.list": _conversations,
    "conversations.info": lambda state, told: {
        "channel": _found(state["channels"], "id", told.get("channel", ""), "channel_not_found")
    },
    "conversations.members": lambda state, told: _page(
        state, told, "members", state["members"].get(told.get("channel", ""), [])
    ),
    "conversations.history": _history,
    "conversations.replies": _replies,
    "files.info": _file_info,
}


async def _file(request: web.Request, state: State) -> web.StreamResponse:
    """``/files-pri/T…-F…/download/name``; who may not is led to a page to sign in."""
    try:
        allowed = token_of(request, state, {}).get("scopes")
    except RefusedError:
        allowed = []
    if allowed is not None and "files:read" not in allowed:
        domain = state["team"].get("domain", "simulated")
        return web.Response(status=302, headers={"Location": f"https://{domain}.slack.com/?redir={request.path}"})
    parts = request.path.split("/")
    native = parts[2].rpartition("-")[2] if len(parts) > 2 else ""
    return await serve(request, state["files"].get(native, {}).get("bytes"))


def _refuse(kind: str, seconds: float) -> web.Response:
    if kind == "rate_limit":
        headers = {"Retry-After": str(max(1, round(seconds)))}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if kind == "unauthorised":
        return web.json_response({"ok": False, "error": "invalid_auth"})
    return web.Response(status=503, text="<html>Slack is down</html>", content_type="text/html")


async def _act(action: str, told: Any, world: World) -> Any:
    if action != "deliver":
        raise web.HTTPNotFound(text=f"no action {action}")
    bodies = [json.dumps(body).encode() for body in told["bodies"]]
    order = told.get("order", list(range(len(bodies))))
    sent: dict[int, int] = {}
    statuses = []
    async with aiohttp.ClientSession() as session:
        for index in order:
            headers = _signed(bodies[index], told["signingSecret"], int(now(world.state)))
            if sent.get(index):
                headers |= {"X-Slack-Retry-Num": str(sent[index]), "X-Slack-Retry-Reason": "http_timeout"}
            sent[index] = sent.get(index, 0) + 1
            async with session.post(told["url"], data=bodies[index], headers=headers) as answer:
                statuses.append(answer.status)
    return {"statuses": statuses}


def _signed(body: bytes, secret: str, now: int) -> dict[str, str]:
    made = hmac.new(secret.encode(), f"v0:{now}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": str(now),
        "X-Slack-Signature": f"v0={made}",
    }


def _empty() -> State:
    return {
        "team": {"id": "T0SIMULATED", "name": "Simulated", "domain": "simulated"},
        "users": [],
        "channels": [],
        "members": {},
        "messages": {},
        "files": {},
        "tokens": {},
        "refreshTokens": {},
        "apps": {},
    }


SIMULATION = Simulation(
    platform="slack",
    hosts=("slack.com", "*.slack.com"),
    answer=_answer,
    empty=_empty,
    refuse=_refuse,
    act=_act,
)
