"""Use case: what an auditor needs, as a package that :mod:`quire.evidence.standalone.verify` checks.

A package holds the whole log under its newest checkpoint (small: a manifest a segment), the segments asked for as they
lie in the archive, encrypted, with their leaves, and of each disclosed event the bytes and the salt that make its leaf.
It never holds a key: of everything else in a segment it tells no more than hashes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import orjson

from quire.archive.ciphers import UNENCRYPTED
from quire.archive.footer import Footer
from quire.archive.packages.contents import Contents, Disclosed
from quire.archive.packages.folder import WriteFile
from quire.archive.proofs.published_log import CHECKPOINTS, STAMPS, PublishedLog, latest_log, sizes
from quire.archive.proofs.sealed_events import Captured, OpenFrames, SealedEvents, Shredded
from quire.archive.sealing.manifest import SCHEMA as MANIFEST
from quire.archive.sealing.publish import KeyOf
from quire.archive.segment_reader import SegmentReader, Source, read_footer
from quire.aws.archive_objects import ArchiveObjects
from quire.aws.ledger import Ledger
from quire.domain.errors import ConflictError, CorruptError, GoneError, NotFoundError
from quire.domain.ids import EventId, MessageId, SegmentId, TenantId
from quire.evidence.tiles import tiles_of, unbundled

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII)
_CHUNK = 1024 * 1024


class Wanted(NamedTuple):
    """``everything``: all segments of the tenant, else those that hold what is disclosed.

    ``messages`` are disclosed, each with the events known of it; ``None``: all that is in the segments.
    """

    everything: bool
    messages: Mapping[MessageId, Sequence[Captured]] | None = None


@dataclass
class Packed:
    """What a package came to hold. ``pending`` are events asked for that no checkpoint covers yet, ``shredded`` counts
    those whose subject's key was destroyed, ``faults`` tells what could not be read, and why."""

    segments: int = 0
    messages: int = 0
    events: int = 0
    pending: list[EventId] = field(default_factory=list)
    shredded: int = 0
    faults: list[str] = field(default_factory=list)


class Packer:
    """Packs any tenant's evidence. ``roots`` are the certificates (PEM) that time tokens lead to; ``program`` are
    further files by path. Needs disk for one segment, and memory for one segment's leaves."""

    def __init__(
        self,
        ledger: Ledger,
        objects: ArchiveObjects,
        open_frames: OpenFrames,
        key_of: KeyOf,
        program: Mapping[str, bytes],
        roots: bytes = b"",
    ) -> None:
        self._ledger = ledger
        self._objects = objects
        self._open_frames = open_frames
        self._key_of = key_of
        self._program = program
        self._roots = roots

    def pack(self, tenant: TenantId, wanted: Wanted, write: WriteFile) -> Packed:
        """Write a package.

        Raises:
            NotFoundError: nothing of the tenant is sealed yet.
            ConflictError: a segment is not encrypted, and holds more than what is to be disclosed.
            CorruptError: the newest checkpoint is none, or an entry of the log is cut.
            UnavailableError: something did not answer.
        """
        log = latest_log(tenant, self._ledger, self._objects, self._key_of(tenant))
        told = Packed()
        with TemporaryDirectory() as folder, Contents(Path(folder) / "contents.sqlite") as contents:
            package = _Package(write, contents)
            self._messages(tenant, log, wanted, package, told)
            for manifest in self._log(tenant, log, package, told):
                if wanted.everything or contents.wanted(manifest["segment_id"]):
                    self._segment(tenant, manifest, wanted, Path(folder) / "segment.qrs", package, told)
            self._stamps(tenant, log, package)
            for path, data in self._program.items():
                package.add(path, [data])
            told.messages, told.events = contents.counts()
            package.close(tenant, log, wanted)
        return told

    def _messages(self, tenant: TenantId, log: PublishedLog, wanted: Wanted, package: _Package, told: Packed) -> None:
        """Disclose the events of the messages asked for, and want their segments."""
        finder = SealedEvents(self._ledger, self._objects, self._open_frames)
        for events in (wanted.messages or {}).values():
            found = finder.find(tenant, events)
            for event in events:
                sealed = found.get(event.event_id)
                if sealed is None or sealed.row.entry >= log.checkpoint.size:
                    told.pending.append(event.event_id)
                    continue
                package.contents.want(sealed.row.segment_id)
                if isinstance(sealed, Shredded):
                    told.shredded += 1
                else:
                    package.disclose(sealed.row.segment_id, sealed.leaf, sealed.salt, sealed.canonical)

    def _log(self, tenant: TenantId, log: PublishedLog, package: _Package, told: Packed) -> Iterator[Mapping[str, Any]]:
        """The log's files, and on the way every manifest in it."""
        package.add("log/checkpoint", [log.note.encode()])
        for size in self._sizes(tenant, log, CHECKPOINTS):
            self._log_file(tenant, f"{CHECKPOINTS}{size}", package, told)
        for tile in tiles_of(log.checkpoint.size):
            self._log_file(tenant, tile.path, package, told)
            if tile.level == 0:
                yield from _manifests(self._log_file(tenant, tile.entries_path, package, told))

    def _log_file(self, tenant: TenantId, path: str, package: _Package, told: Packed) -> bytes:
        """One of the log's files, put into the package; empty where it is not there."""
        data = self._objects.log_file(tenant, path)
        if data is None:
            told.faults.append(f"log/{path}: the file is missing")
            return b""
        package.add(f"log/{path}", [data])
        return data

    def _segment(
        self,
        tenant: TenantId,
        manifest: Mapping[str, Any],
        wanted: Wanted,
        path: Path,
        package: _Package,
        told: Packed,
    ) -> None:
        """A segment with its leaves and, where everything in it is disclosed, its events."""
        try:
            self._objects.fetch(manifest["key"], manifest["version_id"], path)
            with path.open("rb") as file:
                source = Source(path.stat().st_size, lambda at, length: _part(file, at, length))
                footer = read_footer(source)
                if wanted.messages is not None and any(f.subject_key_id == UNENCRYPTED for f in footer.frames):
                    raise ConflictError(f"segment {footer.segment_id} is not encrypted: it tells others' messages too")
                package.add_segment(_checked(manifest["segment_id"]), path, footer)
                told.segments += 1
                if wanted.messages is None:
                    told.shredded += self._all_events(tenant, source, footer, package)
        except (CorruptError, NotFoundError) as error:
            told.faults.append(f"{manifest['key']}: {error.detail}")

    def _all_events(self, tenant: TenantId, source: Source, footer: Footer, package: _Package) -> int:
        """Disclose every event of a segment; how many nobody can read any more."""
        cipher = self._open_frames(tenant, {frame.subject_key_id for frame in footer.frames})
        reader, shredded = SegmentReader(source, cipher, footer), 0
        for number, frame in enumerate(footer.frames):
            try:
                events = reader.frame(number)
            except GoneError:
                shredded += frame.events
                continue
            for leaf, event in enumerate(events, start=reader.first_leaf(number)):
                salt = cipher.salt(frame.subject_key_id, EventId(event.event["event_id"]))
                package.disclose(footer.segment_id, leaf, salt, event.canonical)
        return shredded

    def _stamps(self, tenant: TenantId, log: PublishedLog, package: _Package) -> None:
        """Time tokens; none without the certificates that they lead to."""
        stamped = self._sizes(tenant, log, STAMPS) if self._roots else []
        for size in stamped:
            package.add(f"timestamps/{size}.tsr", [log.file(f"{STAMPS}{size}.tsr")])
        if stamped:
            package.add("timestamps/roots.pem", [self._roots])

    def _sizes(self, tenant: TenantId, log: PublishedLog, under: str) -> list[int]:
        """Sizes of what there is up to the package's checkpoint: the log goes on meanwhile."""
        return [each for each in sorted(sizes(self._objects.log_files(tenant, under))) if each <= log.checkpoint.size]


class _Package:
    """A package that is being written."""

    def __init__(self, write: WriteFile, contents: Contents) -> None:
        self._write = write
        self.contents = contents

    def add(self, path: str, data: Iterable[bytes]) -> None:
        """A file, noted with its size and hash."""
        size, digest = 0, hashlib.sha256()

        def seen() -> Iterator[bytes]:
            nonlocal size
            for part in data:
                size += len(part)
                digest.update(part)
                yield part

        self._write(path, seen())
        self.contents.add_file(path, size, digest.hexdigest())

    def add_segment(self, segment: str, path: Path, footer: Footer) -> None:
        """A segment and its leaves."""
        self.add(f"segments/{segment}.qrs", _chunks(path))
        self.add(f"segments/{segment}.leaves", [b"".join(footer.leaves)])

    def disclose(self, segment: SegmentId, leaf: int, salt: bytes, canonical: bytes) -> None:
        """An event's bytes, and the salt of its leaf."""
        event = orjson.loads(canonical)
        own = _checked(event["event_id"])
        about = _checked(event.get("message_id", own))
        if self.contents.add_event(Disclosed(about, own, segment, leaf, salt.hex())):
            self.add(f"messages/{about}/{own}.json", [canonical])

    def close(self, tenant: TenantId, log: PublishedLog, wanted: Wanted) -> None:
        """``package.json``, and its hash beside it."""
        digest = hashlib.sha256()

        def seen() -> Iterator[bytes]:
            for part in self.contents.package(tenant, log.key, "all" if wanted.everything else "messages"):
                digest.update(part)
                yield part

        self._write("package.json", seen())
        self._write("package.sha256", [digest.hexdigest().encode() + b"\n"])


def _manifests(bundle: bytes) -> Iterator[Mapping[str, Any]]:
    """The manifests among a bundle's entries."""
    for entry in unbundled(bundle):
        value = orjson.loads(entry)
        if value.get("schema") == MANIFEST:
            yield value


def _checked(id_: str) -> str:
    """An id that may name a file."""
    if not _ID.match(id_):
        raise CorruptError("an id in the archive is none of ours")
    return id_


def _part(file: Any, at: int, length: int) -> bytes:
    file.seek(at)
    data: bytes = file.read(length)
    return data


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            yield data
