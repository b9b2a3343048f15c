"""The outside in memory: clocks that pass when somebody sleeps, buckets and circuits without tables, a TLS server."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from quire.aws.limits import Buckets, Circuit, Circuits, Taken
from quire.domain.calls import Answer, Limit, Reach
from quire.domain.ids import TenantId
from quire.outbound.breaker import Breakers
from quire.outbound.gcra import Priority
from quire.outbound.patience import Patience
from quire.outbound.platform import PlatformOutside, Seen, Surroundings
from quire.outbound.transport import Pace, Transport
from quire.outbound.turns import Turns
from quire.outbound.whereabouts import Find, gateway

START = 1_772_442_845.0
HOST = "api.chat.example"
FILES = "files.chat.example"
PLENTY = Limit(calls=1_000_000, seconds=1, burst=1000)


class Time:
    """Seconds since 1970 that pass when somebody sleeps."""

    def __init__(self, now: float = START) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class MemoryBuckets(Buckets):
    """Marks in a dictionary."""

    def __init__(self) -> None:
        self.marks: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, key: str, *, now: int, step: int, ahead: int) -> Taken:
        with self._lock:
            stands = self.marks.get(key, 0)
            moved = max(stands, now) + step
            if moved - now > ahead:
                return Taken(stands, granted=False)
            self.marks[key] = moved
            return Taken(moved, granted=True)

    def hold(self, key: str, mark: int) -> None:
        with self._lock:
            self.marks[key] = max(mark, self.marks.get(key, 0))


class MemoryCircuits(Circuits):
    """Circuits in a dictionary. ``between`` runs before each write: where another worker may come between."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Circuit, int]] = {}
        self.writes = 0
        self.between: Callable[[], None] = lambda: None

    def get(self, key: str) -> tuple[Circuit, int]:
        return self.kept.get(key, (Circuit(), 0))

    def put(self, key: str, circuit: Circuit, version: int, now: int) -> bool:  # noqa: ARG002
        self.between()
        if self.get(key)[1] != version:
            return False
        self.kept[key] = (circuit, version + 1)
        self.writes += 1
        return True


def retry_after(answer: Answer) -> float | None:
    """The usual dialect."""
    return (
        float(answer.headers["retry-after"])
        if answer.status in {429, 503} and "retry-after" in answer.headers
        else None
    )


REACH = Reach(hosts=(HOST, "*.cdn.example"), limits={"*": PLENTY}, pause=retry_after, files=(FILES,))


@dataclass
class World:
    """Everything an ``Outside`` stands on, in memory."""

    time: Time = field(default_factory=Time)
    buckets: MemoryBuckets = field(default_factory=MemoryBuckets)
    circuits: MemoryCircuits = field(default_factory=MemoryCircuits)
    patience: Patience = field(default=Patience())
    pace: Pace = field(default=Pace(connect=2, idle=0.5, total=1.5))

    def outside(
        self, transport: Transport, reach: Reach = REACH, priority: Priority = "live", files: tuple[str, ...] = ()
    ) -> PlatformOutside:
        """A connection's view of a platform."""
        seen = Seen("chat", TenantId("acme"), "W1", reach, (*reach.hosts, *reach.files, *files), priority)
        return PlatformOutside(seen, lambda fresh: "new" if fresh else "old", self.around(transport))

    def around(self, transport: Transport) -> Surroundings:
        """What calls share."""
        return Surroundings(
            transport=transport,
            turns=Turns(self.buckets, 1_000_000, self.time, self.time.sleep),
            breakers=Breakers(self.circuits, self.time),
            sending=self.pace,
            fetching=self.pace,
            patience=self.patience,
            sleep=self.time.sleep,
        )

    def impatient(self) -> "World":
        """The same, with one try only."""
        return replace(self, patience=Patience(tries=1))


Serve = Callable[[ssl.SSLSocket, bytes], None]


@dataclass
class TlsServer:
    """Speaks TLS on a port of the loopback and answers each request with the bytes that ``serve`` writes."""

    port: int
    authority: Path
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    transport: Transport = field(init=False)

    def __post_init__(self) -> None:
        self.transport = Transport(self.find(), str(self.authority))

    def find(self) -> Find:
        """Every host is here."""
        return gateway(f"127.0.0.1:{self.port}")


@contextmanager
def tls_server(certificate: Mapping[str, Path], serve: Serve) -> Iterator[TlsServer]:
    """A running server; ``certificate`` has the paths ``ca``, ``chain`` and ``key``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate["chain"], certificate["key"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = TlsServer(listener.getsockname()[1], certificate["ca"])
        ended = threading.Event()
        listener.settimeout(0.1)

        def talk(raw: socket.socket) -> None:
            raw.settimeout(10)
            with suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
                while (request := _request(connection)) and not ended.is_set():
                    server.requests.append(request)
                    serve(connection, request)
                with suppress(OSError, ValueError):
                    connection.unwrap()

        def accept() -> None:
            while not ended.is_set():
                try:
                    raw, _ = listener.accept()
                except TimeoutError:
                    continue
                server.connections += 1
                threading.Thread(target=talk, args=(raw,), daemon=True).start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield server
        finally:
            server.transport.close()
            ended.set()
            accepting.join()


def _request(connection: ssl.SSLSocket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(65536)
        if not piece:
            return b""
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http(status: int = 200, body: bytes = b"", *headers: str) -> bytes:
    """An honest answer."""
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
