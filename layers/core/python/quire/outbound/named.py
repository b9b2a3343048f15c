"""Requests to one address that somebody named: a tenant its witness, the operator a time-stamping authority.

Where a *tenant* names it, it is https on port 443 of a whole host name, and leads to the public internet or nowhere.
Where whoever runs the program names it, it may be any host and port, of http too: it is their network. Either way the
call goes to that one host, is answered at once or not at all, and nothing is followed.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection

from quire.domain.calls import Answer, Method
from quire.domain.errors import MalformedError, UnavailableError
from quire.outbound import tls
from quire.outbound.bodies import whole_body
from quire.outbound.destination import Destination, destination
from quire.outbound.transport import Pace, Request, Transport
from quire.outbound.whereabouts import Place

if TYPE_CHECKING:
    from quire.outbound.whereabouts import Find

ASKING = Pace(connect=5, idle=10, total=20)
_PORTS = {"http": 80, "https": 443}
_URL = re.compile(r"[!-~]{1,2048}", re.ASCII)


def host_of(url: str) -> str:
    """The host that an address names, as it stands there; empty where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


class NamedByTenant:
    """Posts to addresses that tenants name, each to its one host. ``find`` keeps to the public internet."""

    def __init__(self, transport: Transport, pace: Pace = ASKING) -> None:
        self._transport = transport
        self._pace = pace

    def post(self, url: str, body: bytes, headers: Mapping[str, str], most: int) -> Answer:
        """The answer, at most ``most`` bytes of it.

        Raises:
            OutOfReachError: the address is not https on port 443 of a public host, or the answer is too large.
            UnavailableError: no answer; see :mod:`quire.outbound.faults`.
        """
        to = destination(url, {}, [host_of(url)])
        return _exchange(self._transport, Request("POST", to, headers, body, closing=True), self._pace, most)


class NamedByOperator:
    """One address that whoever runs this program named.

    ``authorities`` is the path of the certificates to trust, if not the system's; ``find`` where to look for hosts of
    https, if not by their names.
    """

    def __init__(self, url: str, authorities: str = "", find: Find | None = None, pace: Pace = ASKING) -> None:
        """Read the address.

        Raises:
            MalformedError: it is none of http or https, or holds a user or password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise MalformedError("not an address") from error
        if not _URL.fullmatch(url) or parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
            raise MalformedError("not an address of http or https")
        self._host, self._path, self._query = parts.hostname, parts.path, parts.query
        self._pace = pace
        if parts.scheme == "https":
            self._transport = Transport(find or anywhere(port or _PORTS["https"]), authorities)
        else:
            self._transport = PlainTransport(anywhere(port or _PORTS["http"]))

    def post(self, body: bytes, headers: Mapping[str, str], most: int) -> Answer:
        """The answer, at most ``most`` bytes of it.

        Raises:
            OutOfReachError: the answer is too large, or not what it says.
            UnavailableError: no answer; see :mod:`quire.outbound.faults`.
        """
        return self._exchange("POST", self._path or "/", headers, body, most)

    def get(self, at: str, headers: Mapping[str, str], most: int) -> Answer:
        """What lies at a path below the address; at the address itself where that is empty. Raises as :meth:`post`."""
        path = f"{self._path.rstrip('/')}/{at}" if at else self._path or "/"
        return self._exchange("GET", path, headers, None, most)

    def _exchange(self, method: Method, path: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Answer:
        to = Destination(self._host, f"{path}?{self._query}" if self._query else path)
        return _exchange(self._transport, Request(method, to, headers, body, closing=True), self._pace, most)


class PlainTransport(Transport):
    """Requests without TLS, for answers that prove themselves (RFC 3161 tokens, signed notes)."""

    def _opening(self, host: str, place: Place, pace: Pace) -> HTTPConnection:  # noqa: ARG002 - no name to check
        return _PlainConnection(place.address, place.port, timeout=pace.connect)


class _PlainConnection(HTTPConnection):
    """Its socket keeps to its time, as those of TLS do."""

    def connect(self) -> None:
        super().connect()
        if self.sock is not None:
            timeout = self.sock.gettimeout()
            self.sock = tls.Timed(fileno=self.sock.detach())
            self.sock.settimeout(timeout)


def anywhere(port: int) -> Find:
    """Finds hosts by their names or numbers, wherever they lead."""

    def find(host: str) -> list[Place]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise UnavailableError("the name has no address") from error
        return [Place(str(entry[4][0]), port) for entry in found]

    return find


def _exchange(transport: Transport, request: Request, pace: Pace, most: int) -> Answer:
    with transport.exchange(request, pace) as reply:
        return Answer(reply.status, reply.headers, whole_body(reply, most))
