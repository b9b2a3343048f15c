"""Discord's file hosts: addresses of attachments are signed, and good for a while only."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.simulators.frame import State, World
from tests.simulators.served import serve

CDN = "https://cdn.discordapp.com"
_KEY = b"the platform's own"


def signed(message: Mapping[str, Any], state: State) -> dict[str, Any]:
    """A message whose files have addresses that are good from now on."""
    files = [{**file, "url": signed_url(file["path"], state)} for file in message.get("attachments", [])]
    return {**message, "attachments": [{k: v for k, v in file.items() if k != "path"} for file in files]}


def signed_url(path: str, state: State, now: float | None = None) -> str:
    """A file's address, good for ``file_seconds``."""
    issued = int(time.time() if now is None else now)
    expires = issued + int(state["file_seconds"])
    return f"{CDN}{path}?ex={expires:x}&is={issued:x}&hm={_mac(path, expires, issued)}"


def _mac(path: str, expires: int, issued: int) -> str:
    return hmac.new(_KEY, f"{path}|{expires}|{issued}".encode(), hashlib.sha256).hexdigest()


async def answer(request: web.Request, world: World) -> web.StreamResponse:
    """One file: 404 where its address is wrong, has expired, or leads to nothing."""
    path, query = request.path, request.query
    if path.startswith("/attachments/"):
        try:
            expires, issued = int(query["ex"], 16), int(query["is"], 16)
        except (KeyError, ValueError):
            return web.Response(status=404, text="This content is no longer available.")
        if query.get("hm") != _mac(path, expires, issued) or expires < time.time():
            return web.Response(status=404, text="This content is no longer available.")
    return await serve(request, world.state["files"].get(path))
