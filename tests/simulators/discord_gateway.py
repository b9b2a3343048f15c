"""Discord's gateway: a websocket that says hello, takes an identity, counts, and lets a lost session go on.

``POST /do/discord/<action>``:

``dispatch``  ``{"t", "d"}`` or a list of them to every session; ``"copies": 2`` sends each twice, ``"backwards": true``
              in the wrong order (numbered as they go out)
``drop``      closes all sockets (``{"code": 4000}``); sessions stay and can be resumed
``forget``    sessions are forgotten: a resume is answered with "invalid session"
``reconnect`` asks every client to come again
``sessions``  the sessions and how many sockets are open
"""

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import zstandard
from aiohttp import WSMsgType, web

from tests.simulators.frame import State, World

HEARTBEAT_MILLISECONDS = 2_000
_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACKNOWLEDGED = 0, 1, 2, 6, 7, 9, 10, 11
_MESSAGE_CONTENT = 1 << 15
_SHOWN = ("content", "embeds", "attachments", "components")

Squeeze = Callable[[bytes], bytes]


@dataclass
class Session:
    """One client's session: what was sent in it, so that it can be sent again."""

    name: str
    intents: int
    sent: list[str] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    squeeze: Squeeze | None = None

    async def dispatch(self, event: str, told: Any) -> None:
        """Number an event, keep it, and send it where somebody listens."""
        frame = json.dumps({"t": event, "s": len(self.sent) + 1, "op": _DISPATCH, "d": told}, ensure_ascii=False)
        self.sent.append(frame)
        await self.send(frame)

    async def send(self, frame: str) -> None:
        """Send a frame, squeezed if the client asked for it."""
        if self.socket is None or self.socket.closed:
            return
        await _send(self.socket, self.squeeze, frame)


async def _send(socket: web.WebSocketResponse, squeeze: Squeeze | None, frame: str) -> None:
    if squeeze is None:
        await socket.send_str(frame)
    else:
        await socket.send_bytes(squeeze(frame.encode()))


def _sessions(world: World) -> dict[str, Session]:
    found: dict[str, Session] = world.memory.setdefault("sessions", {})
    return found


def _squeeze(kind: str) -> Squeeze | None:
    if kind == "zlib-stream":
        plain = zlib.compressobj()
        return lambda data: plain.compress(data) + plain.flush(zlib.Z_SYNC_FLUSH)
    if kind == "zstd-stream":
        packed = zstandard.ZstdCompressor().compressobj()
        return lambda data: packed.compress(data) + packed.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    return None


def user(state: State) -> dict[str, Any]:
    """The bot as a user object."""
    return {"discriminator": "0", "avatar": None, "global_name": None, "mfa_enabled": False, **state["bot"]}


def application(state: State) -> dict[str, Any]:
    """The application object."""
    told = {"name": "Quire", "description": "", "icon": None, "bot_public": False, "bot_require_code_grant": False}
    return {**told, "owner": user(state), "summary": "", "verify_key": "00" * 32, "team": None, **state["application"]}


async def connected(request: web.Request, world: World) -> web.StreamResponse:
    """One socket, from hello to goodbye."""
    socket = web.WebSocketResponse()
    if not socket.can_prepare(request).ok:
        return web.Response(status=426, text="a websocket is wanted")
    await socket.prepare(request)
    squeeze = _squeeze(request.query.get("compress", ""))
    hello = {"op": _HELLO, "s": None, "t": None, "d": {"heartbeat_interval": HEARTBEAT_MILLISECONDS, "_trace": []}}
    await _send(socket, squeeze, json.dumps(hello))
    open_sockets: list[web.WebSocketResponse] = world.memory.setdefault("sockets", [])
    open_sockets.append(socket)
    try:
        async for message in socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                await _told(json.loads(message.data), socket, squeeze, world)
    finally:
        open_sockets.remove(socket)
    return socket


async def _told(frame: dict[str, Any], socket: web.WebSocketResponse, squeeze: Squeeze | None, world: World) -> None:
    match frame.get("op"):
        case int(op) if op == _HEARTBEAT:
            await _send(socket, squeeze, json.dumps({"op": _ACKNOWLEDGED, "d": None, "s": None, "t": None}))
        case int(op) if op == _IDENTIFY:
            await _identify(frame["d"], socket, squeeze, world)
        case int(op) if op == _RESUME:
            await _resume(frame["d"], socket, squeeze, world)
        case _:
            return


async def _identify(told: dict[str, Any], socket: web.WebSocketResponse, squeeze: Squeeze | None, world: World) -> None:
    state = world.state
    if told.get("token") not in state["tokens"]:
        await socket.close(code=4004, message=b"Authentication failed.")
        return
    if told["intents"] & _MESSAGE_CONTENT and not state["application"]["flags"] & (1 << 18 | 1 << 19):
        await socket.close(code=4014, message=b"Disallowed intent(s).")
        return
    sessions = _sessions(world)
    session = Session(f"session-{len(sessions) + 1}", told["intents"], socket=socket, squeeze=squeeze)
    sessions[session.name] = session
    ready = {
        "v": 10,
        "user": user(state),
        "guilds": [{"id": guild, "unavailable": True} for guild in state["guilds"]],
        "session_id": session.name,
        "resume_gateway_url": "wss://gateway-us-east1-b.discord.gg",
        "application": {"id": state["application"]["id"], "flags": state["application"]["flags"]},
        "_trace": [],
    }
    await session.dispatch("READY", ready)


async def _resume(told: dict[str, Any], socket: web.WebSocketResponse, squeeze: Squeeze | None, world: World) -> None:
    session = _sessions(world).get(told.get("session_id", ""))
    if session is None or told.get("token") not in world.state["tokens"]:
        await _send(socket, squeeze, json.dumps({"op": _INVALID, "d": False, "s": None, "t": None}))
        return
    session.socket, session.squeeze = socket, squeeze
    for frame in session.sent[int(told["seq"]) :]:
        await session.send(frame)
    await session.dispatch("RESUMED", {"_trace": []})


async def act(action: str, told: Any, world: World) -> Any:
    """What the gateway does by itself."""
    sessions = _sessions(world)
    match action:
        case "dispatch":
            for session in sessions.values():
                await _dispatch_all(session, told if isinstance(told, list) else [told])
        case "drop":
            for socket in list(world.memory.get("sockets", [])):
                await socket.close(code=(told or {}).get("code", 4000))
        case "forget":
            sessions.clear()
        case "reconnect":
            for session in sessions.values():
                await session.send(json.dumps({"op": _RECONNECT, "d": None, "s": None, "t": None}))
        case "sessions":
            pass
        case _:
            raise web.HTTPNotFound(text=f"no action {action}")
    await asyncio.sleep(0)
    return {"sessions": list(sessions), "sockets": len(world.memory.get("sockets", []))}


async def _dispatch_all(session: Session, events: list[dict[str, Any]]) -> None:
    ordered = list(reversed(events)) if any(event.get("backwards") for event in events) else events
    for event in ordered:
        told = event["d"]
        if event["t"].startswith("MESSAGE_") and not session.intents & _MESSAGE_CONTENT and isinstance(told, dict):
            told = {**told, **{key: [] if key != "content" else "" for key in _SHOWN if key in told}}
        for _ in range(int(event.get("copies", 1))):
            await session.dispatch(event["t"], told)
