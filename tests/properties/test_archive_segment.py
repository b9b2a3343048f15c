"""Whatever is archived comes back the same; whatever befalls the file, a reader gives the same content or refuses."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.archive.ciphers import PlainFrames
from quire.archive.entries import entry_of
from quire.archive.segment_reader import SegmentReader, in_memory, read_footer
from quire.archive.segment_writer import Identity, seal, segment_id
from quire.domain.errors import CorruptError
from quire.domain.ids import TenantId
from tests.pretend import delivery, fact, normalise

ACME = TenantId("acme")
IDENTITY = Identity(segment_id(ACME, "shard", "1", "9"), ACME)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
latin = st.text(st.characters(max_codepoint=255), max_size=20)


@st.composite
def facts(draw: st.DrawFn) -> list[dict[str, Any]]:
    return [
        fact(f"m{n}", user=draw(st.sampled_from(["U1", "U2", "U3"])), text=draw(texts))
        | ({"raw": draw(latin)} if draw(st.booleans()) else {})
        | ({"opened": draw(texts)} if draw(st.booleans()) else {})
        for n in range(draw(st.integers(0, 8)))
    ]


def contents(data: bytes) -> list[tuple[bytes, bytes, str | None]]:
    reader = SegmentReader(in_memory(data), PlainFrames())
    reader.verify()
    return [(event.canonical, event.raw, event.opened) for _, events in reader.frames() for event in events]


@given(facts())
def test_what_goes_in_comes_out(given_facts: list[dict[str, Any]]) -> None:
    entries = [entry_of(observation) for observation in normalise(delivery("acme", *given_facts))]
    data, sealed = seal(entries, IDENTITY, PlainFrames())
    raws = sorted((entry.canonical, observation.raw, observation.opened) for entry, observation in zip(
        entries, normalise(delivery("acme", *given_facts)), strict=True))  # fmt: skip
    assert sorted(contents(data)) == raws
    reader = SegmentReader(in_memory(data), PlainFrames())
    for number, events in reader.frames():
        assert {sealed.frame_of[event.event["event_id"]] for event in events} == {number}
        assert reader.events(number) == [event.event for event in events]


SAMPLE = seal(
    [entry_of(o) for o in normalise(delivery("acme", *(fact(f"m{n}", user=f"U{n % 4}") for n in range(12))))],
    IDENTITY,
    PlainFrames(),
)[0]
CONTENTS = contents(SAMPLE)
EVENTS = [orjson.loads(encoded) for encoded, _, _ in CONTENTS]


def events_alone(data: bytes) -> list[Mapping[str, Any]]:
    reader = SegmentReader(in_memory(data), PlainFrames())
    return [event for number in range(len(reader.footer.frames)) for event in reader.events(number)]


def same_or_refused(data: bytes) -> bool:
    return _same_or_refused(contents, data, CONTENTS) and _same_or_refused(events_alone, data, EVENTS)


def _same_or_refused(read: Callable[[bytes], object], data: bytes, expected: object) -> bool:
    try:
        return read(data) == expected
    except CorruptError:
        return True


@given(facts())
def test_an_event_of_another_leaf_is_refused(given_facts: list[dict[str, Any]]) -> None:
    """Frames that open, of lines that were not sealed: what is read without its raw bytes is checked like the rest."""
    entries = [entry_of(o) for o in normalise(delivery("acme", *given_facts, fact("last", user="U1")))]
    data, _ = seal(entries, IDENTITY, PlainFrames())
    footer = read_footer(in_memory(data))
    for number in range(len(footer.leaves)):
        leaves = [leaf if n != number else bytes(32) for n, leaf in enumerate(footer.leaves)]
        reader = SegmentReader(in_memory(data), PlainFrames(), replace(footer, leaves=leaves))
        for read in (reader.events, reader.frame):
            with pytest.raises(CorruptError, match="not the one its leaf names"):
                [read(frame) for frame in range(len(footer.frames))]


def test_every_single_flipped_byte_is_found() -> None:
    for position in range(len(SAMPLE)):
        data = bytearray(SAMPLE)
        data[position] ^= 0x01
        assert same_or_refused(bytes(data)), position


def test_every_truncation_is_found() -> None:
    for length in range(len(SAMPLE)):
        assert same_or_refused(SAMPLE[:length]), length


@given(st.integers(0, len(SAMPLE) - 1), st.binary(min_size=1, max_size=64), st.integers(0, 64))
def test_any_splice_is_found(position: int, inserted: bytes, removed: int) -> None:
    assert same_or_refused(SAMPLE[:position] + inserted + SAMPLE[position + removed :])


@given(st.permutations(range(4)))
def test_frames_in_another_order_are_found(order: list[int]) -> None:
    reader = SegmentReader(in_memory(SAMPLE), PlainFrames())
    refs = reader.footer.frames
    end = refs[-1].offset + refs[-1].length
    moved = b"".join(SAMPLE[refs[n].offset : refs[n].offset + refs[n].length] for n in order)
    assert same_or_refused(SAMPLE[:4] + moved + SAMPLE[end:])
