"""Bytes a message takes, as a ratio to the raw JSON the platform sent (and we opened), and to Parquet with zstd.

The journal's segments are those of batches of 500 messages; the archive's hold a day, ordered by subject, each frame
under its subject's key. Parquet is measured twice: the archive's own lines (canonical event and raw) as columns, which
is the other way of keeping the same; and the projection, which keeps no raw, but facts as columns of their own.
"""

import io
import tempfile
from pathlib import Path

import orjson
import pyarrow
from pyarrow import parquet

from bench.archive_speed import archive
from bench.figure import Figure
from bench.subject_keys import frames
from bench.workload import Workload, workloads
from quire.archive.entries import Entry, read_line
from quire.archive.projection.columns import Place, row
from quire.archive.projection.parquet import LEVEL, ParquetFile
from quire.archive.read_records import RecordReader
from quire.archive.segment_writer import Identity, seal
from quire.connectors.registry import CONNECTORS
from quire.domain.ids import SegmentId, TenantId
from quire.evidence.merkle import leaf_hash

TENANT = TenantId("bench")
_SEGMENT = "8d0a4a54-6c5f-8a39-9d1c-0e5b3d6a7f10"


def figures() -> list[Figure]:
    """Four figures a workload; sizes do not vary between runs."""
    return [figure for workload in workloads() for figure in _figures(workload)]


def _figures(workload: Workload) -> list[Figure]:
    entries = entries_of(workload)
    raw = sum(map(len, workload.bodies)) / workload.messages
    journal = archive(workload).sealed_bytes / workload.messages
    sealed = len(_sealed(entries)) / workload.messages
    return [
        _figure(f"journal bytes, {workload.name}", journal, "raw JSON", raw),
        _figure(f"archived bytes, {workload.name}", sealed, "raw JSON", raw),
        _figure(
            f"archived bytes, {workload.name}", sealed, "Parquet + zstd of the same", _same(entries) / workload.messages
        ),
        _figure(f"projected bytes, {workload.name}", _projected(entries) / workload.messages, "raw JSON", raw),
    ]


def _figure(name: str, value: float, baseline: str, baseline_value: float) -> Figure:
    return Figure(name, "bytes/message", value, baseline, baseline_value, value / baseline_value)


def entries_of(workload: Workload) -> list[Entry]:
    """All events of a workload, ordered as a day is sealed."""
    reader = RecordReader(None, {name: one.normalise for name, one in CONNECTORS.items()})  # type: ignore[arg-type]
    found = [entry for record in workload.records for entry in reader.entries(*reader.header(record))]
    return sorted({entry.event_id: entry for entry in found}.values(), key=lambda each: (each.subject_id, each.at))


def _sealed(entries: list[Entry]) -> bytes:
    data, _ = seal(entries, Identity(SegmentId("bench"), TENANT, "archive", "standard"), frames(TENANT))
    return data


def _same(entries: list[Entry]) -> int:
    """Bytes of a Parquet file that keeps the same: each event's canonical bytes and what it was read from."""
    stored = [read_line(entry.line.removesuffix(b"\n")) for entry in entries]
    columns = {
        "event_id": [entry.event_id for entry in entries],
        "subject_id": [entry.subject_id for entry in entries],
        "event": [each.canonical.decode() for each in stored],
        "raw": [each.raw for each in stored],
        "opened": [each.opened for each in stored],
    }
    into = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), into, compression="zstd", compression_level=LEVEL)
    return len(into.getvalue())


def _projected(entries: list[Entry]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segment.parquet"
        with ParquetFile(path) as file:
            for number, entry in enumerate(entries):
                place = Place("standard", _SEGMENT, number, leaf_hash(entry.canonical))
                file.add(row(orjson.loads(entry.canonical), place), 3 * len(entry.canonical))
        return path.stat().st_size
