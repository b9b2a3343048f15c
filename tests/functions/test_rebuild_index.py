"""``quire rebuild-index`` as an operator runs it, by the state machine: the whole index anew, or the old one as it
was."""

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from quire.bootstrap import rebuild
from quire.bootstrap import search as bootstrap
from quire.cli.deployment import Deployment
from quire.cli.rebuild_index import IndexRebuilt, NotRebuiltError, outdated, rebuild_index
from quire.domain.errors import ConflictError, MalformedError, UnavailableError
from quire.domain.ids import TenantId
from quire.search.rebuilding.rebuild import Rebuild, Step
from tests.deployed import TENANT
from tests.moto_aws import BUCKET, NOW
from tests.pretend import fact
from tests.serving import Serving, log_to_stdout, serving, start_anew
from tests.workflow_runs import Machines, Run

LONG, SHORT = rebuild.TIME_FOR_ONE + 1, rebuild.TIME_FOR_ONE


class Context:
    """A call with so many milliseconds each time it is asked, and the last of them ever after."""

    function_name, memory_limit_in_mb, invoked_function_arn, aws_request_id = "reindex_tenant", 1024, "arn", "id"

    def __init__(self, *milliseconds: int) -> None:
        self._left = list(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


class House:
    """A deployment whose Step Functions run the machine here; ``waits`` are the seconds of its states that wait."""

    outputs: dict[str, str] = {"RebuildIndexMachine": "rebuild_index"}  # noqa: RUF012  a deployment's

    def __init__(self, quire: Serving) -> None:
        self.quire = quire
        self.waits: list[int] = []
        self.events: list[dict[str, Any]] = []
        self.on_wait: Callable[[int], None] = lambda _: quire.engine.indices.refresh(index=f"{TENANT}-messages-*")
        self.before: Callable[[dict[str, Any]], None] = lambda _: None
        self.milliseconds: tuple[int, ...] = (LONG,)
        names = (f"run-{number}" for number in itertools.count())
        waits = {"until_findable": 15, "until_nobody_writes": 150}
        self.machines = Machines(lambda: Run("rebuild_index", self._call, self._wait, next(names), waits))

    def client(self, service: str) -> Machines:
        assert service == "stepfunctions"
        return self.machines

    def enter(self) -> None:
        """The environment is set already."""

    def rebuilt(self, month: str = "", *, drop_strays: bool = False) -> IndexRebuilt:
        """What the command's use case gives."""
        return rebuild_index(cast("Deployment", self), TENANT, month, drop_strays=drop_strays)

    def indexes(self) -> set[str]:
        return set(self.quire.engine.indices.get(index=f"{TENANT}-messages-*"))

    def _wait(self, seconds: int) -> None:
        self.waits.append(seconds)
        self.on_wait(seconds)

    def _call(self, event: dict[str, Any]) -> Any:
        from functions.reindex_tenant.handler import lambda_handler, logger

        log_to_stdout(logger)
        self.events.append(event)
        self.before(event)
        return lambda_handler(event, cast("Any", Context(*self.milliseconds)))


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with serving() as made:
        monkeypatch.setenv("QUIRE_LEDGER_TABLE", "ledger")
        monkeypatch.setenv("QUIRE_ARCHIVE_BUCKET", BUCKET)
        monkeypatch.setattr(rebuild, "patient", vars(bootstrap)["patient"])
        start_anew()
        monkeypatch.setattr("quire.search.rebuilding.comparing._REFRESH", 0)
        for each in (rebuild.rebuilder, rebuild.trail):
            each.cache_clear()
        yield House(made)
        for each in (rebuild.rebuilder, rebuild.trail):
            each.cache_clear()


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
    with pytest.raises(NotRebuiltError, match=r"CorruptError: messages that are searched now are not .*: ") as told:
        house.rebuilt()
    assert lost[0] in str(told.value)
    assert house.indexes() == before
    assert house.waits == [15, 150], "what was built is deleted when nobody writes there any more"
    assert house.quire.found("forecasts") == ["the quarterly forecast"]
    house.before = lambda _: None
    assert house.rebuilt().segments == 1, "the next one is not held up"


def stray(house: House, number: str) -> None:
    """A document that no segment tells of."""
    (index,) = house.indexes()
    body = {"tenant_id": TENANT, "message_id": number, "place": f"000{number}", "content": f"forecast {number}"}
    house.quire.engine.index(index=index, id=number, body=body, params={"refresh": "true"})


def test_what_no_segment_tells_of_is_left_out_only_when_asked_and_on_record(house: House) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    for number in range(25):
        stray(house, f"stray-{number:02d}")
    before = house.indexes()
    with pytest.raises(
        NotRebuiltError, match=r"no segment tells of documents that are searched now: .*stray-19 and 5 more"
    ):
        house.rebuilt()
    assert house.indexes() == before
    assert audited(house) == []

    done = house.rebuilt(drop_strays=True)
    assert (done.strays, list(done.counts.values())) == (25, [(26, 1)])
    assert "left out, no segment tells of it: stray-24" in str(done)
    assert house.quire.found("forecast") == ["the quarterly forecast"]
    (entry,) = audited(house)
    assert (entry["action"], entry["resource"], entry["request_id"]) == (
        "DropStrays",
        {"type": "Index", "id": next(iter(done.counts))},
        house.machines.runs[-1].name,
    )
    assert entry["detail"]["messages"] == [f"stray-{number:02d}" for number in range(25)]


def audited(house: House) -> list[dict[str, Any]]:
    """What the audit trail says of rebuilds."""
    days = {f"{datetime.now(UTC):%Y-%m-%d}", f"{NOW:%Y-%m-%d}"}
    entries = [json.loads(each) for day in sorted(days) for each in house.quire.audit().entries(TenantId(TENANT), day)]
    return [each for each in entries if each["principal"]["role"] == "operator"]


def test_what_cannot_be_built_ends_the_run_by_name(house: House) -> None:
    """It was read from the archive, and the new index does not give it back."""
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    before = house.indexes()
    rebuilder = rebuild.rebuilder()
    message = house.quire.ask("POST", "/v1/search", {"query": "forecast"}).body["hits"][0]["messageId"]

    def forget(*_: Any, **__: Any) -> Any:
        return Step(1, 1, "", more=False, faults=[], missing=[message])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuilder, "verify", forget)
        with pytest.raises(
            NotRebuiltError, match=f"archive tells of messages that are not in the new index: {message}"
        ):
            house.rebuilt()
    assert house.indexes() == before


@pytest.mark.parametrize("step", ["begin", "index", "switch"])
def test_whichever_step_fails_the_old_index_serves_on(house: House, step: str) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    before = house.indexes()

    def fail(event: dict[str, Any]) -> None:
        if event["step"] == step:
            raise UnavailableError("the engine did not answer")

    house.before = fail
    with pytest.raises(NotRebuiltError, match="UnavailableError: the engine did not answer"):
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
    with pytest.raises(NotRebuiltError, match="NotDropped: the new indexes are searched"):
        house.rebuilt()
    assert before < house.indexes()
    assert house.quire.found("forecasts") == ["the quarterly forecast"]


def test_a_second_rebuild_leaves_the_first_alone(house: House) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    rebuild.rebuilder().begin(Rebuild(TenantId(TENANT), "another"))
    built = house.indexes()
    with pytest.raises(NotRebuiltError, match="ConflictError: a rebuild of this tenant is under way"):
        house.rebuilt()
    assert house.indexes() == built
    assert list(house.machines.passed())[-2:] == ["BeginRebuild", "NotRebuilt"], "it is not given up for them"


def test_a_month_that_is_none_is_refused(house: House) -> None:
    with pytest.raises(NotRebuiltError, match="MalformedError: a month is yyyy-mm"):
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
    with pytest.raises(NotRebuiltError, match=r"not through after .*; it goes on"):
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
