"""Messages per second and core through ``archive_events``, from stream records to sealed bytes, AWS calls stubbed.

The baselines do, on the same deliveries and with bare libraries, what cannot be left out: parse (orjson), dump with
sorted keys (orjson), SHA-256, compress (zstd, our level) and encrypt (AES-256-GCM). Two seal the same bytes as the
archive, the canonical form and the delivery as it came. The one with the target takes every message by itself; a harder
one, where we stand at the same 0.10 give or take the noise, seals whole frames as the archive does; the hardest seals
frames of the canonical form alone, half the bytes that are kept.
"""

import hashlib
import os
import time
from collections.abc import Callable

import orjson
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.figure import Figure, paired
from bench.stubs import Sink, archiver
from bench.workload import ARRIVED, Workload, workloads
from quire.archive.segment_writer import LEVEL, MAX_FRAME_BYTES

TARGET = 0.10
ROUNDS = 7
_BATCH = 500


def figures() -> list[Figure]:
    """Three figures a workload, one a baseline; the last has a target."""
    return [figure for workload in workloads() for figure in _figures(workload)]


def _figures(workload: Workload) -> list[Figure]:
    ours: list[float] = []
    single: list[float] = []
    framed: list[float] = []
    halves: list[float] = []
    for _ in range(ROUNDS):
        single.append(workload.messages / _cpu_seconds(lambda: _bare(workload, 0, raw=True)))
        framed.append(workload.messages / _cpu_seconds(lambda: _bare(workload, MAX_FRAME_BYTES, raw=True)))
        halves.append(workload.messages / _cpu_seconds(lambda: _bare(workload, MAX_FRAME_BYTES, raw=False)))
        ours.append(workload.messages / _cpu_seconds(lambda: archive(workload)))
    return [
        _figure(workload, "the same bytes in whole frames", paired(ours, framed), None),
        _figure(workload, "frames of the canonical form alone", paired(ours, halves), None),
        _figure(workload, "message by message", paired(ours, single), TARGET),
    ]


def _figure(workload: Workload, how: str, measured: tuple[float, float, float], target: float | None) -> Figure:
    value, baseline, ratio = measured
    return Figure(
        name=f"archive_events, {workload.name}",
        unit="messages/s/core",
        value=value,
        baseline=f"bare libraries, {how}",
        baseline_value=baseline,
        ratio=ratio,
        target=target,
    )


def _cpu_seconds(run: Callable[[], object]) -> float:
    """Processor time of all threads."""
    start = time.process_time()
    run()
    return time.process_time() - start


def archive(workload: Workload) -> Sink:
    """Archive the workload in batches."""
    sink = Sink()
    events = archiver(sink)
    for start in range(0, workload.messages, _BATCH):
        outcome = events.archive(workload.records[start : start + _BATCH], ARRIVED)
        assert outcome.failed is None
        assert not outcome.quarantined
    assert sink.rows >= workload.messages
    return sink


def _bare(workload: Workload, frame_bytes: int, *, raw: bool) -> int:
    """A baseline; a frame is sealed once it holds more than ``frame_bytes`` (0: every message alone).

    ``raw`` says whether the delivery as it came is sealed beside its canonical form, as the archive does.
    """
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    cipher, nonce = AESGCM(AESGCM.generate_key(256)), os.urandom(12)
    sealed, size = 0, 0
    frame: list[bytes] = []
    for body in workload.bodies:
        dumped = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
        hashlib.sha256(dumped).digest()
        frame.append(dumped)
        size += len(dumped)
        if raw:
            frame.append(body)
            size += len(body)
        if size > frame_bytes:
            sealed += len(cipher.encrypt(nonce, compressor.compress(b"\n".join(frame)), None))
            frame, size = [], 0
    return sealed + len(cipher.encrypt(nonce, compressor.compress(b"\n".join(frame)), None))
