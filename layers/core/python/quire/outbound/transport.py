"""Requests over TLS to places that were checked, and answers that are held to what they say.

One request, one answer: nothing is followed, repeated or decoded here. Connections are kept and used again for as long
as the name they were made for still leads to the same address.
"""

from __future__ import annotations

import logging
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from urllib3.connection import HTTPConnection, HTTPSConnection

from quire.domain.errors import MalformedError, OutOfReachError
from quire.outbound import tls
from quire.outbound.destination import Destination
from quire.outbound.faults import BadFileError, BrokenError, NotReachedError, asking, connecting, reading
from quire.outbound.whereabouts import Find, Place

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

CHUNK = 256 * 1024
_KEPT_MOST = 32
_TRIED_MOST = 3
_LINGER = 0.25
"""Seconds that a sender who was asked to close is given to do so: more bytes instead mean a false length."""
_HEADER_NAME, _HEADER_VALUE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"), re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding"})
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)  # its warnings hold addresses, which hold tokens


class Pace(NamedTuple):
    """Seconds: to connect, between two bytes, and in all."""

    connect: float
    idle: float
    total: float


SENDING = Pace(connect=5, idle=20, total=60)
FETCHING = Pace(connect=5, idle=30, total=600)


class Request(NamedTuple):
    """What is asked for. ``closing`` where the connection is not to be used again."""

    method: str
    to: Destination
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    closing: bool = False


class Reply:
    """An answer whose body is still to come. Header names are lower case."""

    def __init__(self, response: BaseHTTPResponse, socket: tls.Timed) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = {name.lower(): response.headers[name] for name in response.headers}
        self.reusable = False
        self._response = response
        self._socket = socket

    def chunks(self, most: int) -> Iterator[bytes]:
        """The body as it was sent, piece by piece.

        Raises:
            OutOfReachError: it says that it is, or turns out, larger than ``most`` bytes (``too_large``).
            BadFileError: fewer or more bytes came than it says, or they came too slowly.
        """
        self._refuse_claims(most)
        got = 0
        while piece := self._piece():
            got += len(piece)
            if got > most:
                raise OutOfReachError("too_large", f"the file is larger than {most} bytes")
            yield piece
        stream = self._socket.stream
        if stream is not None and stream.surplus:
            raise BadFileError("wrong_length", "more bytes came than were promised")
        self.reusable = stream is not None and not stream.ended

    def close(self) -> None:
        """Let go of what was not read."""
        if self._socket.stream is not None:
            self._socket.stream.linger = None
        self._response.close()

    def _refuse_claims(self, most: int) -> None:
        claimed = self._response.length_remaining
        if claimed is not None and claimed > most:
            raise OutOfReachError("too_large", f"the file is said to be larger than {most} bytes")

    def _piece(self) -> bytes:
        with reading():
            return self._response.read(CHUNK, decode_content=False)


class Transport:
    """Speaks to hosts where ``find`` finds them. ``authorities``: path of the trusted certificates, if not usual."""

    def __init__(self, find: Find, authorities: str = "") -> None:
        self._find = find
        self._authorities = authorities
        self._context: ssl.SSLContext | None = None
        self._kept: dict[tuple[str, Place], HTTPConnection] = {}

    @contextmanager
    def exchange(self, request: Request, pace: Pace) -> Iterator[Reply]:
        """The answer, within the block.

        Raises:
            OutOfReachError: the host leads to an address that is not public.
            MalformedError: a header holds what no header may.
            NotReachedError, BrokenError, SlowError: no answer; see :mod:`quire.outbound.faults`.
        """
        headers, until = _headers(request), time.monotonic() + pace.total
        place, connection = self._connection(request.to.host, pace)
        reply = None
        try:
            reply = self._ask(connection, request, headers, (until, pace.idle))
            yield reply
        finally:
            if reply is not None and reply.reusable and connection.sock is not None:
                self._keep((request.to.host, place), connection)
            else:
                connection.close()
                if reply is not None:
                    reply.close()

    def close(self) -> None:
        """Let go of the connections that were kept."""
        while self._kept:
            self._kept.popitem()[1].close()

    def _ask(
        self, connection: HTTPConnection, request: Request, headers: Mapping[str, str], time_left: tuple[float, float]
    ) -> Reply:
        socket = connection.sock
        if not isinstance(socket, tls.Timed):
            raise BrokenError("the connection is not one of ours")
        socket.until, socket.idle = time_left
        if isinstance(socket, tls.TimedSocket):
            socket.suppress_ragged_eofs = False  # an end without TLS's goodbye is no end
        with asking():
            connection.request(
                request.method,
                request.to.target,
                body=request.body,
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
        if request.closing and socket.stream is not None:
            socket.stream.linger = _LINGER
        return Reply(response, socket)

    def _connection(self, host: str, pace: Pace) -> tuple[Place, HTTPConnection]:
        """A connection to the host, one that was kept where there is one."""
        places = self._find(host)
        for place in places:
            kept = self._kept.pop((host, place), None)
            if kept is not None:
                if kept.is_connected:
                    return place, kept
                kept.close()
        refused: NotReachedError | None = None
        for place in places[:_TRIED_MOST]:
            try:
                return place, self._connect(host, place, pace)
            except NotReachedError as error:
                refused = error
        raise refused or NotReachedError("the platform has no address")

    def _connect(self, host: str, place: Place, pace: Pace) -> HTTPConnection:
        connection = self._opening(host, place, pace)
        try:
            with connecting():
                connection.connect()
        except NotReachedError:
            connection.close()
            raise
        return connection

    def _opening(self, host: str, place: Place, pace: Pace) -> HTTPConnection:
        """A connection that is not made yet."""
        if self._context is None:
            self._context = tls.context(self._authorities)
        return HTTPSConnection(
            place.address,
            place.port,
            server_hostname=host,
            ssl_context=self._context,
            timeout=pace.connect,
        )

    def _keep(self, key: tuple[str, Place], connection: HTTPConnection) -> None:
        replaced = self._kept.pop(key, None)
        self._kept[key] = connection
        if replaced is not None:
            replaced.close()
        while len(self._kept) > _KEPT_MOST:
            self._kept.pop(next(iter(self._kept))).close()


def _headers(request: Request) -> dict[str, str]:
    """The caller's headers and ours; how the body travels is ours to say.

    Raises:
        MalformedError: one of them holds what no header may (a token that was pasted with its line's end).
    """
    for name, value in request.headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise MalformedError("a header for the platform holds characters that no header may")
    given = {name: value for name, value in request.headers.items() if name.lower() not in _OURS}
    ours = {"Host": request.to.host, "Accept-Encoding": "identity"}
    if not any(name.lower() == "user-agent" for name in given):  # Discord wants one of its own making
        ours["User-Agent"] = "Quire/1"
    return given | ours | ({"Connection": "close"} if request.closing else {})
