"""The wire itself, over real TLS on the loopback: bytes as sent, and no sender that lies, drips or never ends."""

import gzip
import hashlib
import io
import ssl
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from quire.domain.calls import Call, Received
from quire.domain.errors import MalformedError, OutOfReachError, UnavailableError
from quire.outbound.transport import Transport
from tests.outside import FILES, HOST, Serve, World, http, tls_server

FILE = Call("GET", f"https://{FILES}/report.pdf", "files", {"Authorization": "Bearer secret"})
ASK = Call("GET", f"https://{HOST}/list", "list")
MIB = 1024 * 1024


def fetch(certificate: Mapping[str, Path], serve: Serve, most: int = MIB, tries: int = 1) -> tuple[Received, bytes]:
    """A file as ``serve`` serves it."""
    into, world = io.BytesIO(), World()
    world = world.impatient() if tries == 1 else world
    with tls_server(certificate, serve) as server:
        received = world.outside(server.transport).download(FILE, into, most)
    return received, into.getvalue()


def refusal(certificate: Mapping[str, Path], serve: Serve, most: int = MIB) -> str:
    """The reason why a file as ``serve`` serves it is not taken."""
    with pytest.raises(OutOfReachError) as refused:
        fetch(certificate, serve, most)
    return refused.value.reason


def says(answer: bytes) -> Serve:
    """Serves these bytes."""
    return lambda connection, _: connection.sendall(answer)


def ends(answer: bytes, *, goodbye: bool = True) -> Serve:
    """Serves these bytes and goes away, with TLS's goodbye or without."""

    def serve(connection: ssl.SSLSocket, _: bytes) -> None:
        connection.sendall(answer)
        if goodbye:
            connection.unwrap()
        raise ConnectionAbortedError

    return serve


def test_a_file_arrives_as_sent(certificate: Mapping[str, Path]) -> None:
    data = bytes(range(256)) * 3000
    received, got = fetch(certificate, says(http(200, data, "Content-Type: application/pdf", "ETag: x")))
    assert got == data
    assert received == Received(200, received.headers, len(data), hashlib.sha256(data).hexdigest(), "application/pdf")
    assert received.headers["etag"] == "x"


def test_a_packed_file_is_kept_as_it_was_sent(certificate: Mapping[str, Path]) -> None:
    bomb = gzip.compress(bytes(200 * MIB))
    received, got = fetch(certificate, says(http(200, bomb, "Content-Encoding: gzip")))
    assert got == bomb
    assert received.size == len(bomb) < MIB


@pytest.mark.parametrize("length", [None, "chunked"])
def test_a_file_without_a_length_arrives_whole(certificate: Mapping[str, Path], length: str | None) -> None:
    if length:
        answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
        assert fetch(certificate, says(answer))[1] == b"abcde"
    else:
        assert fetch(certificate, ends(b"HTTP/1.1 200 OK\r\n\r\nabcde"))[1] == b"abcde"


def test_a_file_without_a_length_that_breaks_off_is_not_whole(certificate: Mapping[str, Path]) -> None:
    assert refusal(certificate, ends(b"HTTP/1.1 200 OK\r\n\r\nabcde", goodbye=False)) == "wrong_length"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"
    assert refusal(certificate, ends(chunked)) == "wrong_length"


@pytest.mark.parametrize("goodbye", [True, False])
def test_fewer_bytes_than_promised(certificate: Mapping[str, Path], goodbye: bool) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabcde"
    assert refusal(certificate, ends(answer, goodbye=goodbye)) == "wrong_length"


def test_more_bytes_than_promised(certificate: Mapping[str, Path]) -> None:
    assert refusal(certificate, says(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcde")) == "wrong_length"

    def later(connection: ssl.SSLSocket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
        time.sleep(0.05)
        connection.sendall(b"de")

    assert refusal(certificate, later) == "wrong_length"


def test_a_length_beyond_the_limit_is_refused_before_a_byte_is_read(certificate: Mapping[str, Path]) -> None:
    started = time.monotonic()
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {2 * 1024**3}\r\n\r\n".encode()
    assert refusal(certificate, says(answer)) == "too_large"
    assert time.monotonic() - started < 1


def test_a_file_that_never_ends_is_cut_off_at_the_limit(certificate: Mapping[str, Path]) -> None:
    sent = 0

    def endless(connection: ssl.SSLSocket, _: bytes) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
            sent += 65536

    assert refusal(certificate, endless, most=MIB) == "too_large"
    assert sent < 16 * MIB


def test_a_body_that_drips_is_cut_off_when_its_time_is_up(certificate: Mapping[str, Path]) -> None:
    def drip(connection: ssl.SSLSocket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _byte in range(1000):
            connection.sendall(b"x")
            time.sleep(0.05)

    started = time.monotonic()
    assert refusal(certificate, drip) == "too_slow"
    assert time.monotonic() - started < 3


def test_headers_that_drip_are_no_answer(certificate: Mapping[str, Path]) -> None:
    def drip(connection: ssl.SSLSocket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        for _byte in range(1000):
            connection.sendall(b"x")
            time.sleep(0.05)

    started = time.monotonic()
    with pytest.raises(UnavailableError):
        fetch(certificate, drip)
    assert time.monotonic() - started < 3


def test_a_body_that_stops_is_not_waited_for(certificate: Mapping[str, Path]) -> None:
    def stop(connection: ssl.SSLSocket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
        connection.recv(1)

    assert refusal(certificate, stop) == "too_slow"


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\n\r\n",
        b"",
    ],
)
def test_what_is_no_http_is_no_answer(certificate: Mapping[str, Path], answer: bytes) -> None:
    with pytest.raises(UnavailableError):
        fetch(certificate, ends(answer))


def test_an_endless_chunk_header_is_not_read(certificate: Mapping[str, Path]) -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 200_000
    assert refusal(certificate, ends(answer)) == "wrong_length"


def test_a_short_file_is_asked_for_again_and_begun_anew(certificate: Mapping[str, Path]) -> None:
    seen = 0

    def second_time_lucky(connection: ssl.SSLSocket, request: bytes) -> None:
        nonlocal seen
        seen += 1
        if seen == 1:
            ends(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")(connection, request)
        connection.sendall(http(200, b"abcde"))

    into = io.BytesIO(b"before")
    into.seek(6)
    with tls_server(certificate, second_time_lucky) as server:
        received = World().outside(server.transport).download(FILE, into, MIB)
    assert (received.size, into.getvalue()) == (5, b"beforeabcde")


def test_a_certificate_of_another_name_is_none(certificate: Mapping[str, Path]) -> None:
    with tls_server(certificate, says(http(200))) as server, pytest.raises(UnavailableError):
        World().impatient().outside(server.transport, files=("files.other.example",)).download(
            FILE._replace(url="https://files.other.example/x"), io.BytesIO(), 10
        )
    assert server.requests == []


def test_a_certificate_of_an_unknown_authority_is_none(certificate: Mapping[str, Path]) -> None:
    with tls_server(certificate, says(http(200))) as server, pytest.raises(UnavailableError):
        World().impatient().outside(Transport(server.find())).send(ASK)
    assert server.requests == []


def test_what_goes_over_the_wire(certificate: Mapping[str, Path]) -> None:
    call = Call(
        "POST", f"https://{HOST}/a b", "x", {"Host": "evil", "X-A": "1", "Content-Length": "9"}, {"q": "ü"}, b"{}"
    )
    with tls_server(certificate, says(http(201, b'{"ok":true}', "X-B: 2", "X-B: 3"))) as server:
        answer = World().outside(server.transport).send(call)
    assert (answer.status, answer.json(), answer.headers["x-b"]) == (201, {"ok": True}, "2, 3")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a%20b?q=%C3%BC HTTP/1.1"
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    assert headers == {
        "host": HOST,
        "x-a": "1",
        "content-length": "2",
        "accept-encoding": "identity",
        "user-agent": "quire/1",
    }
    assert body == b"{}"


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X": "token\n"}, {"X\r\nY": "a"}, {"X": "ü€"}, {"X:": "a"}])
def test_no_header_is_smuggled_in(certificate: Mapping[str, Path], headers: dict[str, str]) -> None:
    with tls_server(certificate, says(http(200))) as server, pytest.raises(MalformedError):
        World().outside(server.transport).send(ASK._replace(headers=headers))
    assert server.connections == 0


def test_connections_are_used_again_but_not_after_a_lie(certificate: Mapping[str, Path]) -> None:
    with tls_server(certificate, says(http(200, b"[]"))) as server:
        outside = World().outside(server.transport)
        assert [outside.send(ASK).body for _ in range(5)] == [b"[]"] * 5
        assert server.connections == 1
    with tls_server(certificate, says(http(200, b"[]") + http(200, b"[666]"))) as server:
        outside = World().impatient().outside(server.transport)
        for _ in range(2):
            with pytest.raises(UnavailableError):
                outside.send(ASK)
        assert server.connections == 2


def test_a_connection_that_the_platform_closed_is_made_anew(certificate: Mapping[str, Path]) -> None:
    with tls_server(certificate, ends(http(200, b"[]"))) as server:
        outside = World().impatient().outside(server.transport)
        for _ in range(3):
            assert outside.send(ASK).body == b"[]"
            time.sleep(0.05)
        assert server.connections == 3


def test_a_packed_answer_is_opened_up_to_a_limit(certificate: Mapping[str, Path]) -> None:
    with tls_server(certificate, says(http(200, gzip.compress(b'{"a":1}'), "Content-Encoding: gzip"))) as server:
        assert World().outside(server.transport).send(ASK).json() == {"a": 1}
    bomb = http(200, gzip.compress(bytes(64 * MIB)), "Content-Encoding: gzip")
    with tls_server(certificate, says(bomb)) as server, pytest.raises(OutOfReachError) as refused:
        World().outside(server.transport).send(ASK)
    assert refused.value.reason == "too_large"
