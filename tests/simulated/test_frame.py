"""The frame of the simulators: who answers, what goes wrong on request, what is remembered."""

import socket
import ssl
from collections.abc import Mapping

import orjson
import pytest
import urllib3

from tests.simulators.running import Running

CONTROL = "control.simulators.localhost"
FILES = "files.partner.example"


def ask(platforms: Running, method: str, host: str, path: str, told: object = None) -> urllib3.BaseHTTPResponse:
    """One request to a host, TLS names checked."""
    context = ssl.create_default_context(cafile=str(platforms.certificates.authority))
    with urllib3.HTTPSConnectionPool(
        "127.0.0.1", platforms.port, ssl_context=context, server_hostname=host, assert_hostname=host, retries=False
    ) as pool:
        body = None if told is None else orjson.dumps(told)
        return pool.request(method, path, body=body, headers={"Host": host}, redirect=False)


def test_platforms_are_told_apart_by_host(platforms: Running) -> None:
    known = ask(platforms, "GET", CONTROL, "/health").json()["platforms"]
    assert FILES in known["files"]
    assert ask(platforms, "GET", FILES, "/nothing.pdf").status == 404


def test_state_is_plain_json_put_and_read_through_the_control_host(platforms: Running) -> None:
    state = {"files": {f"{FILES}/a.txt": {"text": "as agreed", "contentType": "text/plain"}}}
    assert ask(platforms, "PUT", CONTROL, "/state/files", state).json() == state
    got = ask(platforms, "GET", FILES, "/a.txt")
    assert (got.status, got.data, got.headers["Content-Type"]) == (200, b"as agreed", "text/plain")
    ask(platforms, "PATCH", CONTROL, "/state/files", {"bearer": "t"})
    assert ask(platforms, "GET", FILES, "/a.txt").status == 401
    ask(platforms, "POST", CONTROL, "/reset")
    assert ask(platforms, "GET", CONTROL, "/state/files").json() == {"files": {}}


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "outage"}, 503),
        ({"kind": "rate_limit", "seconds": 3}, 429),
        ({"kind": "unauthorised"}, 401),
        ({"kind": "answer", "status": 502, "body": "bad gateway"}, 502),
    ],
)
def test_faults_strike_as_often_as_told(platforms: Running, fault: Mapping[str, object], status: int) -> None:
    platforms.put("files", {"files": {f"{FILES}/a.txt": {"text": "x"}}})
    ask(platforms, "POST", CONTROL, "/faults", {"platform": "files", "path": "/a", "times": 2, "after": 1, **fault})
    seen = [ask(platforms, "GET", FILES, "/a.txt").status for _ in range(4)]
    assert seen == [200, status, status, 200]
    told = ask(platforms, "GET", CONTROL, "/requests?platform=files").json()
    assert [entry["status"] for entry in told] == seen


def test_a_cut_connection_gives_no_answer(platforms: Running) -> None:
    platforms.fault("files", "cut")
    with pytest.raises(urllib3.exceptions.HTTPError):
        ask(platforms, "GET", FILES, "/a.txt")


@pytest.mark.parametrize(
    ("file", "size"),
    [({"size": 200_000}, 200_000), ({"size": 200_000, "chunked": True}, 200_000), ({"html": True}, None)],
)
def test_files_come_whole(platforms: Running, file: Mapping[str, object], size: int | None) -> None:
    platforms.put("files", {"files": {f"{FILES}/a.bin": file}})
    got = ask(platforms, "GET", FILES, "/a.bin")
    assert got.status == 200
    assert size is None or len(got.data) == size


@pytest.mark.parametrize("file", [{"size": 10, "length": 50}, {"size": 200_000, "cut": 70_000}])
def test_files_that_lie_about_their_length_end_early(platforms: Running, file: Mapping[str, object]) -> None:
    platforms.put("files", {"files": {f"{FILES}/a.bin": file}})
    with pytest.raises(urllib3.exceptions.HTTPError):
        ask(platforms, "GET", FILES, "/a.bin")


def test_it_listens_on_this_machine_only(platforms: Running) -> None:
    with socket.create_connection(("127.0.0.1", platforms.port), timeout=5) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"
