"""Indexes made anew from the archive: nothing missing, nothing twice, whoever writes and searches meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from quire.aws.notices import read_notice
from quire.domain.errors import ConflictError, MalformedError
from quire.domain.ids import TenantId
from quire.search.indexes import Indexes
from quire.search.rebuilding.rebuild import LEASE_SECONDS, Rebuild
from quire.search.rebuilding.sources import NO_DAY, Span, spans
from tests.archiving import Kill, Stop
from tests.pretend import fact
from tests.rebuilding import ALL, WANTED, Firm, a_firm, built, each_segment, filled, settled
from tests.sealing import ACME, capture


@pytest.fixture(params=[500, 1], ids=["segment by segment", "message by message"])
def firm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Firm]:
    """Documents go to the engine as they are made, in parts."""
    monkeypatch.setattr("quire.search.indexer._PART", request.param)
    with a_firm() as made:
        yield made


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


def test_a_writer_that_is_slower_than_the_wait_loses_nothing(firm: Firm) -> None:
    """It saw the old indexes, and writes when they are gone: that makes one that nobody searches until the next run."""
    filled(firm)
    rebuilder = firm.rebuilder()
    spans = built(firm, rebuilder)

    class Late(Stop):
        begun = False

        def __call__(self, name: str, method: Any) -> Any:
            def run(*args: Any, **kwargs: Any) -> Any:
                if name == "bulk" and not self.begun:
                    self.begun = True
                    assert each_segment(rebuilder.verify, WANTED, spans) == []
                    assert all(rebuilder.compare(WANTED, month).missing == [] for month in rebuilder.join(WANTED))
                    rebuilder.switch(WANTED)
                    assert f"{ACME}-messages-2026-03" in rebuilder.end(WANTED)
                return method(*args, **kwargs)

            return run

    capture(firm.aws, fact("m5"), first=500)
    for body in firm.aws.sent():
        firm.indexer(Late(None)).index(read_notice(body))
    assert firm.found() == [*ALL, "text of m5"]
    (outside,) = firm.search.engine.indexes(f"{ACME}-messages-2026-03").values()
    assert outside.aliases == frozenset()
    firm.run(Rebuild(ACME, "the next"))
    assert firm.found() == [*ALL, "text of m5"]
    assert f"{ACME}-messages-2026-03" not in firm.search.engine.indexes(f"{ACME}-messages-*")


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
