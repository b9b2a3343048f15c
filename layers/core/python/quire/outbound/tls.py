"""Connections that end when their time is up, and that tell when more or less came than was said."""

from __future__ import annotations

import io
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Buffer


class Timed(socket.socket):
    """A socket that reads no later than ``until`` (monotonic seconds) and waits at most ``idle`` seconds for a byte.

    A time-out of the socket alone would start anew with each byte: a sender that drips would hold us for ever.
    """

    until = float("inf")
    idle: float | None = None
    stream: WatchedStream | None = None

    def recv_into(self, buffer: Buffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Read what is there, waiting no longer than is allowed."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is up")
        waits = left if self.idle is None else min(self.idle, left)
        self.settimeout(None if waits == float("inf") else waits)
        return super().recv_into(buffer, memoryview(buffer).nbytes if nbytes is None else nbytes, flags)

    def makefile(self, mode: str = "r", buffering: int | None = None, **others: Any) -> Any:
        """The bytes as a stream, as http.client asks for them (``rb``)."""
        if mode != "rb":
            return super().makefile(mode, buffering, **others)  # type: ignore[call-overload]
        self.stream = WatchedStream(super().makefile("rb", buffering=0), self)
        return self.stream


class TimedSocket(Timed, ssl.SSLSocket):
    """The same over TLS."""

    suppress_ragged_eofs: bool


class WatchedStream(io.BufferedReader):
    """Looks, when it is closed, whether bytes are left (``surplus``) or the other side said goodbye (``ended``).

    ``linger`` is how many seconds it waits for either; ``None``: it does not look.
    """

    def __init__(self, raw: io.RawIOBase, owner: Timed) -> None:
        super().__init__(raw, 64 * 1024)
        self._owner = owner
        self.surplus = self.ended = False
        self.linger: float | None = 0.0

    def close(self) -> None:
        """Look for bytes that nobody announced, then let go of the socket."""
        if not self.closed and self.linger is not None:
            self._owner.idle = self.linger
            try:
                self.surplus = bool(self.peek(1))
                self.ended = not self.surplus
            except OSError:  # nothing came, as it should be
                self.surplus = False
        super().close()


def context(authorities: str = "") -> ssl.SSLContext:
    """Checks certificates and names; ``authorities`` is the path of those to trust, empty for the system's."""
    made = ssl.create_default_context(cafile=authorities or None)
    made.sslsocket_class = TimedSocket
    return made
