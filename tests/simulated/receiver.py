"""A connection's webhook on a port of this machine: the real check of who sends, and what it let in."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from quire.connectors.registry import connector
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import BadInputError
from quire.domain.events import Event
from tests.unit.connectors.reading import read


@dataclass
class Receiver:
    """See the module. ``secrets`` gives the connection's at each request; ``refused`` counts what was not let in."""

    platform: str
    url: str
    secrets: Callable[[], Mapping[str, Any]]
    configuration: Mapping[str, Any]
    accepted: list[tuple[WebhookRequest, Accepted]] = field(default_factory=list)
    challenges: int = 0
    refused: int = 0
    is_down: bool = False
    clock: Callable[[], float] = time

    def take(self, request: WebhookRequest) -> tuple[int, str, str]:
        """Status, content type and body of the answer."""
        if self.is_down:
            return 503, "text/plain", ""
        try:
            found = connector(self.platform).authenticate(request, self.secrets(), self.configuration, self.clock())
        except BadInputError as error:
            self.refused += 1
            return error.status, "text/plain", ""
        if isinstance(found, Challenge):
            self.challenges += 1
            return found.status, found.content_type, found.body
        self.accepted.append((request, found))
        return found.status, "application/json", found.reply or ""

    def events(self, workspace: str) -> list[Event]:
        """What all that was let in tells."""
        return [e for r, a in self.accepted for e in read(self.platform, r.body, workspace, {}, a.opened)]

    def woken(self) -> list[str]:
        """The tasks that what came wakes."""
        return [accepted.wake for _, accepted in self.accepted if accepted.wake]


@contextmanager
def receiving(
    platform: str, secrets: Callable[[], Mapping[str, Any]], configuration: Mapping[str, Any] | None = None
) -> Iterator[Receiver]:
    """A webhook for the length of a test."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            where = urlsplit(self.path)
            request = WebhookRequest(
                headers={name.lower(): value for name, value in self.headers.items()},
                query=dict(parse_qsl(where.query, keep_blank_values=True)),
                body=self.rfile.read(int(self.headers.get("content-length", "0"))),
            )
            status, content_type, body = made.take(request)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(
        platform, f"http://127.0.0.1:{server.server_port}/hooks/{platform}/c1", secrets, configuration or {}
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
