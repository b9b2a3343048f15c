"""The archive over mocked AWS, with effects that can be made to fail, and what must hold when all has settled."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from quire.archive.archive_events import EventArchiver
from quire.archive.batch import Connectors, Outcome, StreamRecord
from quire.archive.ciphers import PlainFrames
from quire.archive.journal_segments import JournalSegments
from quire.archive.quarantine import Quarantine
from quire.archive.read_records import RecordReader
from quire.aws.event_rows import EventRow
from quire.aws.notices import read_notice
from quire.domain.events import event_from_json
from quire.domain.ids import TenantId
from quire.domain.message import MessageState, message_state
from tests.moto_aws import NOW, Stack
from tests.pretend import PLATFORM, normalise

Effect = Callable[..., Any]


class Interrupted:
    """Wraps a store: every call of a method in ``effects`` passes :meth:`around`, which may stop it."""

    def __init__(self, store: Any, effects: Sequence[str], around: Callable[[str, Effect], Effect]) -> None:
        self._store = store
        self._effects = effects
        self._around = around

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        return self._around(name, method) if name in self._effects else method


class Kill(BaseException):
    """The process dies here."""


class Stop:
    """Lets effects pass and stops at number ``at`` (from 0): before it happens or right after, with ``error``."""

    def __init__(self, at: int | None, *, after: bool = False, error: BaseException | None = None) -> None:
        self.at = at
        self.after = after
        self.error = error or Kill()
        self.seen: list[str] = []

    def __call__(self, name: str, method: Effect) -> Effect:
        def run(*args: Any, **kwargs: Any) -> Any:
            number = len(self.seen)
            self.seen.append(name)
            if number == self.at and not self.after:
                raise self.error
            result = method(*args, **kwargs)
            if number == self.at:
                raise self.error
            return result

        return run


def archiver(
    aws: Stack, stop: Stop | None = None, connectors: Connectors | None = None, workers: int = 1
) -> EventArchiver:
    """The use case; effects in order are put (segment or quarantine), put (each row), send (work, where a message has
    files), send (the notice)."""
    around = stop or Stop(None)
    journal: Any = Interrupted(aws.journal, ["put", "put_quarantine"], around)
    segments = JournalSegments(
        journal=journal,
        rows=Interrupted(aws.rows, ["put"], around),  # type: ignore[arg-type]
        notices=Interrupted(aws.notices, ["send"], around),  # type: ignore[arg-type]
        cipher=PlainFrames(),
        row_days=90,
        workers=workers,
        files=Interrupted(aws.files, ["send"], around),  # type: ignore[arg-type]
    )
    known = {PLATFORM: normalise} if connectors is None else connectors
    return EventArchiver(RecordReader(journal, known), segments, Quarantine(journal))


def drain(aws: Stack, records: Sequence[StreamRecord], run: EventArchiver | None = None) -> list[Outcome]:
    """What Lambda does with a batch: hands it over again from the first failed record until nothing fails."""
    outcomes: list[Outcome] = []
    start = 0
    for _ in range(10):
        outcomes.append((run or archiver(aws)).archive(records[start:], NOW))
        failed = outcomes[-1].failed
        if failed is None:
            return outcomes
        start += failed
    raise AssertionError("the batch never passed")


def rows_of(aws: Stack, tenant: str) -> list[EventRow]:
    """All rows of a tenant."""
    pages = aws.aws.dynamodb.get_paginator("scan").paginate(TableName="events")
    abouts = {item["pk"]["S"] for page in pages for item in page["Items"]}
    mine = sorted(pk.split("#M#")[1] for pk in abouts if pk.startswith(f"T#{tenant}#M#"))
    return [row for about in mine for row in aws.rows.of_message(TenantId(tenant), about)]


def messages_of(aws: Stack, tenant: str) -> dict[str, MessageState]:
    """Every message of a tenant, folded from its rows."""
    by_message: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows_of(aws, tenant):
        assert row.event is not None
        by_message.setdefault(row.about, []).append(orjson.loads(row.event))
    states = {about: message_state(event_from_json(e) for e in events) for about, events in by_message.items()}
    return {about: state for about, state in states.items() if state is not None}


def check(aws: Stack, tenant: str) -> None:
    """Every row is in the segment and frame it names; every segment's event has a row; a notice told of every event."""
    segments = JournalSegments(aws.journal, aws.rows, aws.notices, PlainFrames(), 90)
    rows = rows_of(aws, tenant)
    counted = Counter(row.event_id for row in rows)
    assert all(number == 1 for number in counted.values())
    for row in rows:
        held = segments.reader(row.segment, row.version_id).frame(row.frame)
        assert row.event in [stored.canonical for stored in held]
    listed = list(aws.journal.segments(TenantId(tenant)))
    for segment in listed:
        reader = segments.reader(segment.key, segment.version_id)
        reader.verify()
        assert set(reader.footer.event_ids) <= set(counted)
    told: set[str] = set()
    while bodies := aws.sent():
        for notice in map(read_notice, bodies):
            told |= set(segments.reader(notice.key, notice.version_id).footer.event_ids)
    assert set(counted) <= told
