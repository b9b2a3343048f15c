"""Writes a segment: entries in, frames out as they fill, the footer at the end.

Memory holds the frames that are being filled and 48 bytes an event. The bytes are a function of the entries, their
order and the segment's identity alone (with frames that are not encrypted): sealing again gives the same file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

import zstandard

from quire.archive.ciphers import FrameCipher, additional_data
from quire.archive.entries import CarriedLine, Entry, canonical_of
from quire.archive.footer import MAGIC, Footer, FrameRef, encode
from quire.domain.ids import EventId, SegmentId, SubjectId, TenantId, derive
from quire.domain.time import sort_key
from quire.evidence.merkle import leaf_hash, root

MAX_FRAME_BYTES = 256 * 1024
LEVEL = 3


@dataclass(frozen=True)
class Identity:
    """Which segment it is. ``retention_class`` is empty in the journal, whose retention is the bucket's."""

    segment_id: SegmentId
    tenant_id: TenantId
    kind: str = "journal"
    retention_class: str = ""


@dataclass(frozen=True)
class Sealed:
    """A finished segment: its footer and, by event id, the number of the frame that holds the event."""

    footer: Footer
    frame_of: dict[EventId, int]


@dataclass(slots=True)
class _Open:
    """A frame that is being filled."""

    key_id: str
    lines: list[bytes] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    ids: list[EventId] = field(default_factory=list)
    size: int = 0


def segment_id(tenant: TenantId, shard: str, first: str, last: str, variant: str = "") -> SegmentId:
    """Id of the journal segment of stream records ``first`` to ``last``; see ``journal_segments`` for ``variant``."""
    return SegmentId(derive("segment", tenant, shard, first, last, variant))


@cache
def compressor() -> zstandard.ZstdCompressor:
    """The process's compressor; it is used by one thread at a time."""
    return zstandard.ZstdCompressor(level=LEVEL)


@cache
def _writer() -> str:
    return f"quire {version('quire')}"


class SegmentWriter:
    """``write`` takes the file's bytes in order."""

    def __init__(self, write: Callable[[bytes], object], identity: Identity, cipher: FrameCipher) -> None:
        self._write = write
        self._identity = identity
        self._cipher = cipher
        self._open: dict[SubjectId, _Open] = {}
        self._frames: list[FrameRef] = []
        self._leaves: list[bytes] = []
        self._frame_of: dict[EventId, int] = {}
        self._occurred: _Range = _Range()
        self._captured: _Range = _Range()
        self._offset = len(MAGIC)
        write(MAGIC)

    def add(self, entry: Entry) -> None:
        """Take one event; each event id once."""
        subject, line = entry.subject_id, entry.line
        frame = self._open.get(subject)
        if frame is None or frame.size + len(line) > MAX_FRAME_BYTES:
            if frame is not None:
                self._seal(self._open.pop(subject))
            frame = self._open[subject] = _Open(self._cipher.key_id(subject))
        frame.lines.append(line)
        frame.leaves.append(leaf_hash(entry.canonical, self._cipher.salt(frame.key_id, entry.event_id)))
        frame.ids.append(entry.event_id)
        frame.size += len(line)
        self._occurred.include(entry.occurred_at, entry.at)
        if entry.captured_at != self._captured.last:
            self._captured.include(entry.captured_at, sort_key(entry.captured_at))

    def carry(self, subject: SubjectId, lines: Iterable[CarriedLine], line_of: Callable[[CarriedLine], bytes]) -> None:
        """Take one subject's events that other segments held, each event id once, into frames of their own.

        Each was checked against its leaf when it was read, and under the same key its leaf is the same.
        """
        self.close_frames()
        frame = _Open(self._cipher.key_id(subject))
        salt = self._cipher.salting(frame.key_id)
        occurred, captured = self._occurred, self._captured
        for each in lines:
            line = line_of(each)
            if frame.size + len(line) > MAX_FRAME_BYTES and frame.lines:
                self._seal(frame)
                frame = _Open(frame.key_id)
            leaf = each.leaf
            if each.key_id != frame.key_id:
                leaf = leaf_hash(canonical_of(line, each.canonical_size), salt(each.event_id))
            frame.lines.append(line)
            frame.leaves.append(leaf)
            frame.ids.append(each.event_id)
            frame.size += len(line)
            occurred.include(each.occurred_at, each.at)
            if each.captured_at != captured.last:
                captured.include(each.captured_at, sort_key(each.captured_at))
        if frame.lines:
            self._seal(frame)

    def close_frames(self) -> None:
        """Write the frames that are being filled. Who adds subject by subject holds one of them in memory."""
        for subject in list(self._open):
            self._seal(self._open.pop(subject))

    def finish(self) -> Sealed:
        """Write what is left and the footer."""
        self.close_frames()
        footer = Footer(
            segment_id=self._identity.segment_id,
            tenant_id=self._identity.tenant_id,
            kind=self._identity.kind,
            retention_class=self._identity.retention_class,
            first_occurred_at=self._occurred.first,
            last_occurred_at=self._occurred.last,
            first_captured_at=self._captured.first,
            last_captured_at=self._captured.last,
            frames=self._frames,
            leaves=self._leaves,
            root=root(self._leaves),
            event_ids=sorted(self._frame_of),
            writer=_writer(),
        )
        self._write(encode(footer, compressor()))
        return Sealed(footer, self._frame_of)

    def _seal(self, frame: _Open) -> None:
        number, key_id = len(self._frames), frame.key_id
        bound_to = additional_data(self._identity.segment_id, number, key_id)
        sealed = self._cipher.seal(key_id, bound_to, compressor().compress(b"".join(frame.lines)))
        self._write(sealed)
        self._frames.append(FrameRef(key_id, self._offset, len(sealed), len(frame.lines)))
        self._offset += len(sealed)
        self._leaves.extend(frame.leaves)
        self._frame_of.update(dict.fromkeys(frame.ids, number))


class _Range:
    """Earliest and latest of the timestamps it was shown."""

    def __init__(self) -> None:
        self.first = self.last = ""
        self._first_key = self._last_key = ""

    def include(self, timestamp: str, key: str) -> None:
        """``key`` is the timestamp as text that sorts."""
        if not self.first or key < self._first_key:
            self.first, self._first_key = timestamp, key
        if key > self._last_key:
            self.last, self._last_key = timestamp, key


def seal(entries: Iterable[Entry], identity: Identity, cipher: FrameCipher) -> tuple[bytes, Sealed]:
    """A whole segment in memory: the file's bytes and what is in it."""
    parts: list[bytes] = []
    writer = SegmentWriter(parts.append, identity, cipher)
    for entry in entries:
        writer.add(entry)
    sealed = writer.finish()
    return b"".join(parts), sealed
