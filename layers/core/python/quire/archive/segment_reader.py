"""Reads a segment: the footer first, then one frame at a time, by range. Nothing is returned that was not checked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import zstandard

from quire.archive.ciphers import Ciphers, FrameCipher, additional_data
from quire.archive.entries import CarriedLine, StoredEvent, carried, entry_of_stored, plainly, read_line
from quire.archive.footer import MAGIC, TAIL_BYTES, Footer, FrameRef, decode, footer_length
from quire.domain.errors import CorruptError
from quire.domain.ids import EventId, TenantId
from quire.evidence.merkle import leaf_hash, root

_FIRST_READ = 64 * 1024
_MAX_FRAME_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Source:
    """A file of ``size`` bytes; ``read(offset, length)`` gives that part of it."""

    size: int
    read: Callable[[int, int], bytes]


def in_memory(data: bytes) -> Source:
    """A file that is here already."""
    return Source(len(data), lambda offset, length: data[offset : offset + length])


class SegmentReader:
    """An opened segment. Every method raises :class:`CorruptError`, naming the fact, on anything that is off."""

    def __init__(self, source: Source, cipher: FrameCipher, footer: Footer | None = None) -> None:
        """Open the segment: see :func:`read_footer`; ``footer`` is what that gave, where it was read already."""
        self._source = source
        self._cipher = cipher
        self.footer = footer or read_footer(source)
        self._first_leaf = [0]
        for frame in self.footer.frames:
            self._first_leaf.append(self._first_leaf[-1] + frame.events)

    def frame(self, number: int) -> list[StoredEvent]:
        """The events of frame ``number`` (from 0), each checked against its leaf."""
        ref, lines, leaves = self._lines(number)
        events = [read_line(line) for line in lines]
        for event, leaf in zip(events, leaves, strict=True):
            self._check(ref.subject_key_id, event, leaf)
        return events

    def events(self, number: int) -> list[Mapping[str, Any]]:
        """The events of frame ``number`` (from 0) as :meth:`frame` gives them, checked as well, without their raw
        bytes: in two thirds of the time."""
        ref, lines, leaves = self._lines(number)
        salt = self._cipher.salting(ref.subject_key_id)
        found: list[Mapping[str, Any]] = []
        for line, leaf in zip(lines, leaves, strict=True):
            plain = _plain(line, leaf, salt)
            if plain is None:
                event = read_line(line)
                self._check(ref.subject_key_id, event, leaf)
                found.append(event.event)
            else:
                found.append(plain[0])
        return found

    def carried(self, number: int) -> list[tuple[Mapping[str, Any], CarriedLine]]:
        """The events of frame ``number`` (from 0), each checked against its leaf, with their lines for another
        segment."""
        ref, lines, leaves = self._lines(number)
        key_id, salt = ref.subject_key_id, self._cipher.salting(ref.subject_key_id)
        found: list[tuple[Mapping[str, Any], CarriedLine]] = []
        for line, leaf in zip(lines, leaves, strict=True):
            plain = _plain(line, leaf, salt)
            if plain is None:
                found.append(self._written_again(key_id, line, leaf))
            else:
                event, encoded = plain
                found.append((event, carried(event, line + b"\n", len(encoded), key_id, leaf)))
        return found

    def _written_again(self, key_id: str, line: bytes, leaf: bytes) -> tuple[Mapping[str, Any], CarriedLine]:
        """An event whose line is not the one that would be written of it."""
        event = read_line(line)
        self._check(key_id, event, leaf)
        entry = entry_of_stored(event)
        return event.event, carried(event.event, entry.line, len(entry.canonical), key_id, leaf)

    def _check(self, key_id: str, event: StoredEvent, leaf: bytes) -> None:
        salt = self._cipher.salt(key_id, EventId(str(event.event.get("event_id"))))
        if leaf_hash(event.canonical, salt) != leaf:
            raise CorruptError("an event is not the one its leaf names")

    def _lines(self, number: int) -> tuple[FrameRef, list[bytes], list[bytes]]:
        """A frame, its lines, and the leaves that the footer has of them."""
        if not 0 <= number < len(self.footer.frames):
            raise CorruptError(f"the segment has no frame {number}")
        ref = self.footer.frames[number]
        sealed = _read(self._source, ref.offset, ref.length)
        bound_to = additional_data(self.footer.segment_id, number, ref.subject_key_id)
        lines = _decompress(self._cipher.open(ref.subject_key_id, bound_to, sealed)).split(b"\n")
        if lines.pop() != b"" or len(lines) != ref.events:
            raise CorruptError("a frame does not hold as many events as the footer says")
        return ref, lines, list(self.footer.leaves[self._first_leaf[number] : self._first_leaf[number + 1]])

    def first_leaf(self, number: int) -> int:
        """Number of the leaf (from 0) of the first event in frame ``number``."""
        return self._first_leaf[number]

    def frames(self) -> Iterator[tuple[int, list[StoredEvent]]]:
        """All frames in order, one in memory at a time."""
        for number in range(len(self.footer.frames)):
            yield number, self.frame(number)

    def verify(self) -> None:
        """Read everything: frames, leaves, root and the list of event ids must all tell the same."""
        if root(self.footer.leaves) != self.footer.root:
            raise CorruptError("the Merkle root is not that of the leaves")
        found: list[str] = []
        for _, events in self.frames():
            found.extend(str(event.event.get("event_id")) for event in events)
        if sorted(found) != list(self.footer.event_ids):
            raise CorruptError("the list of event ids is not that of the events")


def open_segment(source: Source, tenant: TenantId, ciphers: Ciphers) -> SegmentReader:
    """A tenant's segment, with the keys at hand that its footer names.

    Raises:
        CorruptError: it is none, or names a key that never was.
        UnavailableError: a key cannot be had.
    """
    footer = read_footer(source)
    cipher = ciphers.for_opening(tenant, {frame.subject_key_id for frame in footer.frames})
    return SegmentReader(source, cipher, footer)


def read_footer(source: Source) -> Footer:
    """A segment's footer: two reads, of its end and of its first bytes, one more where the footer is large.

    Raises:
        CorruptError: it is none, or does not fit the file.
    """
    size = source.size
    if size < len(MAGIC) + TAIL_BYTES:
        raise CorruptError("the segment is shorter than any segment")
    if _read(source, 0, len(MAGIC)) != MAGIC:
        raise CorruptError("the segment does not start with its magic")
    end = _read(source, max(0, size - _FIRST_READ), min(size, _FIRST_READ))
    tail = end[-TAIL_BYTES:]
    length = footer_length(tail)
    start = size - TAIL_BYTES - length
    if start < len(MAGIC):
        raise CorruptError("the footer is longer than the segment")
    held = end[:-TAIL_BYTES]
    footer = decode(held[len(held) - length :] if length <= len(held) else _read(source, start, length), tail)
    frames_end = footer.frames[-1].offset + footer.frames[-1].length if footer.frames else len(MAGIC)
    if frames_end != start:
        raise CorruptError("the footer does not follow the last frame")
    return footer


def _read(source: Source, offset: int, length: int) -> bytes:
    data = source.read(offset, length)
    if len(data) != length:
        raise CorruptError("the segment ends too soon")
    return data


def _plain(line: bytes, leaf: bytes, salt: Callable[[str], bytes]) -> tuple[Mapping[str, Any], bytes] | None:
    """The event of a line and its bytes there, where they are those that its leaf names; else ``None``: the line has to
    be read in full."""
    plain = plainly(line)
    if plain is None or leaf_hash(plain[1], salt(str(plain[0].get("event_id")))) != leaf:
        return None
    return plain


_of_thread = threading.local()


def _decompressor() -> zstandard.ZstdDecompressor:
    """The thread's decompressor: two threads must not use one at a time."""
    if not hasattr(_of_thread, "decompressor"):
        _of_thread.decompressor = zstandard.ZstdDecompressor()
    found: zstandard.ZstdDecompressor = _of_thread.decompressor
    return found


def _decompress(compressed: bytes) -> bytes:
    try:
        if not 0 <= zstandard.frame_content_size(compressed) <= _MAX_FRAME_BYTES:
            raise CorruptError("a frame is larger than any frame")
        return _decompressor().decompress(compressed)
    except zstandard.ZstdError as error:
        raise CorruptError("a frame cannot be decompressed") from error
