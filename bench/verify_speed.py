"""Messages per second and core through the auditor's program, over a downloaded package that discloses them all.

The baselines hash the same bytes by SHA-256 and do nothing else. The one with the target goes through the same folder
for its files and reads them, as no verifier can leave out; a harder one knows which files there are; the hardest has
them in memory, where a message takes a microsecond and everything else is what it takes to verify rather than to hash.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.evidence_package import KEY, package
from bench.figure import Figure, paired
from bench.workload import Workload, workloads
from quire.evidence.standalone.verify import check, names

TARGET = 0.3
ROUNDS = 7


def figures() -> list[Figure]:
    """Three figures a workload, one a baseline; the last has a target."""
    return [figure for workload in workloads() for figure in _figures(workload)]


def _figures(workload: Workload) -> list[Figure]:
    ours: list[float] = []
    walked: list[float] = []
    known: list[float] = []
    held: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        messages = package(Path(folder), workload).messages
        path = f"{folder}/package"
        files = [f"{path}/{name}" for name in sorted(names(path))]
        in_memory = [Path(name).read_bytes() for name in files]
        for _ in range(ROUNDS):
            walked.append(messages / _cpu_seconds(lambda: _hash_files(f"{path}/{name}" for name in names(path))))
            known.append(messages / _cpu_seconds(lambda: _hash_files(files)))
            held.append(messages / _cpu_seconds(lambda: _hash(in_memory)))
            ours.append(messages / _cpu_seconds(lambda: _verify(path)))
    return [
        _figure(workload, "SHA-256 of the same bytes in memory", paired(ours, held), None),
        _figure(workload, "SHA-256 of the same files, by name", paired(ours, known), None),
        _figure(workload, "SHA-256 of the same folder", paired(ours, walked), TARGET),
    ]


def _figure(workload: Workload, how: str, measured: tuple[float, float, float], target: float | None) -> Figure:
    value, baseline, ratio = measured
    return Figure(
        name=f"verify.py, {workload.name}",
        unit="messages/s/core",
        value=value,
        baseline=how,
        baseline_value=baseline,
        ratio=ratio,
        target=target,
    )


def _cpu_seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _verify(path: str) -> None:
    report = check(path, KEY.text())
    assert report["ok"], report["findings"][:3]


def _hash_files(files: Iterable[str]) -> None:
    for name in files:
        with open(name, "rb") as file:  # noqa: PTH123 - the baseline pays for nothing but the reading
            hashlib.sha256(file.read()).digest()


def _hash(in_memory: Iterable[bytes]) -> None:
    for data in in_memory:
        hashlib.sha256(data).digest()
