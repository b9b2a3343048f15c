"""Telegram's Bot API, as far as a bot receives.

State::

    {"bots": {"<token>": {"id", "is_bot", "first_name", "username"}}, "revoked": ["<token>"],
     "updates": [update], "webhook": {"url", "allowed_updates", "secret_token", "pending_update_count",
     "last_error_date"?, "last_error_message"?}, "files": {"<file_id>": {file, "path": "documents/file_1.pdf"}},
     "largest_file": 20971520, "migrated": {"<chat>": <chat>}}

Updates that are confirmed (asked beyond) are gone from the state; so is what ``allowed_updates`` left out.
"""

import json
import re
import time
from typing import Any

from aiohttp import web

from tests.simulators.frame import Simulation, State, World
from tests.simulators.served import serve, size_of

_TOKEN = re.compile(r"/(file/)?bot([^/]+)/(.+)\Z")
_SHAPE = re.compile(r"[0-9]+:[A-Za-z0-9_-]{6,}\Z")
_LEFT_OUT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_LINK_SECONDS = 3600


def empty() -> State:
    """One bot, no updates."""
    bot = {"id": 123456, "is_bot": True, "first_name": "Quire", "username": "quire_bot"}
    return {
        "bots": {"123456:bot-token": bot},
        "revoked": [],
        "updates": [],
        "webhook": {"url": ""},
        "files": {},
        "largest_file": 20 * 1024 * 1024,
        "migrated": {},
    }


def refuse(kind: str, seconds: float) -> web.Response:
    """Telegram's dialect."""
    if kind == "rate_limit":
        wait = max(0, int(seconds))
        return _failed(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
    if kind == "unauthorised":
        return _failed(401, "Unauthorized")
    return _failed(502, "Bad Gateway")


async def answer(request: web.Request, world: World) -> web.StreamResponse:
    """One method, or one file."""
    parts = _TOKEN.match(request.path)
    if parts is None:
        return _failed(404, "Not Found")
    is_file, token, rest = parts.groups()
    if token in world.state["revoked"]:
        return _failed(401, "Unauthorized")
    if token not in world.state["bots"]:
        return _failed(401 if _SHAPE.match(token) else 404, "Unauthorized" if _SHAPE.match(token) else "Not Found")
    if is_file:
        return await _file(rest, request, world)
    told = {**request.query, **json.loads(await request.read() or b"{}")}
    return _method(rest, told, world.state["bots"][token], world)


def _method(name: str, told: dict[str, Any], bot: dict[str, Any], world: World) -> web.Response:
    state = world.state
    match name:
        case "getMe":
            return _done(bot)
        case "getUpdates":
            return _updates(told, state)
        case "getWebhookInfo":
            shown = {key: value for key, value in state["webhook"].items() if key != "secret_token"}
            return _done({"has_custom_certificate": False, "pending_update_count": 0, **shown})
        case "setWebhook" if not str(told.get("url", "")).startswith("https://"):
            return _failed(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        case "setWebhook":
            state["webhook"] = {key: told[key] for key in ("url", "secret_token", "allowed_updates") if key in told}
            return _done(True)
        case "deleteWebhook":
            state["webhook"] = {"url": ""}
            return _done(True)
        case "getFile":
            return _get_file(told, world)
        case "getChat" if str(told.get("chat_id")) in state["migrated"]:
            moved = {"migrate_to_chat_id": state["migrated"][str(told["chat_id"])]}
            return _failed(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
    return _failed(404, "Not Found")


def _updates(told: dict[str, Any], state: State) -> web.Response:
    if state["webhook"].get("url"):
        return _failed(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
    offset, limit = int(told.get("offset", 0)), max(1, min(100, int(told.get("limit", 100))))
    allowed = told.get("allowed_updates")
    kinds = set(json.loads(allowed) if isinstance(allowed, str) else allowed or [])
    waiting = [update for update in state["updates"] if _is_wanted(update, kinds)]
    waiting.sort(key=lambda update: int(update["update_id"]))
    waiting = waiting[offset:] if offset < 0 else [update for update in waiting if update["update_id"] >= offset]
    state["updates"] = waiting
    return _done(waiting[:limit])


def _is_wanted(update: dict[str, Any], kinds: set[str]) -> bool:
    kind = next((key for key in update if key != "update_id"), "")
    return kind in kinds if kinds else kind not in _LEFT_OUT


def _get_file(told: dict[str, Any], world: World) -> web.Response:
    handle = str(told.get("file_id", ""))
    file = world.state["files"].get(handle)
    if file is None or file.get("deleted"):
        return _failed(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if size_of(file) > world.state["largest_file"]:
        return _failed(400, "Bad Request: file is too big")
    path = file.get("path", f"documents/{handle}")
    world.memory.setdefault("links", {})[path] = (handle, time.monotonic() + _LINK_SECONDS)
    unique = f"unique-{handle}"
    return _done({"file_id": handle, "file_unique_id": unique, "file_size": size_of(file), "file_path": path})


async def _file(path: str, request: web.Request, world: World) -> web.StreamResponse:
    handle, until = world.memory.get("links", {}).get(path, ("", 0.0))
    if until < time.monotonic():
        return _failed(404, "Not Found")
    return await serve(request, world.state["files"].get(handle))


def _done(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _failed(status: int, description: str, parameters: dict[str, Any] | None = None) -> web.Response:
    told: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return web.json_response(told | ({"parameters": parameters} if parameters else {}), status=status)


SIMULATION = Simulation(platform="telegram", hosts=("api.telegram.org",), answer=answer, empty=empty, refuse=refuse)
