"""Published keys are fetched from where they are said to be, and from nowhere that answer points to."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from quire.connectors.teams.tokens import fetch_key_set


class Answers(BaseHTTPRequestHandler):
    """``/keys`` answers, ``/moved`` points there, all else is not found."""

    def do_GET(self) -> None:
        status = {"/keys": 200, "/moved": 302}.get(self.path, 404)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/keys")
        self.end_headers()
        self.wfile.write(b'{"keys":[]}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_keys_are_fetched(address: str) -> None:
    assert fetch_key_set(f"{address}/keys") == b'{"keys":[]}'


@pytest.mark.parametrize("path", ["moved", "missing"])
def test_another_answer_is_none(address: str, path: str) -> None:
    with pytest.raises(OSError, match="HTTP Error"):
        fetch_key_set(f"{address}/{path}")


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(OSError, match="refused"):
        fetch_key_set("http://127.0.0.1:9")
