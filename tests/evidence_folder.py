"""A folder of evidence made by hand: a log, its segments, messages disclosed, checkpoints and time tokens."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quire.evidence.canonical import canonical
from quire.evidence.checkpoint import Checkpoint
from quire.evidence.merkle import leaf_hash, root
from quire.evidence.note import VerifierKey
from quire.evidence.tiles import WIDTH, tiles_of
from tests.timestamping import Authority

ORIGIN = "quire.example/acme"


@dataclass
class Made:
    """What was put into the folder, so that a test can tamper with it knowingly."""

    path: Path
    signer: Ed25519PrivateKey
    entries: list[bytes] = field(default_factory=list)

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(ORIGIN, self.signer.public_key().public_bytes_raw())

    def write(self, file: str, data: bytes) -> None:
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def checkpoint(self, size: int) -> bytes:
        leaves = [leaf_hash(entry) for entry in self.entries[:size]]
        return Checkpoint(ORIGIN, size, root(leaves)).signed(self.key, self.signer.sign).encode()


def event(segment: int, number: int) -> dict[str, Any]:
    return {
        "schema": "quire.event/1",
        "tenant_id": "acme",
        "event_id": f"event-{segment}-{number}",
        "message_id": f"message-{segment}-{number}",
        "body": {"text": f'Grüße "{number}" \n\t\\ \x7f שלום'},
    }


def make(path: Path, segments: int, sizes: Sequence[int], authority: Authority, seed: int = 1) -> Made:
    """A folder with everything of ``segments`` segments, checkpoints at ``sizes`` and a time token for each."""
    dice = random.Random(seed)  # noqa: S311 - keys of tests
    made = Made(path, Ed25519PrivateKey.from_private_bytes(dice.randbytes(32)))
    messages = []
    for segment in range(segments):
        events = [canonical(event(segment, number)) for number in range(1 + segment % 3)]
        salts = [dice.randbytes(32) for _ in events]
        leaves = [leaf_hash(data, salt) for data, salt in zip(events, salts, strict=True)]
        sealed = dice.randbytes(40)
        made.write(f"segments/segment-{segment}.qrs", sealed)
        made.write(f"segments/segment-{segment}.leaves", b"".join(leaves))
        made.entries.append(canonical(_manifest(segment, leaves, sealed)))
        if segment % 7 == 0:
            made.write(f"messages/message-{segment}-0/event-{segment}-0.json", events[0])
            disclosed = {"event_id": f"event-{segment}-0", "segment_id": f"segment-{segment}", "leaf": 0}
            disclosed["salt"] = salts[0].hex()
            messages.append({"message_id": f"message-{segment}-0", "events": [disclosed]})
    _write_log(made, sizes, authority)
    listed(made, messages)
    return made


def listed(made: Made, messages: list[dict[str, Any]], **more: Any) -> None:
    """Write ``package.json`` for what lies in the folder now."""
    files = [
        {"path": path.relative_to(made.path).as_posix(), "size": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(made.path.rglob("*"))
        if path.is_file() and path.name not in ("package.json", "package.sha256")
    ]
    package = canonical(
        {
            "schema": "quire.evidence/1",
            "tenant_id": "acme",
            "log_key": made.key.text(),
            "scope": "all",
            "messages": messages,
            "files": files,
        }
        | more
    )
    made.write("package.json", package)
    made.write("package.sha256", hashlib.sha256(package).hexdigest().encode() + b"\n")


def _write_log(made: Made, sizes: Sequence[int], authority: Authority) -> None:
    levels = [[leaf_hash(entry) for entry in made.entries]]
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        levels.append([root(below[n : n + WIDTH]) for n in range(0, len(below) - len(below) % WIDTH, WIDTH)])
    for tile in tiles_of(len(made.entries)):
        first = tile.number * WIDTH
        made.write(f"log/{tile.path}", b"".join(levels[tile.level][first : first + tile.width]))
        if tile.level == 0:
            bundle = b"".join(len(e).to_bytes(2) + e for e in made.entries[first : first + tile.width])
            made.write(f"log/{tile.entries_path}", bundle)
    for size in sizes:
        made.write(f"log/checkpoints/{size}", made.checkpoint(size))
        made.write(f"timestamps/{size}.tsr", authority.stamp(made.checkpoint(size)))
    made.write("log/checkpoint", made.checkpoint(len(made.entries)))
    made.write("timestamps/roots.pem", authority.root_pem)


def _manifest(segment: int, leaves: Sequence[bytes], sealed: bytes) -> dict[str, Any]:
    return {
        "schema": "quire.manifest/1",
        "tenant_id": "acme",
        "segment_id": f"segment-{segment}",
        "root": root(leaves).hex(),
        "counts": {"events": len(leaves), "frames": 1},
        "sha256": hashlib.sha256(sealed).hexdigest(),
        "size": len(sealed),
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
