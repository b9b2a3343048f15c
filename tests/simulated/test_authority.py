"""A time-stamping authority over the wire: with TLS, without, and all the ways in which it can fail."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from quire.archive.sealing.authority import Authority, over_http, read_pem
from quire.archive.sealing.failures import failure
from quire.domain.errors import MalformedError, QuireError
from quire.evidence.timestamps import ask, check_answer
from quire.outbound.named import NamedByOperator
from quire.outbound.transport import Pace
from quire.outbound.whereabouts import gateway
from tests.simulators.running import Running
from tests.timestamping import authority

URL = "https://tsa.simulators.localhost/stamp"
QUICK = Pace(connect=2, idle=0.3, total=0.6)
NOTE = b"a note"


def served_by(platforms: Running) -> Authority:
    root = platforms.act("tsa", "roots")["root"].encode()
    found = gateway(platforms.address)
    return over_http(NamedByOperator(URL, str(platforms.certificates.authority), found, QUICK), root)


def test_a_token_comes_over_tls_and_holds(platforms: Running) -> None:
    tsa, asked = served_by(platforms), ask(NOTE)
    check_answer(asked, tsa.send(asked.request), tsa.roots, datetime.now(UTC))
    [request] = platforms.requests("tsa")
    assert (request["path"], request["headers"]["content-type"]) == ("/stamp", "application/timestamp-query")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "outage"}, "broken"),
        ({"kind": "rate_limit"}, "refused"),
        ({"kind": "slow", "seconds": 1}, "late"),
        ({"kind": "cut"}, "broken"),
        ({"kind": "answer", "status": 302, "headers": {"Location": "https://elsewhere.example/"}}, "refused"),
        ({"kind": "answer", "status": 200, "body": "x" * 70_000}, "too_large"),
    ],
    ids=str,
)
def test_a_failure_has_its_word(platforms: Running, fault: dict[str, object], reason: str) -> None:
    tsa, asked = served_by(platforms), ask(NOTE)
    platforms.fault("tsa", str(fault.pop("kind")), **fault)
    with pytest.raises(QuireError) as failed:
        tsa.send(asked.request)
    assert failure(failed.value) == reason


def test_a_certificate_of_nobody_we_trust_is_no_way_to_it(platforms: Running) -> None:
    tsa = over_http(NamedByOperator(URL, "", gateway(platforms.address), QUICK), b"")
    with pytest.raises(QuireError) as failed:
        tsa.send(ask(NOTE).request)
    assert failure(failed.value) == "unreachable"


@contextmanager
def plain(answer: bytes, pause: float = 0.0) -> Iterator[str]:
    """The address of a server without TLS."""
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            for byte in answer if pause else [answer]:
                if stopped.wait(pause):
                    return
                self.wfile.write(byte if isinstance(byte, bytes) else bytes([byte]))
                self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        running = threading.Thread(target=server.serve_forever, daemon=True)
        running.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/tsr?x=1"
        finally:
            stopped.set()
            server.shutdown()
            running.join()


def test_a_token_comes_without_tls_too() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    tsa, asked = authority(start=now), ask(NOTE)
    with plain(tsa.answer(asked.request, now)) as url:
        answer = over_http(NamedByOperator(url), tsa.root_pem).send(asked.request)
    assert check_answer(asked, answer, tsa.root_pem, now) == now


def test_a_server_that_drips_is_late() -> None:
    with plain(b"x" * 100, pause=0.1) as url, pytest.raises(QuireError) as failed:
        over_http(NamedByOperator(url, pace=QUICK), b"").send(b"")
    assert failure(failed.value) == "late"


@pytest.mark.parametrize(
    "url", ["", "ftp://a.example/", "https://", "https://u:p@a.example/", "http://a.example:x/", "http://a b.example/"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(MalformedError):
        NamedByOperator(url)


def test_roots_are_given_as_they_are_or_as_a_file(tmp_path: Path) -> None:
    pem = authority().root_pem
    (tmp_path / "roots.pem").write_bytes(pem)
    assert read_pem(pem.decode()) == read_pem(str(tmp_path / "roots.pem")) == pem
    assert read_pem(pem.decode().replace("\n", "\\n")) == pem
    with pytest.raises(MalformedError):
        read_pem(str(tmp_path / "none.pem"))
