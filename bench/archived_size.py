"""Bytes a message takes in the journal, as a ratio to the raw JSON the platform sent (and we opened)."""

from bench.archive_speed import archive
from bench.figure import Figure
from bench.workload import Workload, workloads


def figures() -> list[Figure]:
    """One figure a workload; sizes do not vary between runs."""
    return [_figure(workload) for workload in workloads()]


def _figure(workload: Workload) -> Figure:
    archived = archive(workload).sealed_bytes / workload.messages
    raw = sum(map(len, workload.bodies)) / workload.messages
    return Figure(
        name=f"archived bytes, {workload.name}",
        unit="bytes/message",
        value=archived,
        baseline="raw JSON",
        baseline_value=raw,
        ratio=archived / raw,
    )
