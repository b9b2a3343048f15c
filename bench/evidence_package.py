"""A package of evidence to measure with: a workload's messages sealed, logged and disclosed, one file each."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.workload import Workload
from quire.archive.entries import Entry, entry_of
from quire.archive.packages.folder import folder
from quire.archive.packages.pack import Packed, Packer, Wanted
from quire.archive.sealing.manifest import SealedObject, manifest
from quire.archive.segment_writer import Identity, seal
from quire.aws.blobs import FileBytes, file_bytes
from quire.aws.ledger import LogHead
from quire.connectors.registry import CONNECTORS
from quire.domain.delivery import read_header, with_body
from quire.domain.ids import EventId, SegmentId, SubjectId, TenantId, derive
from quire.evidence.checkpoint import Checkpoint
from quire.evidence.merkle import leaf_hash, root
from quire.evidence.note import VerifierKey
from quire.keys.frames import SubjectFrames
from quire.keys.subjects import SubjectKey, SubjectKeys, derived, key_id_of

TENANT = TenantId("bench")
SEGMENT_EVENTS = 2_000
SIGNER = Ed25519PrivateKey.from_private_bytes(b"b" * 32)
KEY = VerifierKey("quire.bench/bench", SIGNER.public_key().public_bytes_raw())


class Keys(SubjectKeys):
    """Subject keys that nobody stores."""

    def __init__(self) -> None:
        """There is nothing to reach."""

    def current(self, tenant: TenantId, subjects: Any) -> dict[SubjectId, SubjectKey]:  # noqa: ARG002
        """A key made of its id."""
        return {each: _key(key_id_of(each, "2026")) for each in subjects}

    def find(self, tenant: TenantId, key_ids: Any) -> dict[str, SubjectKey | None]:  # noqa: ARG002
        """The same again."""
        return {each: _key(each) for each in key_ids}


def _key(key_id: str) -> SubjectKey:
    return derived(key_id, key_id.encode()[:32])


class Archive:
    """A ledger and a bucket on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log: dict[str, bytes] = {}
        self._note = ""

    def seal(self, entries: list[Entry]) -> None:
        """Segments of these, each logged, all under one checkpoint."""
        entries.sort(key=lambda each: (each.subject_id, each.at))
        logged: list[bytes] = []
        for start in range(0, len(entries), SEGMENT_EVENTS):
            name = SegmentId(derive("segment", str(start)))
            data, sealed = seal(entries[start : start + SEGMENT_EVENTS], _identity(name), frames(TENANT, ()))
            path = self._path / name
            path.write_bytes(data)
            file = file_bytes(path)
            lies = SealedObject("b", name, "v", file.sha256, file.size, "2032-03-01T00:00:00Z")
            logged.append(manifest(sealed.footer, lies))
        leaves = [leaf_hash(each) for each in logged]
        size = len(logged)
        assert size < 256, "one tile"
        self._note = Checkpoint(KEY.name, size, root(leaves)).signed(KEY, SIGNER.sign)
        self._log = {
            f"tile/0/000.p/{size}": b"".join(leaves),
            f"tile/entries/000.p/{size}": b"".join(len(each).to_bytes(2) + each for each in logged),
            f"checkpoints/{size}": self._note.encode(),
        }

    def head(self, _: TenantId) -> LogHead:
        """The log's head."""
        return LogHead(checkpoint=self._note)

    def log_files(self, _: TenantId, under: str) -> Iterator[str]:
        """Paths."""
        return (path for path in self._log if path.startswith(under))

    def log_file(self, _: TenantId, path: str) -> bytes:
        """One file."""
        return self._log[path]

    def fetch(self, key: str, _: str | None, into: Path) -> FileBytes:
        """A segment."""
        into.write_bytes((self._path / key).read_bytes())
        return file_bytes(into)


def frames(tenant: TenantId, _: Collection[str]) -> SubjectFrames:
    """Encrypts."""
    return SubjectFrames(Keys(), tenant)


def _identity(name: SegmentId) -> Identity:
    return Identity(name, TENANT, "archive", "standard")


def events(workload: Workload) -> list[Entry]:
    """What is archived of a workload, each event once."""
    found: dict[EventId, Entry] = {}
    for record in workload.records:
        header, body = read_header(record.data)
        for observation in CONNECTORS[header.platform].normalise(with_body(header, body)):
            entry = entry_of(observation)
            found[entry.event_id] = entry
    return list(found.values())


def package(path: Path, workload: Workload) -> Packed:
    """A package of everything in ``workload``, at ``path / "package"``."""
    (path / "segments").mkdir()
    archive = cast("Any", Archive(path / "segments"))
    archive.seal(events(workload))
    packer = Packer(archive, archive, frames, lambda _: KEY, {})
    return packer.pack(TENANT, Wanted(everything=True), folder(path / "package"))
