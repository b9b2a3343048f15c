"""A log made by hand, as others see it: checkpoints and tiles in a folder or over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quire.evidence.checkpoint import Checkpoint
from quire.evidence.merkle import leaf_hash, root
from quire.evidence.note import VerifierKey
from quire.evidence.tiles import WIDTH, tiles_of

ORIGIN = "quire.example/acme"


class PublicLog:
    """``entries`` may be changed as a log never does; ``seed`` makes the key."""

    def __init__(self, entries: int = 0, seed: bytes = b"k", origin: str = ORIGIN) -> None:
        self._signer = Ed25519PrivateKey.from_private_bytes(seed * 32)
        self.key = VerifierKey(origin, self._signer.public_key().public_bytes_raw())
        self.entries = [b"entry %d" % number for number in range(entries)]

    def grow(self, size: int) -> None:
        """More entries, of numbers that follow."""
        self.entries += [b"entry %d" % number for number in range(len(self.entries), size)]

    def forked(self, at: int) -> "PublicLog":
        """A log of the same key whose entry number ``at`` is another."""
        other = PublicLog()
        other._signer, other.key, other.entries = self._signer, self.key, [*self.entries]
        other.entries[at] = b"another entry"
        return other

    def note(self, size: int | None = None) -> bytes:
        """The checkpoint of the first ``size`` entries."""
        entries = self.entries[:size]
        checkpoint = Checkpoint(self.key.name, len(entries), root([leaf_hash(each) for each in entries]))
        return checkpoint.signed(self.key, self._signer.sign).encode()

    def publish(self, folder: Path) -> Path:
        """The newest checkpoint and its tiles, written over what was there."""
        levels = [[leaf_hash(entry) for entry in self.entries]]
        while len(levels[-1]) >= WIDTH:
            below = levels[-1]
            levels.append([root(below[n : n + WIDTH]) for n in range(0, len(below) - len(below) % WIDTH, WIDTH)])
        for tile in tiles_of(len(self.entries)):
            path = folder / tile.path
            path.parent.mkdir(parents=True, exist_ok=True)
            first = tile.number * WIDTH
            path.write_bytes(b"".join(levels[tile.level][first : first + tile.width]))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "checkpoint").write_bytes(self.note())
        return folder


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder on the loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        running = threading.Thread(target=server.serve_forever, daemon=True)
        running.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            running.join()
