"""Indexes made anew from the archive: nothing missing, nothing twice, whoever writes and searches meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from quire.archive.ciphers import PlainFrames
from quire.aws.leases import Leases
from quire.aws.memberships import Memberships
from quire.aws.notices import read_notice
from quire.aws.sealed_lists import SealedLists
from quire.bootstrap.search import segment_events
from quire.domain.errors import ConflictError, CorruptError, MalformedError
from quire.domain.ids import TenantId
from quire.search.engine_errors import NoSuchIndexError
from quire.search.indexer import Indexer
from quire.search.indexes import Indexes
from quire.search.known import KnownEvents
from quire.search.rebuilding.rebuild import LEASE_SECONDS, Rebuild, Rebuilder
from quire.search.rebuilding.sources import NO_DAY, Sources, Span, spans
from tests.archiving import Interrupted, Kill, Stop
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
    placements: Placed = field(default_factory=Placed)

    def indexer(self, stop: Stop | None = None, *, sealed: bool = True) -> Indexer:
        engine: Any = Interrupted(self.search.engine, EFFECTS, stop or Stop(None))
        events = segment_events(self.aws.journal, lambda _: PlainFrames(), self.aws.journal if sealed else None)
        known = KnownEvents(self.aws.rows, events, 90)
        members = Memberships(self.aws.aws.dynamodb, "control")
        return Indexer(events, known, self.aws.directory, members, engine, lambda: self.at, self.placements)

    def rebuilder(self, stop: Stop | None = None) -> Rebuilder:
        engine: Any = Interrupted(self.search.engine, EFFECTS, stop or Stop(None))
        dynamodb = self.aws.aws.dynamodb
        sources = Sources(self.aws.journal, House(self.aws).ledger, SealedLists(dynamodb, "ledger"))
        return Rebuilder(
            sources, self.indexer(stop), engine, Leases(dynamodb, "limits", lambda: self.now), self.placements
        )

    def run(self, wanted: Rebuild, stop: Stop | None = None) -> None:
        """All steps, as often as it takes."""
        rebuilder = self.rebuilder(stop)
        for span in (None, *rebuilder.begin(wanted)):
            after, more = "", True
            while more:
                turns = iter((True, False))
                step = rebuilder.index(wanted, span, after, lambda turns=turns: next(turns))  # type: ignore[misc]
                assert step.faults == []
                after, more = step.after, step.more
        self.search.refresh()
        rebuilder.compare(wanted)
        rebuilder.switch(wanted)
        rebuilder.end(wanted)

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


@pytest.fixture(params=[500, 1], ids=["segment by segment", "message by message"])
def firm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Firm]:
    """On an engine that nobody else's acme is on; documents go there as they are made, in parts."""
    monkeypatch.setattr("quire.search.indexer._PART", request.param)
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


def test_all_is_made_anew(firm: Firm) -> None:
    filled(firm)
    firm.run(WANTED)
    settled(firm)


def test_what_was_lost_comes_back_though_its_rows_have_expired(firm: Firm) -> None:
    filled(firm)
    for item in firm.aws.aws.dynamodb.scan(TableName="events")["Items"]:
        firm.aws.aws.dynamodb.delete_item(TableName="events", Key={"pk": item["pk"], "sk": item["sk"]})
    firm.search.raw.indices.delete(index=f"{ACME}-messages-*")
    firm.at = datetime(2027, 3, 2, tzinfo=UTC)
    firm.run(WANTED)
    settled(firm)


def test_one_month_leaves_the_others_as_they_are(firm: Firm) -> None:
    filled(firm)
    firm.run(replace(WANTED, month="2026-02"))
    assert firm.found() == ALL
    of = Indexes(firm.search.engine).standing(ACME).current.of
    assert of[f"{ACME}-messages-2026-03"] == f"{ACME}-messages-2026-03"
    assert of[f"{ACME}-messages-2026-02"] != f"{ACME}-messages-2026-02"


def test_it_is_searched_and_written_at_every_moment(firm: Firm) -> None:
    """Before each effect, something is captured, indexed and looked for: all is found, and found once."""
    filled(firm)
    expected = list(ALL)

    class Living(Stop):
        inside = False

        def __call__(self, _: str, method: Any) -> Any:
            def run(*args: Any, **kwargs: Any) -> Any:
                if not self.inside:
                    self.inside = True
                    number = len(expected) + 1
                    month = "02" if number % 2 else "03"
                    capture(firm.aws, fact(f"m{number}", at=f"2026-{month}-01T10:00:00Z"), first=1000 * number)
                    firm.index()
                    expected.append(f"text of m{number}")
                    assert firm.found() == sorted(expected)
                    self.inside = False
                result = method(*args, **kwargs)
                assert firm.found() == sorted(expected)
                return result

            return run

    firm.run(WANTED, Living(None))
    assert len(expected) > len(ALL) + 5
    assert firm.found() == sorted(expected)


def effects_of(firm: Firm) -> list[str]:
    stop = Stop(None)
    firm.run(WANTED, stop)
    return stop.seen


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_effect_and_run_again(firm: Firm, after: bool) -> None:
    filled(firm)
    count = len(effects_of(firm))
    for at in range(count):
        wanted = Rebuild(ACME, f"run {at}")
        with pytest.raises(Kill):
            firm.run(wanted, Stop(at, after=after))
        assert firm.found() == ALL, at
        firm.run(wanted)
        settled(firm)


def test_one_that_died_is_followed_by_another(firm: Firm) -> None:
    filled(firm)
    with pytest.raises(Kill):
        firm.run(WANTED, Stop(3))
    with pytest.raises(ConflictError):
        firm.run(Rebuild(ACME, "another"))
    firm.now += LEASE_SECONDS
    firm.run(Rebuild(ACME, "another"))
    settled(firm)
    with pytest.raises(ConflictError):
        firm.rebuilder().switch(replace(WANTED, run="a third"))


def test_what_the_archive_does_not_tell_of_is_not_thrown_away(firm: Firm) -> None:
    filled(firm)
    index = f"{ACME}-messages-2026-03"
    (hit, *_) = firm.search.engine.for_tenant(ACME).search({"size": 1}, index=index)["hits"]["hits"]
    firm.search.raw.index(index=index, id="x", body=hit["_source"] | {"message_id": "x", "place": "000x"})
    firm.search.refresh()
    rebuilder = firm.rebuilder()
    for span in (None, *rebuilder.begin(WANTED)):
        rebuilder.index(WANTED, span)
    firm.search.refresh()
    with pytest.raises(CorruptError, match="2026-03"):
        rebuilder.compare(WANTED)
    rebuilder.give_up(WANTED)
    rebuilder.end(WANTED)
    assert set(firm.search.engine.indexes(f"{ACME}-messages-*")) == {index, f"{ACME}-messages-2026-02"}
    assert len(firm.found()) == len(ALL) + 1


@pytest.mark.parametrize(
    "wanted", [("a/b", "run", ""), ("acme", "", ""), ("acme", "run", "2026-13"), ("acme", "r", "x")]
)
def test_what_no_run_can_be(wanted: tuple[str, str, str]) -> None:
    with pytest.raises(MalformedError):
        Rebuild(TenantId(wanted[0]), *wanted[1:])


def test_spans_hold_every_day_once() -> None:
    days = {f"2026-{month:02d}-{day:02d}": month * day for month in range(1, 13) for day in range(1, 29)}
    cut = spans(days)
    assert (cut[0].first, cut[-1].until) == ("0", NO_DAY)
    assert all(one.until == then.first for one, then in pairwise(cut))
    assert 32 < len(cut) <= 65
    assert spans({}) == [Span("0", NO_DAY)]
    assert spans(days, "2026-12-00")[0].first == "2026-12-00"
