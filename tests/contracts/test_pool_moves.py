"""A tenant is moved into the pool and out of it while it is searched and written, and its neighbour notices nothing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from quire.aws.index_placements import IndexPlacements
from quire.domain.errors import ConflictError, MalformedError, NotFoundError
from quire.domain.ids import TenantId
from quire.search.indexes import Indexes
from quire.search.pool import Placement, pool_pattern, shelf_of
from quire.search.rebuilding.rebuild import Rebuild
from tests.archiving import Kill, Stop, archiver
from tests.moto_aws import NOW, stack
from tests.pretend import delivery, fact, stream
from tests.rebuilding import ALL, Firm, filled
from tests.sealing import ACME, House, capture
from tests.search_engines import bench, embedded, pool

OTHER = TenantId("other")
INTO, OUT = Rebuild(ACME, "into the pool", into="pooled"), Rebuild(ACME, "out of it", into="own")


@pytest.fixture
def firm() -> Iterator[Firm]:
    """A tenant with two months in indexes of its own; another, with the very same messages, in the pool."""
    with embedded() as url, bench("embedded", lambda: url) as search, stack() as aws, pool(search) as made:
        firm = Firm(aws, made)
        firm.placements.put(OTHER, "pooled")
        facts = [fact("m1", at="2026-02-27T10:00:00Z"), fact("m2"), fact("m3", at="2026-02-28T10:00:00Z"), fact("m4")]
        archiver(aws).archive(stream([delivery(OTHER, *facts).record()], NOW, 100), NOW)
        filled(firm)
        assert len(next_door(firm)) == len(ALL)
        yield firm


def documents(firm: Firm, tenant: TenantId = ACME) -> dict[str, Any]:
    """All that is found of a tenant, by id, but for when it was indexed."""
    firm.search.refresh()
    hits = firm.search.engine.for_tenant(tenant).search({"size": 100})["hits"]["hits"]
    assert len({hit["_id"] for hit in hits}) == len(hits)
    return {hit["_id"]: {**hit["_source"], "indexed_at": ""} for hit in hits}


def next_door(firm: Firm) -> dict[str, Any]:
    return documents(firm, OTHER)


def lies(firm: Firm) -> set[Placement]:
    """Where the tenant's messages are searched; nothing of it is anywhere else."""
    indexes, engine = Indexes(firm.search.engine), firm.search.engine
    standing = indexes.standing(ACME)
    assert standing.building.of == {}
    searched = set(standing.current.of.values())
    own = {name for name in engine.indexes(f"{ACME}-messages-*") if not shelf_of(name)}
    held = {name for name in engine.indexes(pool_pattern()) if engine.for_tenant(ACME).count(name)}
    assert own | held == searched
    return {"pooled" if shelf_of(name) else "own" for name in searched}


def later(firm: Firm) -> None:
    """Two minutes go by; the engine forgets at once."""
    firm.now += 121
    there = {"allow_no_indices": "true", "ignore_unavailable": "true"}
    firm.search.raw.indices.put_settings(index=pool_pattern(), body={"index.gc_deletes": "0s"}, params=there)


def moved(firm: Firm, wanted: Rebuild, stop: Stop | None = None) -> None:
    later(firm)
    firm.run(wanted, stop)
    firm.search.refresh()


def test_there_and_back_it_is_the_same_document_by_document(firm: Firm) -> None:
    before, neighbour = documents(firm), next_door(firm)
    assert len(before) == len(ALL)
    assert lies(firm) == {"own"}
    for wanted in (
        INTO,
        Rebuild(ACME, "within it"),
        OUT,
        replace(INTO, run="again"),
        replace(OUT, run="and out again"),
    ):
        moved(firm, wanted)
        assert documents(firm) == before
        assert next_door(firm) == neighbour
        assert lies(firm) == {wanted.into or "pooled"}
        assert firm.placements.of(ACME) == (wanted.into or "pooled")


def test_where_it_lies_its_next_months_are_made(firm: Firm) -> None:
    for number, wanted in enumerate((INTO, OUT)):
        moved(firm, wanted)
        capture(firm.aws, fact(f"n{number}", at=f"2026-0{number + 4}-01T00:00:00Z"), first=500 + number)
        firm.index()
        assert lies(firm) == {wanted.into}
    assert firm.found() == sorted([*ALL, "text of n0", "text of n1"])


def test_one_month_is_made_anew_within_the_pool(firm: Firm) -> None:
    moved(firm, INTO)
    before = dict(Indexes(firm.search.engine).standing(ACME).current.of)
    moved(firm, Rebuild(ACME, "one month", "2026-02"))
    after = Indexes(firm.search.engine).standing(ACME).current.of
    changed = {month for month in before if before[month] != after[month]}
    assert (set(after), changed) == (set(before), {f"{ACME}-messages-2026-02"})
    assert firm.found() == ALL
    assert lies(firm) == {"pooled"}


@pytest.mark.parametrize("wanted", [INTO, OUT], ids=["in", "out"])
def test_it_is_searched_and_written_at_every_moment(firm: Firm, wanted: Rebuild) -> None:
    """Before each effect, something is captured, indexed and looked for: all is found, and found once."""
    if wanted is OUT:
        moved(firm, INTO)
    expected, neighbour = list(ALL), next_door(firm)

    class Living(Stop):
        inside = False

        def __call__(self, _: str, method: Any) -> Any:
            def run(*args: Any, **kwargs: Any) -> Any:
                if not self.inside:
                    self.inside = True
                    number = len(expected) + 1
                    at = f"2026-{'02' if number % 2 else '03'}-01T10:00:00Z"
                    capture(firm.aws, fact(f"m{number}", at=at), first=1000 * number)
                    firm.index()
                    expected.append(f"text of m{number}")
                    assert firm.found() == sorted(expected)
                    self.inside = False
                result = method(*args, **kwargs)
                assert firm.found() == sorted(expected)
                return result

            return run

    moved(firm, wanted, Living(None))
    assert len(expected) > len(ALL) + 5
    assert firm.found() == sorted(expected)
    assert lies(firm) == {wanted.into}
    assert next_door(firm) == neighbour


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_effect_and_run_again(firm: Firm, after: bool) -> None:
    neighbour, stop = next_door(firm), Stop(None)
    moved(firm, INTO, stop)
    for at in range(len(stop.seen) + 1):
        into: Placement = "own" if firm.placements.of(ACME) == "pooled" else "pooled"
        wanted = Rebuild(ACME, f"run {at}", into=into)
        later(firm)
        try:
            firm.run(wanted, Stop(at, after=after))
        except Kill:
            assert firm.found() == ALL, (at, into)
            firm.run(wanted)
        assert firm.found() == ALL
        assert lies(firm) == {into}
    assert next_door(firm) == neighbour


def test_one_given_up_leaves_nothing_in_the_pool(firm: Firm) -> None:
    rebuilder = firm.rebuilder()
    for span in (None, *rebuilder.begin(INTO)):
        rebuilder.index(INTO, span)
    firm.search.refresh()
    rebuilder.give_up(INTO)
    assert rebuilder.end(INTO) != []
    firm.search.refresh()
    assert lies(firm) == {"own"}
    assert firm.found() == ALL
    assert firm.placements.of(ACME) == "own"


def test_the_next_one_waits_until_the_engine_has_forgotten_what_was_removed(firm: Firm) -> None:
    """A document that was removed a moment ago is taken for newer than the same one again: it would be left out."""
    moved(firm, INTO)
    with pytest.raises(ConflictError, match="two minutes"):
        firm.run(OUT)
    firm.rebuilder().end(INTO)  # a call that was made twice
    with pytest.raises(ConflictError):
        firm.run(OUT)
    moved(firm, OUT)
    firm.now += 121
    for run in ("one", "at once another"):  # of whoever has indexes of its own
        firm.run(Rebuild(ACME, run))
    assert firm.found() == ALL
    assert lies(firm) == {"own"}


def test_a_tenant_without_a_message_is_placed_too(firm: Firm) -> None:
    new = TenantId("new")
    firm.run(Rebuild(new, "a run", into="pooled"))
    assert firm.placements.of(new) == "pooled"


@pytest.mark.parametrize(("month", "into"), [("2026-03", "pooled"), ("", "shared")])
def test_what_no_move_can_be(month: str, into: Any) -> None:
    with pytest.raises(MalformedError):
        Rebuild(ACME, "a run", month, into)


def test_where_a_tenant_lies_is_kept_with_the_tenant(firm: Firm) -> None:
    dynamodb = firm.aws.aws.dynamodb
    kept = IndexPlacements(dynamodb, "control")
    with pytest.raises(NotFoundError):
        kept.put(ACME, "pooled")
    assert kept.of(ACME) == "own"
    firm.placements = kept  # type: ignore[assignment]
    with pytest.raises(MalformedError, match="no such tenant"):
        firm.rebuilder().begin(INTO)
    dynamodb.put_item(TableName="control", Item={"pk": {"S": f"T#{ACME}"}, "sk": {"S": "TENANT"}})
    moved(firm, INTO)
    assert kept.of(ACME) == "pooled"
    assert lies(firm) == {"pooled"}
    House(firm.aws).run()
    kept.put(ACME, "own")
    assert kept.of(ACME) == "own"
