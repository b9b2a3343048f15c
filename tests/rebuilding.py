"""Rebuilding the index over mocked AWS: an archive, an engine, and a run from its first step to its last."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from quire.archive.ciphers import Ciphers, PlainFrames
from quire.aws.leases import Leases
from quire.aws.memberships import Memberships
from quire.aws.notices import read_notice
from quire.aws.sealed_lists import SealedLists
from quire.bootstrap.search import segment_events
from quire.domain.ids import MessageId, TenantId
from quire.search.engine_errors import NoSuchIndexError
from quire.search.indexer import Indexer
from quire.search.indexes import Indexes
from quire.search.known import KnownEvents, SegmentEvents
from quire.search.rebuilding.comparing import Compared, Comparing
from quire.search.rebuilding.rebuild import Rebuild, Rebuilder, Step
from quire.search.rebuilding.sources import Sources, Span
from tests.archiving import Interrupted, Stop
from tests.moto_aws import NOW, Stack, stack
from tests.pretend import fact
from tests.sealing import ACME, House, capture
from tests.search_engines import Bench, Placed, bench, embedded

EFFECTS = ["put_template", "create_index", "bulk", "move_aliases", "delete_index"]


@dataclass
class Firm:
    """A tenant's archive, and an engine of its own."""

    aws: Stack
    search: Bench
    now: float = 1_000.0
    at: datetime = NOW
    ciphers: Callable[[TenantId], Ciphers] = lambda _: PlainFrames()
    placements: Placed = field(default_factory=Placed)

    def segments(self) -> SegmentEvents:
        """Those of journal and archive, which are one bucket here."""
        return segment_events(self.aws.journal, self.ciphers, self.aws.journal)

    def indexer(self, stop: Stop | None = None) -> Indexer:
        engine: Any = Interrupted(self.search.engine, EFFECTS, stop or Stop(None))
        events = self.segments()
        known = KnownEvents(self.aws.rows, events, 90)
        members = Memberships(self.aws.aws.dynamodb, "control")
        return Indexer(events, known, self.aws.directory, members, engine, lambda: self.at, self.placements)

    def rebuilder(self, stop: Stop | None = None) -> Rebuilder:
        engine: Any = Interrupted(self.search.engine, EFFECTS, stop or Stop(None))
        dynamodb = self.aws.aws.dynamodb
        sources = Sources(self.aws.journal, House(self.aws).ledger, SealedLists(dynamodb, "ledger"))
        indexer = self.indexer(stop)
        comparing = Comparing(self.segments(), indexer, engine, lambda _: self.search.refresh())
        leases = Leases(dynamodb, "limits", lambda: self.now)
        return Rebuilder(sources, indexer, comparing, engine, leases, self.placements)

    def run(self, wanted: Rebuild, stop: Stop | None = None) -> list[Compared]:
        """All steps, as often as it takes; what was found when the old indexes were looked through."""
        rebuilder = self.rebuilder(stop)
        spans = [None, *rebuilder.begin(wanted)]
        each_segment(rebuilder.index, wanted, spans)
        self.search.refresh()
        assert each_segment(rebuilder.verify, wanted, spans) == []
        found = [rebuilder.compare(wanted, month) for month in rebuilder.join(wanted)]
        rebuilder.switch(wanted)
        rebuilder.end(wanted)
        return found

    def index(self) -> None:
        """What the queue does with the notices that wait."""
        for body in self.aws.sent():
            self.indexer().index(read_notice(body))
        self.search.refresh()

    def found(self, alias: str = f"{ACME}-messages") -> list[str]:
        self.search.refresh()
        try:
            answer = self.search.engine.for_tenant(ACME).search({"size": 100}, index=alias)
        except NoSuchIndexError:
            return []
        return sorted(hit["_source"].get("content", "") for hit in answer["hits"]["hits"])


def each_segment(work: Callable[..., Step], wanted: Rebuild, spans: Sequence[Span | None]) -> list[MessageId]:
    """A step on every segment, one a call; what was missing."""
    missing: list[MessageId] = []
    for span in spans:
        after, more = "", True
        while more:
            turns = iter((True, False))
            step = work(wanted, span, after, lambda turns=turns: next(turns))
            assert step.faults == []
            missing += step.missing
            after, more = step.after, step.more
    return missing


@contextmanager
def a_firm() -> Iterator[Firm]:
    """On an engine that nobody else's acme is on."""
    with embedded() as url, bench("embedded", lambda: url) as search, stack() as aws:
        yield Firm(aws, search)


ALL = ["text of m1", "text of m2", "text of m3", "text of m4"]
WANTED = Rebuild(ACME, "a run")


def filled(firm: Firm) -> None:
    """Two months, one segment sealed and one not, all of it indexed."""
    capture(firm.aws, fact("m1", at="2026-02-27T10:00:00Z"), fact("m2"))
    House(firm.aws).run()
    capture(firm.aws, fact("m3", at="2026-02-28T10:00:00Z"), fact("m4"), first=200)
    firm.index()
    assert firm.found() == ALL


def settled(firm: Firm) -> None:
    """What holds in the end, whatever happened on the way."""
    assert firm.found() == ALL
    standing = Indexes(firm.search.engine).standing(ACME)
    assert standing.building.of == {}
    assert {name.rpartition("-")[2][0] for name in standing.current.of.values()} == {"r"}
    there = firm.search.engine.indexes(f"{ACME}-messages-*")
    assert sorted(there) == sorted(standing.current.of.values())


def built(firm: Firm, rebuilder: Rebuilder) -> list[Span | None]:
    """A run as far as everything is indexed; its spans."""
    spans = [None, *rebuilder.begin(WANTED)]
    each_segment(rebuilder.index, WANTED, spans)
    firm.search.refresh()
    return spans
