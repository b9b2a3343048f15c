"""One tenant's hour through the real stores over a mocked account, metered: captured, archived, indexed, sealed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.metered import Meter
from bench.workload import ARRIVED, Workload, conversation
from quire.archive.ciphers import PlainFrames
from quire.archive.projection.project import Projector
from quire.archive.sealing.authority import Authority
from quire.archive.sealing.stamp import Stamper
from quire.archive.segment_reader import in_memory, read_footer
from quire.aws.data_keys import DataKeys
from quire.aws.deliveries import Deliveries
from quire.aws.key_rows import KeyRows
from quire.aws.log_marks import LogMarks
from quire.aws.memberships import Memberships
from quire.aws.notices import read_notice
from quire.aws.projection_objects import ProjectionObjects
from quire.bootstrap.search import segment_events
from quire.connectors.registry import CONNECTORS
from quire.domain.delivery import read_header
from quire.domain.ids import SubjectId, TenantId
from quire.keys.branches import BranchKeys
from quire.keys.subjects import SubjectKeys
from quire.search.indexer import Indexer
from quire.search.known import KnownEvents, Told
from quire.search.writes import Counts
from tests.archiving import archiver
from tests.moto_aws import Stack, stack
from tests.sealing import House
from tests.timestamping import authority

TENANT = TenantId("bench")
_PROJECTION = "projection"
_INDEXED = 300


@dataclass(frozen=True)
class Hour:
    """What one tenant's hour came to: its messages, journal segments, and everything that was metered."""

    messages: int
    segments: int
    meter: Meter


class _Unwritten(Indexer):
    """Everything but the search engine, which is paid by the hour."""

    def _write(self, tenant: TenantId, told: Mapping[Any, Told]) -> Counts:  # noqa: ARG002
        return Counts()


def hour(messages: int, window: int) -> Hour:
    """One hour of ``messages``, evenly; the segment writer waits ``window`` seconds for company."""
    workload, meter = conversation(messages), Meter()
    batches = min(messages, 3600 // window)
    with stack() as aws:
        aws.aws.s3.create_bucket(Bucket=_PROJECTION)
        meter.watch(aws.aws)
        _receive(aws, workload, meter)
        subjects = _archive(aws, workload, batches, meter)
        _keys(aws, subjects, window, meter)
        _index(aws, messages, meter)
        _seal(aws, meter)
    meter.stored["raw"] = sum(map(len, workload.bodies))
    return Hour(messages, batches, meter)


def _receive(aws: Stack, workload: Workload, meter: Meter) -> None:
    put = Deliveries(aws.journal, aws.stream).put
    with meter.phase("receive"):
        for record in workload.records:
            header, body = read_header(record.data)
            put(header, body, ARRIVED)


def _archive(aws: Stack, workload: Workload, batches: int, meter: Meter) -> list[list[SubjectId]]:
    """Batches of a window each; whose words were in each."""
    events = archiver(aws, connectors={name: one.normalise for name, one in CONNECTORS.items()})
    edges = [round(n * workload.messages / batches) for n in range(batches + 1)]
    with meter.phase("archive"):
        for first, last in pairwise(edges):
            outcome = events.archive(workload.records[first:last], ARRIVED)
            assert outcome.failed is None
            assert not outcome.quarantined
    found: list[list[SubjectId]] = []
    for listed in aws.journal.segments(TENANT):
        footer = read_footer(in_memory(aws.journal.read(listed.key)))
        found.append([SubjectId(str(number)) for number in range(len(footer.frames))])
    return found


def _keys(aws: Stack, subjects: Sequence[Sequence[SubjectId]], window: int, meter: Meter) -> None:
    """What one process asks for subjects' keys during the hour; it remembers each for five minutes."""
    rows, now = KeyRows(aws.aws.dynamodb, "keys"), [ARRIVED]
    arn = aws.aws.kms.create_key()["KeyMetadata"]["Arn"]
    SubjectKeys(rows, BranchKeys(rows, DataKeys(aws.aws.kms), lambda _: arn), lambda: now[0]).current(
        TENANT, {subject for batch in subjects for subject in batch}
    )  # they were made on an earlier day
    keys = SubjectKeys(rows, BranchKeys(rows, DataKeys(aws.aws.kms), lambda _: arn), lambda: now[0])
    with meter.phase("archive"):
        for batch in subjects:
            keys.current(TENANT, batch)
            now[0] += timedelta(seconds=max(window, 3600 / len(subjects)))


def _index(aws: Stack, messages: int, meter: Meter) -> None:
    """All notices by what those of the first few hundred messages take."""
    segments = segment_events(aws.journal, lambda _: PlainFrames())
    taking = Memberships(aws.aws.dynamodb, "control")
    indexer = _Unwritten(segments, KnownEvents(aws.rows, segments, 90), aws.directory, taking, None, lambda: ARRIVED)  # type: ignore[arg-type]
    indexed, sample = 0, Meter()
    sample.watch(aws.aws)
    while bodies := aws.sent():
        for body in bodies if indexed < _INDEXED else ():
            with sample.phase("index"):
                indexed += indexer.index(read_notice(body)).messages
    for counted, whole in ((sample.units, meter.units), (sample.calls, meter.calls)):
        for (phase, what), count in counted.items():
            whole[phase, what] += round(count * messages / indexed)


def _seal(aws: Stack, meter: Meter) -> None:
    """One run, published; the daily stamp is counted for itself."""
    house, marks = House(aws, most_events=50_000), LogMarks(aws.aws.dynamodb, "ledger")
    tsa = authority(start=ARRIVED)
    with meter.phase("seal"):
        house.sealer.seal(TENANT, ARRIVED)
        house.publisher.publish(TENANT, ARRIVED)
        meter.units["seal", "kms.sign"] += 1  # here a key in memory signs
    with tempfile.TemporaryDirectory() as folder, meter.phase("project"):
        files = ProjectionObjects(aws.aws.s3, _PROJECTION)
        plain = PlainFrames()
        Projector(house.ledger, house.objects, lambda *_: plain, files, marks, Path(folder)).project(
            TENANT, lambda: ARRIVED
        )
    answers = Authority(lambda request: tsa.answer(request, ARRIVED), tsa.root_pem)
    with meter.phase("attest"):
        Stamper(house.ledger, house.objects, marks, answers, lambda: ARRIVED).stamp(TENANT)
