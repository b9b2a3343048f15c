"""Messages per second and core through ``archive_events``, from stream records to sealed bytes, AWS calls stubbed.

The baseline does, on the same bytes and with bare libraries, what cannot be left out: parse (orjson), dump with sorted
keys (orjson), SHA-256, compress (zstd, the same level, frames as large as ours may be) and encrypt (AES-256-GCM).
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
    """One figure a workload."""
    return [_figure(workload) for workload in workloads()]


def _figure(workload: Workload) -> Figure:
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):
        bare.append(workload.messages / _cpu_seconds(lambda: _bare(workload)))
        ours.append(workload.messages / _cpu_seconds(lambda: archive(workload)))
    value, baseline, ratio = paired(ours, bare)
    return Figure(
        name=f"archive_events, {workload.name}",
        unit="messages/s/core",
        value=value,
        baseline="bare libraries",
        baseline_value=baseline,
        ratio=ratio,
        target=TARGET,
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


def _bare(workload: Workload) -> int:
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    cipher, nonce = AESGCM(AESGCM.generate_key(256)), os.urandom(12)
    sealed, frame, size = 0, [], 0
    for body in workload.bodies:
        dumped = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
        hashlib.sha256(dumped).digest()
        frame.append(dumped)
        size += len(dumped)
        if size > MAX_FRAME_BYTES:
            sealed += len(cipher.encrypt(nonce, compressor.compress(b"\n".join(frame)), None))
            frame, size = [], 0
    return sealed + len(cipher.encrypt(nonce, compressor.compress(b"\n".join(frame)), None))
