"""Messages per second and core through sealing, from journal segments to archive segments, stores in memory.

What goes in are the journal segments of batches of 500 messages, what comes out is one day's archive segment; frames
are under subjects' keys on both sides. The baselines do with bare libraries, on the very lines, what cannot be left
out. The one with the target is the limit of these libraries for the whole way, from sealed to sealed: AES-256-GCM and
zstd (our level) of each frame, both ways, and SHA-256 of each line. Two others have no target. One is the outgoing half
alone, which nobody reaches who has to read what he seals; one checks each line as well, as evidence needs: it parses
event and raw, hashes the raw, makes the salt, hashes the leaf.
"""

import hashlib
import hmac
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import orjson
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.archived_size import entries_of
from bench.figure import Figure, paired
from bench.sealing_stubs import TENANT, Held, sealer
from bench.subject_keys import frames
from bench.workload import ARRIVED, Workload, workloads
from quire.archive.entries import Entry
from quire.archive.segment_writer import LEVEL, MAX_FRAME_BYTES, Identity, seal
from quire.domain.ids import SegmentId

TARGET = 0.25
ROUNDS = 7
_BATCH = 500
_MESSAGES = 10_000


def figures() -> list[Figure]:
    """Three figures a workload, one a baseline; the last has the target."""
    return [figure for workload in workloads(_MESSAGES) for figure in _figures(workload)]


def _figures(workload: Workload) -> list[Figure]:
    entries = entries_of(workload)
    held, framed = Held(journal_of(entries)), list(_framed(entries))
    ours: list[float] = []
    outward: list[float] = []
    both: list[float] = []
    checked: list[float] = []
    bare = Bare(framed)
    for _ in range(ROUNDS):
        outward.append(len(entries) / _cpu_seconds(bare.seal))
        both.append(len(entries) / _cpu_seconds(bare.open_and_seal))
        checked.append(len(entries) / _cpu_seconds(bare.open_check_and_seal))
        ours.append(len(entries) / _cpu_seconds(lambda: run(held, len(entries))))
    return [
        _figure(workload, "the same lines opened, checked and sealed", paired(ours, checked), None),
        _figure(workload, "the same lines sealed, not opened", paired(ours, outward), None),
        _figure(workload, "the same lines opened and sealed", paired(ours, both), TARGET),
    ]


def _figure(workload: Workload, how: str, measured: tuple[float, float, float], target: float | None) -> Figure:
    value, baseline, ratio = measured
    return Figure(
        name=f"seal, {workload.name}",
        unit="messages/s/core",
        value=value,
        baseline=f"bare zstd, AES-GCM and SHA-256, {how}",
        baseline_value=baseline,
        ratio=ratio,
        target=target,
    )


def journal_of(entries: list[Entry]) -> list[bytes]:
    """The journal segments these events came by, batch by batch in order of time."""
    inward = sorted(entries, key=lambda each: each.at)
    return [
        seal(inward[start : start + _BATCH], Identity(SegmentId(f"journal-{start}"), TENANT), frames(TENANT))[0]
        for start in range(0, len(inward), _BATCH)
    ]


def run(held: Held, events: int) -> None:
    """Seal everything once."""
    with tempfile.TemporaryDirectory() as folder:
        told = sealer(held, Path(folder)).seal(TENANT, ARRIVED + timedelta(hours=1))
    assert told is not None
    assert (told.events_in, told.out, told.quarantined) == (events, events, [])


def _cpu_seconds(run: Callable[[], object]) -> float:
    """Processor time of all threads."""
    start = time.process_time()
    run()
    return time.process_time() - start


def _framed(entries: Iterable[Entry]) -> Iterable[list[bytes]]:
    """The lines of each frame as sealing makes them: one subject's, up to a frame's most bytes."""
    frame: list[bytes] = []
    subject, size = "", 0
    for entry in entries:
        if frame and (entry.subject_id != subject or size + len(entry.line) > MAX_FRAME_BYTES):
            yield frame
            frame, size = [], 0
        subject = entry.subject_id
        frame.append(entry.line)
        size += len(entry.line)
    yield frame


class Bare:
    """The bare libraries at frames of lines."""

    def __init__(self, framed: Sequence[Sequence[bytes]]) -> None:
        self._framed = framed
        self._compressor, self._decompressor = zstandard.ZstdCompressor(level=LEVEL), zstandard.ZstdDecompressor()
        self._cipher, self._nonce = AESGCM(AESGCM.generate_key(256)), os.urandom(12)
        self._sealed = [self._seal(lines) for lines in framed]

    def seal(self) -> None:
        """All frames."""
        for lines in self._framed:
            self._seal(lines)

    def open_and_seal(self) -> None:
        """All frames, from sealed to sealed."""
        for sealed in self._sealed:
            lines = self._open(sealed)
            for line in lines:
                hashlib.sha256(line).digest()
            self._seal(lines)

    def open_check_and_seal(self) -> None:
        """All frames, from sealed to sealed, with each line's event, raw, salt and leaf."""
        for sealed in self._sealed:
            lines = self._open(sealed)
            for line in lines:
                read = orjson.loads(line)
                hashlib.sha256(read.get("raw", "").encode()).digest()
                salt = hmac.digest(self._nonce, read["event"]["event_id"].encode(), "sha256")
                hashlib.sha256(salt + line[: line.rfind(b',"raw')]).digest()
            self._seal(lines)

    def _open(self, sealed: bytes) -> list[bytes]:
        return self._decompressor.decompress(self._cipher.decrypt(self._nonce, sealed, None)).splitlines(keepends=True)

    def _seal(self, lines: Sequence[bytes]) -> bytes:
        for line in lines:
            hashlib.sha256(line).digest()
        return self._cipher.encrypt(self._nonce, self._compressor.compress(b"".join(lines)), None)
