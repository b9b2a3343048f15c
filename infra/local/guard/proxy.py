"""The proxy: hands on what OpenSearch Serverless has, refuses the rest as it does, and remembers what it refused."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from urllib.parse import unquote

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, web
from yarl import URL

from infra.local.guard.bodies import refused_body
from infra.local.guard.paths import refused_parameter, unknown_path

REFUSED = "/_guard/refused"
"""Where a guard lists what it has refused (``GET``) and forgets it (``DELETE``): the one path that is its own."""
_REMEMBERED = 1_000
_MOST_BYTES = 110_000_000
_MOST_SECONDS = ClientTimeout(total=300)
_OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "host", "content-length"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refusal:
    """A request that was not handed on. ``reason`` is what stood in the answer."""

    method: str
    path: str
    reason: str


@dataclass
class Guard:
    """A guard at ``url``, how much it has refused, and the last of that in order."""

    url: str = ""
    count: int = 0
    refused: list[Refusal] = field(default_factory=list)


class Proxy:
    """Stands in front of the engine at ``upstream`` (``http://...``)."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream.rstrip("/")
        self.guard = Guard()
        self._session: ClientSession | None = None

    async def start(self, port: int) -> web.AppRunner:
        """Listen on a port of 127.0.0.1 (0: any); the runner to clean up in the end."""
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_route("*", "/{path:.*}", self._answer)
        app.on_cleanup.append(self._close)
        self._session = ClientSession(
            connector=TCPConnector(limit=0),
            timeout=_MOST_SECONDS,
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.guard.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _close(self, _: web.Application) -> None:
        assert self._session is not None  # noqa: S101 - cleaned up is only what was started
        await self._session.close()

    async def _answer(self, request: web.Request) -> web.Response:
        path = unquote(request.rel_url.raw_path)
        if path == REFUSED:
            return self._told(forget=request.method == "DELETE")
        body = await request.read()
        if unknown_path(request.method, path):
            self._note(request.method, path, "no such operation")
            return web.Response(status=404)
        fault = refused_parameter(request.query) or refused_body(request.method, path, body)
        if fault is not None:
            self._note(request.method, path, fault)
            return _refused(fault)
        return await self._handed_on(request, body)

    def _told(self, *, forget: bool) -> web.Response:
        listed = [asdict(refusal) for refusal in self.guard.refused]
        told = {"count": self.guard.count, "refused": listed}
        if forget:
            self.guard.count = 0
            self.guard.refused.clear()
        return web.json_response(told)

    async def _handed_on(self, request: web.Request, body: bytes) -> web.Response:
        assert self._session is not None  # noqa: S101 - requests come in only once it was started
        url = URL(f"{self._upstream}{request.rel_url.raw_path_qs}", encoded=True)
        # The body was unpacked as it was read.
        dropped = _OF_ONE_CONNECTION | {"content-encoding"}
        headers = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
        try:
            sent = BytesIO(body) if body else None
            async with self._session.request(request.method, url, headers=headers, data=sent) as answer:
                content = await answer.read()
        except (ClientError, TimeoutError) as error:
            logger.warning("no answer to %s %s: %s", request.method, request.path, type(error).__name__)
            return web.Response(status=503)
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
        return web.Response(status=answer.status, headers=kept, body=content)

    def _note(self, method: str, path: str, reason: str) -> None:
        logger.warning("refused %s %s: %s", method, path, reason)
        self.guard.count += 1
        self.guard.refused.append(Refusal(method, path, reason))
        del self.guard.refused[:-_REMEMBERED]


@contextmanager
def guarded(upstream: str) -> Iterator[Guard]:
    """A guard in front of an engine, in a thread of its own."""
    proxy, loop = Proxy(upstream), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        runner = asyncio.run_coroutine_threadsafe(proxy.start(0), loop).result()
        try:
            yield proxy.guard
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _refused(reason: str) -> web.Response:
    error = {"type": "status_exception", "reason": reason}
    return web.json_response({"error": {"root_cause": [error], **error}, "status": 400}, status=400)
