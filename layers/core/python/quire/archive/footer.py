"""A segment's footer: what is inside, where each frame lies, and the leaves that prove it.

The file is ``"QRS1" | frame* | footer | footer length (u32, little-endian) | SHA-256 of footer | "QRS1"``; the footer
is zstd-compressed JSON, keys as :func:`encode` writes them.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, overload

import orjson
import zstandard

from quire.domain.errors import CorruptError
from quire.domain.ids import EventId, SegmentId, TenantId

MAGIC = b"QRS1"
TAIL_BYTES = 4 + 32 + len(MAGIC)
_SCHEMA = "quire.segment/1"
_MAX_FOOTER_BYTES = 256 * 1024 * 1024
_LEAF = 32
_ID_BITS = 128


@dataclass(frozen=True)
class FrameRef:
    """Where a frame lies: byte offset and length in the file, and the number of its events."""

    subject_key_id: str
    offset: int
    length: int
    events: int


@dataclass(frozen=True)
class Footer:
    """``leaves`` are 32-byte hashes in the order in which the frames hold the events; ``root`` is over them.

    ``event_ids`` are in ascending order. Times are timestamps, empty in a segment without events.
    """

    segment_id: SegmentId
    tenant_id: TenantId
    kind: str
    retention_class: str
    first_occurred_at: str
    last_occurred_at: str
    first_captured_at: str
    last_captured_at: str
    frames: Sequence[FrameRef]
    leaves: Sequence[bytes]
    root: bytes
    event_ids: Sequence[EventId]
    writer: str
    dictionary_id: str = ""

    @property
    def events(self) -> int:
        """Number of events."""
        return len(self.leaves)


def encode(footer: Footer, compressor: zstandard.ZstdCompressor) -> bytes:
    """The footer and everything behind it: the end of the file."""
    value = {
        "schema": _SCHEMA,
        "segment_id": footer.segment_id,
        "tenant_id": footer.tenant_id,
        "kind": footer.kind,
        "retention_class": footer.retention_class,
        "counts": {"events": footer.events, "frames": len(footer.frames)},
        "first_occurred_at": footer.first_occurred_at,
        "last_occurred_at": footer.last_occurred_at,
        "first_captured_at": footer.first_captured_at,
        "last_captured_at": footer.last_captured_at,
        "frames": [
            {"subject_key_id": f.subject_key_id, "offset": f.offset, "length": f.length, "events": f.events}
            for f in footer.frames
        ],
        "leaves": base64.b64encode(b"".join(footer.leaves)).decode(),
        "root": footer.root.hex(),
        "event_ids": _deltas(footer.event_ids),
        "writer": footer.writer,
        "dictionary_id": footer.dictionary_id,
    }
    packed = compressor.compress(orjson.dumps(value))
    return packed + len(packed).to_bytes(4, "little") + hashlib.sha256(packed).digest() + MAGIC


def footer_length(tail: bytes) -> int:
    """Bytes of the footer, told by the last :data:`TAIL_BYTES` of the file.

    Raises:
        CorruptError: the file does not end as a segment does.
    """
    if len(tail) != TAIL_BYTES or not tail.endswith(MAGIC):
        raise CorruptError("the segment does not end with its magic")
    return int.from_bytes(tail[:4], "little")


def decode(packed: bytes, tail: bytes) -> Footer:
    """The footer, once its hash is that in the ``tail`` of the file and its parts agree with each other.

    Raises:
        CorruptError: it is not, or they do not.
    """
    if hashlib.sha256(packed).digest() != tail[4:36]:
        raise CorruptError("the footer's hash does not match")
    try:
        if not 0 <= zstandard.frame_content_size(packed) <= _MAX_FOOTER_BYTES:
            raise CorruptError("the footer is larger than any footer")
        footer = _read(orjson.loads(zstandard.ZstdDecompressor().decompress(packed)))
        _agree(footer)
    except (zstandard.ZstdError, binascii.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptError("the footer is not quire.segment/1") from error
    return footer


def _read(value: Mapping[str, Any]) -> Footer:
    if value["schema"] != _SCHEMA:
        raise CorruptError("the footer's schema is another")
    leaves = base64.b64decode(value["leaves"], validate=True)
    footer = Footer(
        segment_id=SegmentId(value["segment_id"]),
        tenant_id=TenantId(value["tenant_id"]),
        kind=value["kind"],
        retention_class=value["retention_class"],
        first_occurred_at=value["first_occurred_at"],
        last_occurred_at=value["last_occurred_at"],
        first_captured_at=value["first_captured_at"],
        last_captured_at=value["last_captured_at"],
        frames=[FrameRef(f["subject_key_id"], f["offset"], f["length"], f["events"]) for f in value["frames"]],
        leaves=[leaves[n : n + _LEAF] for n in range(0, len(leaves), _LEAF)],
        root=bytes.fromhex(value["root"]),
        event_ids=_ids(value["event_ids"]),
        writer=value["writer"],
        dictionary_id=value["dictionary_id"],
    )
    if value["counts"] != {"events": footer.events, "frames": len(footer.frames)}:
        raise CorruptError("the footer's counts are not those of its lists")
    return footer


def _agree(footer: Footer) -> None:
    """Frames follow each other without a gap; every event has a leaf and an id."""
    offset = len(MAGIC)
    for frame in footer.frames:
        if frame.offset != offset or frame.length <= 0 or frame.events <= 0:
            raise CorruptError("the footer's frames do not follow each other")
        offset += frame.length
    events = sum(frame.events for frame in footer.frames)
    if events != footer.events or events != len(footer.event_ids):
        raise CorruptError("the footer's counts contradict each other")
    if any(len(leaf) != _LEAF for leaf in footer.leaves) or len(footer.root) != _LEAF:
        raise CorruptError("a hash in the footer is not 32 bytes")


def _deltas(event_ids: Sequence[EventId]) -> list[str]:
    """Ids in ascending order as hexadecimal numbers, each less the one before."""
    numbers = [int(event_id.replace("-", ""), 16) for event_id in event_ids]
    return [f"{number - before:x}" for before, number in zip([0, *numbers], numbers, strict=False)]


class EventIds(Sequence[EventId]):
    """Event ids in ascending order, held as numbers and written out when asked for: sealing never asks."""

    def __init__(self, numbers: list[int]) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[EventId]:
        return map(_id, self._numbers)

    @overload
    def __getitem__(self, index: int) -> EventId: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[EventId]: ...

    def __getitem__(self, index: int | slice) -> EventId | Sequence[EventId]:
        return EventIds(self._numbers[index]) if isinstance(index, slice) else _id(self._numbers[index])


def _ids(deltas: Sequence[str]) -> EventIds:
    steps = [int(delta, 16) for delta in deltas]
    if steps and min(steps) <= 0:
        raise CorruptError("the footer's event ids do not ascend")
    numbers = list(accumulate(steps))
    if numbers and numbers[-1] >> _ID_BITS:
        raise CorruptError("an event id in the footer is too large")
    return EventIds(numbers)


def _id(number: int) -> EventId:
    digits = f"{number:032x}"
    return EventId(f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}")
