"""``quire rebuild-index`` as an operator runs it, by the state machine: the whole index anew, or the old one as it
was."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from quire.bootstrap import rebuild
from quire.cli.deployment import Deployment
from quire.cli.rebuild_index import IndexRebuilt, outdated, rebuild_index
from quire.cli.workflows import WorkflowError
from quire.domain.errors import ConflictError, MalformedError, UnavailableError
from quire.domain.ids import TenantId
from quire.search.rebuilding.rebuild import Rebuild
from tests.deployed import TENANT
from tests.pretend import fact
from tests.rebuild_runs import LONG, SHORT, Context, House, a_house


@pytest.fixture
def house() -> Iterator[House]:
    with a_house() as made:
        yield made


def test_the_index_is_made_anew(house: House) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"), fact("2", text="lunch"))
    house.quire.index()
    before = house.indexes()
    done = house.rebuilt()
    assert list(done.counts.values()) == [(2, 2)]
    assert (done.segments, done.unread, set(done.dropped)) == (1, 0, before)
    assert house.waits == [15, 150]
    assert house.quire.found("forecasts") == ["the quarterly forecast"]
    assert "2 documents, 2 before" in str(done)


def test_a_call_that_runs_out_of_time_is_gone_on_with(house: House) -> None:
    for number in range(4):
        house.quire.capture(fact(str(number), text=f"forecast {number}"))
    house.quire.index()
    house.milliseconds = (LONG, LONG, SHORT)
    done = house.rebuilt()
    asked = [event["after"] for event in house.events if event["step"] == "index"]
    assert len(asked) > 4, "one segment a call"
    assert len(set(asked[:4])) == 4, "each goes on where the one before left off"
    assert (done.segments, list(done.counts.values())) == (4, [(4, 4)])


def test_a_step_can_be_done_twice(house: House) -> None:
    """Step Functions calls again when it did not hear an answer."""
    from functions.reindex_tenant.handler import lambda_handler

    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()

    def unheard(event: dict[str, Any]) -> None:
        lambda_handler(event, cast("Any", Context(LONG)))

    house.before = unheard
    done = house.rebuilt()
    assert (done.segments, list(done.counts.values())) == (1, [(1, 1)])
    assert house.quire.found("forecasts") == ["the quarterly forecast"]


def test_where_something_is_lost_the_old_index_serves_on(house: House) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    before = house.indexes()

    def spoil(event: dict[str, Any]) -> None:
        for name in house.indexes() - before if event["step"] == "compare" else ():
            (hit,) = house.quire.engine.search(index=name)["hits"]["hits"]
            lost.append(hit["_id"])
            house.quire.engine.delete(index=name, id=hit["_id"], params={"refresh": "true"})

    lost: list[str] = []
    house.before = spoil
    with pytest.raises(WorkflowError, match=r"CorruptError: messages that are searched now are not .*: ") as told:
        house.rebuilt()
    assert lost[0] in str(told.value)
    assert house.indexes() == before
    assert house.waits == [15, 150], "what was built is deleted when nobody writes there any more"
    assert house.quire.found("forecasts") == ["the quarterly forecast"]
    house.before = lambda _: None
    assert house.rebuilt().segments == 1, "the next one is not held up"


@pytest.mark.parametrize("step", ["begin", "index", "switch"])
def test_whichever_step_fails_the_old_index_serves_on(house: House, step: str) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    before = house.indexes()

    def fail(event: dict[str, Any]) -> None:
        if event["step"] == step:
            raise UnavailableError("the engine did not answer")

    house.before = fail
    with pytest.raises(WorkflowError, match="UnavailableError: the engine did not answer"):
        house.rebuilt()
    assert house.indexes() == before
    assert house.quire.found("forecasts") == ["the quarterly forecast"]


def test_old_indexes_that_cannot_be_deleted_do_not_undo_the_rebuild(house: House) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    before = house.indexes()

    def fail(event: dict[str, Any]) -> None:
        if event["step"] == "end":
            raise UnavailableError("the engine did not answer")

    house.before = fail
    with pytest.raises(WorkflowError, match="NotDropped: the new indexes are searched"):
        house.rebuilt()
    assert before < house.indexes()
    assert house.quire.found("forecasts") == ["the quarterly forecast"]


def test_a_second_rebuild_leaves_the_first_alone(house: House) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    rebuild.rebuilder().begin(Rebuild(TenantId(TENANT), "another"))
    built = house.indexes()
    with pytest.raises(WorkflowError, match="ConflictError: a rebuild of this tenant is under way"):
        house.rebuilt()
    assert house.indexes() == built
    assert list(house.machines.passed())[-2:] == ["BeginRebuild", "NotRebuilt"], "it is not given up for them"


def test_a_month_that_is_none_is_refused(house: House) -> None:
    with pytest.raises(WorkflowError, match="MalformedError: a month is yyyy-mm"):
        house.rebuilt("March")


@pytest.mark.parametrize(
    "event",
    [
        {"step": "begin", "tenantId": TENANT},
        {"step": "begin", "run": "r"},
        {"step": "drop everything", "run": "r", "tenantId": TENANT},
        {"run": "r", "tenantId": TENANT},
    ],
)
def test_what_is_no_step_of_a_run_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        rebuild.step(event, lambda: LONG)


def test_what_was_not_built_is_not_switched_to(house: House) -> None:
    with pytest.raises(ConflictError):
        rebuild.step({"step": "switch", "run": "r", "tenantId": TENANT}, lambda: LONG)
    assert house.events == []


def test_who_waits_no_longer_is_told_that_it_goes_on() -> None:
    running = SimpleNamespace(
        start_execution=lambda **_: {"executionArn": "x"}, describe_execution=lambda **_: {"status": "RUNNING"}
    )
    deployment = SimpleNamespace(outputs={"RebuildIndexMachine": "m"}, client=lambda _: running)
    with pytest.raises(WorkflowError, match=r"not through after .*; it goes on"):
        rebuild_index(cast("Deployment", deployment), TENANT, seconds=-1, pause=lambda _: None)


def test_segments_that_could_not_be_read_are_counted_when_they_are_too_many_to_name() -> None:
    assert str(IndexRebuilt(1, unread=3, faults=("a", "b"))).splitlines()[1:] == [
        "  could not be read: a",
        "  could not be read: b",
        "  could not be read: 1 more",
    ]


def test_an_index_of_an_older_analysis_is_named_until_it_is_rebuilt(house: House) -> None:
    meta = {"quire_mapping": 2, "quire_analysis": 1}
    fields = {name: {"type": "keyword"} for name in ("tenant_id", "message_id", "place")}
    name, alias = f"{TENANT}-messages-2026-03", f"{TENANT}-messages"
    body = {"mappings": {"dynamic": "strict", "_meta": meta, "properties": fields}, "aliases": {alias: {}}}
    house.quire.engine.indices.create(index=name, body=body)
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    deployment = cast("Deployment", house)
    assert outdated(deployment, TENANT) == [name]
    house.rebuilt()
    assert outdated(deployment, TENANT) == []
    assert house.quire.found("forecasts") == ["the quarterly forecast"]
