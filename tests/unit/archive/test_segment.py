"""A segment's bytes: the layout of the format, frames by subject, what a reader refuses."""

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
import zstandard

from quire.archive.ciphers import PlainFrames, additional_data
from quire.archive.entries import Entry, entry_of, entry_of_stored, read_line
from quire.archive.footer import MAGIC, TAIL_BYTES
from quire.archive.segment_reader import SegmentReader, Source, in_memory
from quire.archive.segment_writer import MAX_FRAME_BYTES, Identity, seal, segment_id
from quire.domain.errors import CorruptError
from quire.domain.ids import SegmentId, TenantId
from quire.evidence.merkle import inclusion_proof, leaf_hash, proves_inclusion
from tests.pretend import delivery, fact, normalise

ACME = TenantId("acme")
IDENTITY = Identity(segment_id(ACME, "shard", "1", "9"), ACME)


def entries(*facts: dict[str, Any]) -> list[Entry]:
    return [entry_of(observation) for observation in normalise(delivery("acme", *facts))]


def sealed(*facts: dict[str, Any]) -> bytes:
    return seal(entries(*facts), IDENTITY, PlainFrames())[0]


def reader(data: bytes) -> SegmentReader:
    return SegmentReader(in_memory(data), PlainFrames())


def resealed(footer: dict[str, Any], before: bytes) -> bytes:
    """A segment with a footer of our own making and right hashes."""
    packed = zstandard.compress(orjson.dumps(footer))
    return before + packed + len(packed).to_bytes(4, "little") + hashlib.sha256(packed).digest() + MAGIC


def opened(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The footer as plain values, and the bytes before it."""
    length = int.from_bytes(data[-TAIL_BYTES:][:4], "little")
    start = len(data) - TAIL_BYTES - length
    return orjson.loads(zstandard.decompress(data[start : start + length])), data[:start]


def test_the_file_is_laid_out_as_the_format_says() -> None:
    data = sealed(fact("m1"), fact("m2", user="U2"), fact("m3"))
    footer, before = opened(data)
    assert data.startswith(b"QRS1")
    assert data.endswith(b"QRS1")
    assert set(footer) == {
        "schema", "segment_id", "tenant_id", "kind", "retention_class", "counts", "frames", "leaves", "root",
        "first_occurred_at", "last_occurred_at", "first_captured_at", "last_captured_at",
        "event_ids", "writer", "dictionary_id",
    }  # fmt: skip
    assert footer["segment_id"] == IDENTITY.segment_id
    assert (footer["tenant_id"], footer["kind"], footer["dictionary_id"]) == ("acme", "journal", "")
    assert footer["counts"] == {"events": 3, "frames": 2}
    assert [(f["subject_key_id"], f["events"]) for f in footer["frames"]] == [("none", 2), ("none", 1)]
    first = footer["frames"][0]
    frame = before[first["offset"] : first["offset"] + first["length"]]
    bound_to = additional_data(IDENTITY.segment_id, 0, "none")
    assert frame[:16] == hashlib.sha256(bound_to + b"|" + frame[16:]).digest()[:16]
    lines = zstandard.decompress(frame[16:]).splitlines()
    assert [orjson.loads(line)["event"]["body"]["native"]["message"] for line in lines] == [
        "m1",
        "m3",
    ]


def test_every_event_comes_back_with_its_raw_and_can_be_proven() -> None:
    facts = [fact(f"m{n}", user=f"U{n % 3}", opened="decrypted" if n == 4 else None) for n in range(9)]
    made = {observation.event.event_id: observation for observation in normalise(delivery("acme", *facts))}
    read = reader(sealed(*facts))
    read.verify()
    leaf = 0
    for _, events in read.frames():
        for stored in events:
            observation = made.pop(stored.event["event_id"])
            assert (stored.event, stored.raw, stored.opened) == (
                observation.event.as_json(),
                observation.raw,
                observation.opened,
            )
            proof = inclusion_proof(read.footer.leaves, leaf)
            hashed = leaf_hash(stored.canonical)
            assert proves_inclusion(hashed, leaf, read.footer.events, proof, read.footer.root)
            leaf += 1
    assert not made


def test_the_footer_tells_the_span_in_time() -> None:
    read = reader(
        sealed(
            fact("m1", at="2026-03-02T09:14:05.9Z"),
            fact("m2", at="2026-03-02T09:14:05.95Z"),
            fact("m3", at="2026-03-02T09:14:05.000200Z"),
        )
    )
    assert read.footer.first_occurred_at == "2026-03-02T09:14:05.000200Z"
    assert read.footer.last_occurred_at == "2026-03-02T09:14:05.95Z"


def test_sealing_again_gives_the_same_bytes() -> None:
    facts = [fact(f"m{n}", user=f"U{n % 3}") for n in range(20)]
    assert sealed(*facts) == sealed(*facts)


def test_an_empty_segment_is_a_segment() -> None:
    read = reader(sealed())
    read.verify()
    assert (read.footer.events, read.footer.frames, read.footer.first_occurred_at) == (0, [], "")


def test_a_frame_is_closed_before_it_grows_too_large() -> None:
    larger_than_a_frame = "\u754c" * 50_000
    read = reader(sealed(*(fact(f"m{n}", text=larger_than_a_frame) for n in range(3))))
    assert [frame.events for frame in read.footer.frames] == [1, 1, 1]
    small = reader(sealed(*(fact(f"m{n}", text="x" * 20_000) for n in range(12))))
    assert [frame.events for frame in small.footer.frames] == [6, 6]
    for _, events in small.frames():
        assert sum(len(event.raw) for event in events) < MAX_FRAME_BYTES


@pytest.mark.parametrize("raw", ["plain", "caf\u00e9 as latin-1", "\x00\x1f\x7f", "\xff\xfe\xed\xa0\x80"])
def test_raw_bytes_are_kept_whatever_they_are(raw: str) -> None:
    [entry] = entries(fact("m1", raw=raw))
    value = orjson.loads(entry.line)
    assert ("raw" in value) != ("raw_b64" in value)
    assert read_line(entry.line).raw == raw.encode("latin-1")


@pytest.mark.parametrize("raw", ["plain", ',"raw":"x"', '"raw":"', "caf\u00e9"])
def test_an_entry_read_back_is_the_entry(raw: str) -> None:
    [entry] = entries(fact("m1", raw=raw, text=raw))
    for line in (entry.line, entry.line.removesuffix(b"\n")):
        assert entry_of_stored(read_line(line)) == entry


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"event":', b'{ "event":'),
        (b',"raw":"', b',"more":1,"raw":"'),
        (b',"raw":"', b',"raw":"hidden","raw":"'),
        (b'{"event":{', b'{"event":{"hidden":1},"event":{'),
        (b'{"event":{', b'{"event":{ '),
    ],
)
def test_what_else_a_line_holds_is_not_sealed(old: bytes, new: bytes) -> None:
    [entry] = entries(fact("m1"))
    assert entry.line.count(old) == 1
    assert entry_of_stored(read_line(entry.line.replace(old, new))) == entry


def test_frames_are_read_by_range() -> None:
    data = sealed(*(fact(f"m{n}", user=f"U{n}", text="x" * 3000 + str(n)) for n in range(50)))
    asked: list[tuple[int, int]] = []

    def read(offset: int, length: int) -> bytes:
        asked.append((offset, length))
        return data[offset : offset + length]

    opened_segment = SegmentReader(Source(len(data), read), PlainFrames())
    asked.clear()
    [event] = opened_segment.frame(7)
    assert event.event["body"]["native"]["message"] == "m7"
    ref = opened_segment.footer.frames[7]
    assert asked == [(ref.offset, ref.length)]


def test_a_long_footer_is_read_with_one_more_range() -> None:
    data = sealed(*(fact(f"m{n}", user=f"U{n}", text="") for n in range(1500)))
    assert opened(data)[0]["counts"]["events"] == 1500
    assert int.from_bytes(data[-TAIL_BYTES:][:4], "little") > 64 * 1024
    reader(data).verify()


def test_there_is_no_frame_beyond_the_last() -> None:
    with pytest.raises(CorruptError, match="no frame 1"):
        reader(sealed(fact("m1"))).frame(1)


def test_a_frame_is_bound_to_its_segment_and_place() -> None:
    cipher = PlainFrames()
    bound_to = additional_data(SegmentId("s"), 0, "none")
    frame = cipher.seal("none", bound_to, b"lines")
    assert cipher.open("none", bound_to, frame) == b"lines"
    for other in (additional_data(SegmentId("t"), 0, "none"), additional_data(SegmentId("s"), 1, "none")):
        with pytest.raises(CorruptError):
            cipher.open("none", other, frame)
    with pytest.raises(CorruptError, match="names a key"):
        cipher.open("key-1", bound_to, frame)
    with pytest.raises(CorruptError):
        cipher.open("none", bound_to, b"short")


def altered(footer: dict[str, Any], path: Sequence[str | int], value: object) -> dict[str, Any]:
    place: Any = footer
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return footer


@pytest.mark.parametrize(
    ("path", "value", "fact_named"),
    [
        (["schema"], "quire.segment/9", "schema is another"),
        (["counts", "events"], 3, "counts are not those"),
        (["frames", 0, "events"], 7, "counts contradict"),
        (["frames", 1, "offset"], 5, "do not follow each other"),
        (["frames", 1, "length"], 5, "does not follow the last frame"),
        (["frames", 0, "length"], "x", "not quire.segment/1"),
        (["frames", 0, "subject_key_id"], "key-1", "names a key"),
        (["segment_id"], "another", "check does not match"),
        (["leaves"], "AAAA", "counts are not those"),
        (["leaves"], "!", "not quire.segment/1"),
        (["root"], "00" * 32, "root is not that of the leaves"),
        (["root"], "00", "not 32 bytes"),
        (["event_ids"], ["1", "1"], "list of event ids"),
        (["event_ids"], ["1", "0"], "do not ascend"),
        (["event_ids"], [1, 2], "not quire.segment/1"),
        (["event_ids"], ["1", "f" * 32], "too large"),
        (["kind"], None, None),
    ],
)
def test_a_footer_that_lies_is_found_out(path: list[str | int], value: object, fact_named: str | None) -> None:
    footer, before = opened(sealed(fact("m1"), fact("m2", user="U2")))
    lying = resealed(altered(footer, path, value), before)
    if fact_named is None:
        reader(lying).verify()
        return
    with pytest.raises(CorruptError, match=fact_named):
        reader(lying).verify()


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"1", b"{}", b'{"event":[],"raw":"x"}', b'{"event":{"raw_sha256":"00"},"raw":"x"}',
     b'{"event":{},"raw":1}', b'{"event":{},"raw_b64":"!"}', b'{"event":{}}'],
)  # fmt: skip
def test_a_line_that_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(CorruptError):
        read_line(line)


def test_what_is_no_segment_is_refused() -> None:
    good = sealed(fact("m1"))
    for data in (b"", b"QRS1", b"QRS1" * 20, good[:-1], good + b"x", b"x" + good, good[4:], good[:4] + good[:4] + good):
        with pytest.raises(CorruptError):
            reader(data).verify()
