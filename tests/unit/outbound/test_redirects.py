"""Redirects: never followed by a call, followed by a file to the platform's hosts only, each looked at anew."""

import io
import ssl
from collections.abc import Mapping
from pathlib import Path

import pytest

from quire.domain.calls import Call
from quire.domain.errors import OutOfReachError
from quire.outbound.transport import Transport
from quire.outbound.whereabouts import Place, public
from tests.outside import FILES, HOST, World, http, tls_server

FILE = Call("GET", f"https://{HOST}/file", "files", {"Authorization": "Bearer secret"})


def to(location: str, status: int = 302) -> bytes:
    """An answer that sends on."""
    return http(status, b"moved", f"Location: {location}")


@pytest.mark.parametrize(
    "location",
    [
        "https://169.254.169.254/latest/meta-data",
        "http://169.254.169.254/latest/meta-data",
        "https://[::ffff:169.254.169.254]/",
        "https://localhost/",
        "//evil.example/x",
        "https://evil.example/x",
        f"http://{FILES}/x",
        f"https://{FILES}:8443/x",
        f"https://{FILES}@evil.example/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
    ],
)
def test_no_file_is_fetched_elsewhere(certificate: Mapping[str, Path], location: str) -> None:
    into = io.BytesIO()
    with tls_server(certificate, lambda connection, _: connection.sendall(to(location))) as server:
        outside = World().outside(server.transport)
        with pytest.raises(OutOfReachError) as refused:
            outside.download(FILE, into, 1000)
    assert refused.value.reason == "address_refused"
    assert (server.connections, into.getvalue()) == (1, b"")


def test_a_redirect_to_a_name_with_a_private_address_is_not_followed(certificate: Mapping[str, Path]) -> None:
    with tls_server(certificate, lambda connection, _: connection.sendall(to(f"https://{FILES}/x"))) as server:
        inside = public(lambda _: ["8.8.8.8", "10.0.0.1"])

        def find(host: str) -> list[Place]:
            return list(inside(host) if host == FILES else server.find()(host))

        outside = World().outside(Transport(find, str(server.authority)))
        with pytest.raises(OutOfReachError) as refused:
            outside.download(FILE, io.BytesIO(), 1000)
    assert refused.value.reason == "address_refused"
    assert server.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_file_is_followed_without_the_token_of_another_host(certificate: Mapping[str, Path], status: int) -> None:
    def serve(connection: ssl.SSLSocket, request: bytes) -> None:
        if request.startswith(b"GET /file "):
            connection.sendall(to("/again", status))
        elif request.startswith(b"GET /again "):
            connection.sendall(to(f"https://{FILES}/signed?x=1", status))
        else:
            connection.sendall(http(200, b"bytes"))

    into = io.BytesIO()
    with tls_server(certificate, serve) as server:
        received = World().outside(server.transport).download(FILE, into, 1000)
    assert (received.status, into.getvalue()) == (200, b"bytes")
    assert [b"secret" in request for request in server.requests] == [True, True, False]
    assert server.requests[2].startswith(b"GET /signed?x=1 HTTP/1.1\r\nHost: files.chat.example\r\n")


def test_redirects_have_an_end(certificate: Mapping[str, Path]) -> None:
    with tls_server(certificate, lambda connection, _: connection.sendall(to("/file"))) as server:
        outside = World().outside(server.transport)
        with pytest.raises(OutOfReachError) as refused:
            outside.download(FILE, io.BytesIO(), 1000)
    assert refused.value.reason == "too_many_redirects"
    assert len(server.requests) == 6


def test_a_call_is_never_sent_on(certificate: Mapping[str, Path]) -> None:
    with tls_server(certificate, lambda connection, _: connection.sendall(to(f"https://{HOST}/x"))) as server:
        answer = World().outside(server.transport).send(FILE)
    assert (answer.status, answer.headers["location"]) == (302, f"https://{HOST}/x")
    assert len(server.requests) == 1
