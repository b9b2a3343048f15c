"""Bytes as a platform's file host serves them, well-behaved or not.

A file is a JSON object: its bytes as ``contentBase64``, ``text``, or ``size`` (that many bytes of a pattern);
``contentType``, ``name``; and how it misbehaves: ``delay`` (seconds before the first byte), ``slow`` (bytes a second),
``length`` (the Content-Length it claims), ``cut`` (closes after so many bytes), ``redirect`` (an address), ``status``,
``chunked`` (no Content-Length), ``deleted``, ``html`` (a page in place of the file).
"""

import asyncio
import base64
from collections.abc import Iterator
from typing import Any

from aiohttp import web

_CHUNK = 65_536
_PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"


def bytes_of(file: dict[str, Any]) -> bytes:
    """All of a file's bytes, as they should arrive."""
    return b"".join(_chunks(file))


def _chunks(file: dict[str, Any]) -> Iterator[bytes]:
    if file.get("html"):
        yield _PAGE
    elif "contentBase64" in file:
        content = base64.b64decode(file["contentBase64"])
        yield from (content[at : at + _CHUNK] for at in range(0, len(content), _CHUNK))
    elif "text" in file:
        yield str(file["text"]).encode()
    else:
        left, pattern = int(file.get("size", 0)), bytes(range(256)) * (_CHUNK // 256)
        while left > 0:
            yield pattern[:left]
            left -= _CHUNK


def size_of(file: dict[str, Any]) -> int:
    """How many bytes there are."""
    return int(file.get("size", 0)) if not ({"html", "contentBase64", "text"} & set(file)) else len(bytes_of(file))


async def serve(request: web.Request, file: dict[str, Any] | None) -> web.StreamResponse:
    """Answer with a file; 404 where there is none (any more)."""
    if file is None or file.get("deleted"):
        return web.Response(status=404, text="Not Found")
    if "redirect" in file:
        return web.Response(status=302, headers={"Location": str(file["redirect"])})
    if "status" in file:
        return web.Response(status=int(file["status"]), text=str(file.get("text", "")))
    if file.get("delay"):
        await asyncio.sleep(float(file["delay"]))
    response = web.StreamResponse()
    response.content_type = "text/html" if file.get("html") else file.get("contentType", "application/octet-stream")
    if file.get("name"):
        response.headers["Content-Disposition"] = f'attachment; filename="{file["name"]}"'
    if file.get("chunked"):
        response.enable_chunked_encoding()
    else:
        response.content_length = int(file.get("length", size_of(file)))
    await response.prepare(request)
    await _send(request, response, file)
    return response


async def _send(request: web.Request, response: web.StreamResponse, file: dict[str, Any]) -> None:
    """The body, as fast and as far as the file's behaviour lets it go."""
    rate, left = float(file.get("slow", 0)), int(file.get("cut", 1 << 62))
    step = max(1, min(_CHUNK, int(rate / 10))) if rate else _CHUNK
    for chunk in _chunks(file):
        for at in range(0, len(chunk), step):
            piece = chunk[at : at + min(step, left)]
            await response.write(piece)
            left -= len(piece)
            if rate:
                await asyncio.sleep(len(piece) / rate)
            if left <= 0:
                break
        if left <= 0:
            break
    lies = "length" in file and int(file["length"]) != size_of(file)
    if (left <= 0 or lies) and request.transport is not None:
        request.transport.close()
        return
    await response.write_eof()
