"""WhatsApp's Cloud API, as far as media are concerned: an id gives an address that lives for five minutes.

State::

    {"tokens": ["..."], "expired": ["<token>"], "unpermitted": ["<media id>"], "address_seconds": 300,
     "media": {"<media id>": {file, "mime_type", "sha256"?: hex as Meta would say it}}}

A file that is ``deleted`` (or was never there) is answered as an id that expired: 400, code 100.
"""

import hashlib
import secrets
import time
from typing import Any

from aiohttp import web

from tests.simulators.frame import Simulation, State, World, host_of
from tests.simulators.served import bytes_of, serve, size_of

_FILES = "https://lookaside.fbsbx.com/whatsapp_business/attachments/"
_HASHED_UP_TO = 1 << 24


def empty() -> State:
    """No media."""
    return {"tokens": ["access-token"], "expired": [], "unpermitted": [], "address_seconds": 300, "media": {}}


def refuse(kind: str, seconds: float) -> web.Response:
    """Meta's dialect: a code, and rarely a time."""
    if kind == "rate_limit":
        response = _error(429, 130429, "(#130429) Rate limit hit")
        response.headers["Retry-After"] = str(max(0, int(seconds)))
        return response
    if kind == "unauthorised":
        return _error(401, 190, "Error validating access token: Session has expired", 463)
    return _error(503, 2, "An unexpected error has occurred. Please retry your request later.")


async def answer(request: web.Request, world: World) -> web.StreamResponse:
    """One request to either host."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token in world.state["expired"] or token not in world.state["tokens"]:
        if host_of(request) != "graph.facebook.com":
            return web.Response(status=401)
        return refuse("unauthorised", 0)
    if host_of(request) == "graph.facebook.com":
        return _graph(request.path.strip("/").split("/"), world)
    return await _file(request, world)


def _graph(parts: list[str], world: World) -> web.Response:
    match parts:
        case [version, "me"] if version.startswith("v"):
            return web.json_response({"id": "122100000000000001"})
        case [version, media] if version.startswith("v"):
            return _media(media, world)
    return _error(400, 2500, "Unknown path components")


def _media(identifier: str, world: World) -> web.Response:
    if identifier in world.state["unpermitted"]:
        return _error(403, 10, "(#10) Application does not have permission for this action")
    file = world.state["media"].get(identifier)
    if file is None or file.get("deleted"):
        told = f"Unsupported get request. Object with ID '{identifier}' does not exist"
        return _error(400, 100, told, 33)
    mark = secrets.token_hex(16)
    until = time.monotonic() + float(world.state["address_seconds"])
    world.memory.setdefault("addresses", {})[mark] = (identifier, until)
    return web.json_response(
        {
            "messaging_product": "whatsapp",
            "url": f"{_FILES}?mid={identifier}&ext=1&hash={mark}",
            "mime_type": file.get("mime_type", file.get("contentType", "application/octet-stream")),
            "sha256": file.get("sha256") or _sha256(file),
            "file_size": str(size_of(file)),
            "id": identifier,
        }
    )


def _sha256(file: dict[str, Any]) -> str:
    return hashlib.sha256(bytes_of(file)).hexdigest() if size_of(file) <= _HASHED_UP_TO else ""


async def _file(request: web.Request, world: World) -> web.StreamResponse:
    identifier, until = world.memory.get("addresses", {}).get(request.query.get("hash", ""), ("", 0.0))
    if until < time.monotonic():
        return web.Response(status=404, text="URL signature expired")
    return await serve(request, world.state["media"].get(identifier))


def _error(status: int, code: int, message: str, subcode: int | None = None) -> web.Response:
    told: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    if subcode is not None:
        told["error_subcode"] = subcode
    return web.json_response({"error": told}, status=status)


SIMULATION = Simulation(
    platform="whatsapp",
    hosts=("graph.facebook.com", "lookaside.fbsbx.com", "*.whatsapp.net"),
    answer=answer,
    empty=empty,
    refuse=refuse,
)
