"""``quire check-index`` as an operator runs it, and the daily check, by the state machine."""

import itertools
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from quire.aws.index_checks import DayReport, IndexChecks, Named
from quire.bootstrap import check_index as bootstrap
from quire.bootstrap import search
from quire.cli import check_index as cli
from quire.cli.check_index import IndexChecked, check_index, last_checked
from quire.cli.deployment import Deployment
from quire.cli.main import app
from quire.cli.workflows import WorkflowError
from quire.domain.errors import MalformedError, UnavailableError
from quire.domain.ids import TenantId
from quire.search.rebuilding.rebuild import Rebuild
from tests.deployed import TENANT
from tests.moto_aws import BUCKET
from tests.pretend import fact
from tests.serving import Serving, log_to_stdout, serving, start_anew
from tests.workflow_runs import Machines, Run

LONG, SHORT = bootstrap.TIME_FOR_ONE + 1, bootstrap.TIME_FOR_ONE
DAY = "2026-03-02"


class Context:
    """A call with so many milliseconds left."""

    function_name, memory_limit_in_mb, invoked_function_arn, aws_request_id = "check_index", 1024, "arn", "id"

    def __init__(self, milliseconds: int) -> None:
        self._left = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._left


class House:
    """A deployment whose Step Functions run the machine here; ``waits`` are the seconds of its states that wait."""

    outputs: dict[str, str] = {"CheckIndexMachine": "check_indexes"}  # noqa: RUF012  a deployment's

    def __init__(self, quire: Serving) -> None:
        self.quire = quire
        self.waits: list[int] = []
        self.events: list[dict[str, Any]] = []
        self.before: Callable[[dict[str, Any]], None] = lambda _: None
        self.loses: Callable[[dict[str, Any]], bool] = lambda _: False
        self.milliseconds = LONG
        self._names = (f"run-{number}" for number in itertools.count())
        self.machines = Machines(lambda: Run("check_indexes", self._call, self._wait, next(self._names)))

    def client(self, service: str) -> Machines:
        assert service == "stepfunctions"
        return self.machines

    def enter(self) -> None:
        """The environment is set already."""

    def checked(self, **what: Any) -> IndexChecked:
        """What the command's use case gives."""
        return check_index(cast("Deployment", self), TENANT, **what)

    def daily(self) -> dict[str, Any]:
        """What EventBridge starts."""
        event = {"version": "0", "id": "x", "detail-type": "Scheduled Event", "detail": {}}
        told = self.machines.told
        self.machines.start_execution(stateMachineArn="check_indexes", input=json.dumps(event))
        return told[-1]

    def spoil(self, text: str, **fields: Any) -> str:
        """Alter a document behind its version, or delete it; its id."""
        self.quire.engine.indices.refresh(index=f"{TENANT}-messages-*")
        (hit,) = [
            hit
            for hit in self.quire.engine.search(index=f"{TENANT}-messages", body={"version": True})["hits"]["hits"]
            if hit["_source"]["content"] == text
        ]
        place = {"index": hit["_index"], "id": hit["_id"]}
        if fields:
            guard = {"version": hit["_version"], "version_type": "external_gte"}
            self.quire.engine.index(**place, body={**hit["_source"], **fields}, params=guard)
        else:
            self.quire.engine.indices.put_settings(index=hit["_index"], body={"index.gc_deletes": "0s"})
            self.quire.engine.delete(**place)
        self.quire.engine.indices.refresh(index=f"{TENANT}-messages-*")
        return str(hit["_id"])

    def _wait(self, seconds: int) -> None:
        self.waits.append(seconds)
        self.quire.engine.indices.refresh(index=f"{TENANT}-messages-*")

    def _call(self, event: dict[str, Any]) -> Any:
        from functions.check_index.handler import lambda_handler, logger

        log_to_stdout(logger)
        self.events.append(event)
        self.before(event)
        if self.loses(event):  # as Step Functions tries again
            lambda_handler(deepcopy(event), cast("Any", Context(self.milliseconds)))
        return lambda_handler(event, cast("Any", Context(self.milliseconds)))


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with serving() as made:
        monkeypatch.setenv("QUIRE_LEDGER_TABLE", "ledger")
        monkeypatch.setenv("QUIRE_ARCHIVE_BUCKET", BUCKET)
        monkeypatch.setattr(bootstrap, "patient", vars(search)["patient"])
        start_anew()
        for each in (bootstrap.checking, bootstrap.kept):
            each.cache_clear()
        yield House(made)
        for each in (bootstrap.checking, bootstrap.kept):
            each.cache_clear()


def filled(house: House) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"), fact("2", text="lunch"))
    house.quire.index()


def test_an_index_as_it_should_be(house: House) -> None:
    filled(house)
    done = house.checked(day=DAY)
    assert done.fine
    assert str(done).splitlines() == [
        "day         archive  index  compared  missing  differing  extra  left",
        "2026-03-02  2        2      2         0        0          0      0",
    ]
    assert house.waits == []


def test_what_differs_is_mended_and_looked_at_again(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    filled(house)
    altered = house.spoil("lunch", content="words nobody may log")
    gone = house.spoil("the quarterly forecast")
    done = house.checked(day=DAY)
    assert house.waits == [15]
    assert done.fine
    (report,) = done.reports
    assert (report.missing, report.differing, report.extra, report.left) == (1, 1, 0, 0)
    lines = str(done).splitlines()[2:]
    assert sorted(lines) == sorted(
        [f"2026-03-02: {altered} differing (content), healed", f"2026-03-02: {gone} missing, healed"]
    )
    assert house.quire.found("forecasts") == ["the quarterly forecast"]
    assert house.quire.found("lunch") == ["lunch"]
    written = capsys.readouterr().out
    assert "nobody may log" not in written
    blobs = [json.loads(line) for line in written.splitlines() if line.startswith("{") and "drift_found" in line]
    (blob,) = blobs
    assert [blob[f"drift_{name}"] for name in ("found", "healed", "left", "unread")] == [[2.0], [2.0], [0.0], [0.0]]
    assert blob["tenant"] == TENANT
    assert blob["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"], ["service", "tenant"]]


def test_what_was_captured_just_now_is_missed_by_who_asks_for_it(house: House) -> None:
    house.quire.capture(fact("1", text="lunch"))
    assert len(house.quire.house.aws.sent()) == 1, "a notice that is lost"
    assert house.checked(day=DAY, settled=0).reports[0].missing == 1
    house.quire.engine.indices.refresh(index=f"{TENANT}-messages-*")
    assert house.quire.found("lunch") == ["lunch"]


def test_the_last_report_can_be_seen_again(house: House) -> None:
    filled(house)
    house.spoil("lunch", content="dinner")
    done = house.checked(day=DAY)
    deployment = cast("Deployment", house)
    assert str(last_checked(deployment, TENANT)) == str(done)
    assert last_checked(deployment, TENANT, day="2026-03-01").reports == []
    assert last_checked(deployment, TENANT, since="2026-03-01").reports == list(done.reports)


def test_every_day_each_tenant_has_its_turn(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    filled(house)
    house.quire.capture(fact("1", text="elsewhere"), tenant="globex")
    house.quire.index()
    house.spoil("lunch", content="dinner")
    told = house.daily()
    assert told["status"] == "SUCCEEDED"
    run = json.loads(told["output"])
    assert run["counts"] == {"tenants": 2, "messages": 3, "compared": 5, "found": 1, "left": 0, "unread": 0}
    assert (run["tenants"], run["failed"], run["busy"]) == ([], [], [])
    assert house.quire.found("lunch") == ["lunch"]
    days = {each.day for each in bootstrap.reports(TenantId("globex"))}
    assert len(days) == 5, "today, the two days before, what was captured lately, and its turn of the others"
    assert {"captured", DAY} <= days
    assert "drift_found" in capsys.readouterr().out


def test_a_call_that_runs_out_of_time_is_gone_on_with(house: House) -> None:
    filled(house)
    house.spoil("lunch", content="dinner")
    house.milliseconds = SHORT
    assert house.daily()["status"] == "SUCCEEDED"
    looks = [event for event in house.events if event["step"] == "look"]
    assert len(looks) >= 6, "one day a call"
    assert house.quire.found("lunch") == ["lunch"]


def large(house: House) -> None:
    """A day of six messages, of which a call looks at about two."""
    minutes = ("00:00", "04:10", "09:14", "09:15", "16:30", "23:59")
    house.quire.capture(*(fact(str(n), at=f"{DAY}T{at}:05Z", text=f"message {n}") for n, at in enumerate(minutes)))
    house.quire.index()
    bootstrap.checking()._most = 2
    house.milliseconds = SHORT
    house.spoil("message 1", content="dinner")
    house.spoil("message 5", content="dinner")


def test_a_large_day_is_looked_at_in_as_many_calls_as_it_takes(house: House) -> None:
    large(house)
    (report,) = house.checked(day=DAY).reports
    assert (report.archived, report.indexed, report.compared, report.differing, report.left) == (6, 6, 6, 2, 0)
    looks = [event["current"] or {"edges": [], "round": 1} for event in house.events if event["step"] == "look"]
    for once in (1, 2):
        first, *later = [each["edges"] for each in looks if each["round"] == once]
        assert (first, len(later) >= 2, later[-1][-1]) == ([], True, 1440)
        assert all(then == before[1:] for before, then in pairwise(later))
    assert max(len(json.dumps(event)) for event in house.events) < 2_000


def test_a_call_whose_answer_is_lost_is_made_again_and_counts_nothing_twice(house: House) -> None:
    large(house)
    house.loses = lambda event: event["step"] == "look"
    (report,) = house.checked(day=DAY).reports
    assert len([event for event in house.events if event["step"] == "look"]) < report.step, "each did two steps"
    assert (report.archived, report.indexed, report.compared, report.differing, report.left) == (6, 6, 6, 2, 0)


def test_a_tenant_that_cannot_be_checked_holds_no_other_up(house: House) -> None:
    filled(house)
    house.quire.capture(fact("1", text="elsewhere"), tenant="globex")
    house.quire.index()
    house.spoil("lunch", content="dinner")

    def fail(event: dict[str, Any]) -> None:
        if event["step"] == "look" and event["tenants"][0] == "globex":
            raise UnavailableError("the engine did not answer")

    house.before = fail
    told = house.daily()
    assert (told["status"], told["error"]) == ("FAILED", "UnavailableError"), "it is told of"
    assert house.quire.found("lunch") == ["lunch"]
    house.before = lambda _: None
    assert house.daily()["status"] == "SUCCEEDED", "the next one is not held up"


def test_one_that_failed_half_way_holds_the_next_up_for_no_time(house: House) -> None:
    filled(house)
    house.spoil("lunch", content="dinner")

    def fail(event: dict[str, Any]) -> None:
        if event["step"] == "look" and event["current"]:
            raise UnavailableError("the engine did not answer")

    house.before = fail
    with pytest.raises(WorkflowError, match="the engine did not answer"):
        house.checked(day=DAY)
    house.before = lambda _: None
    assert house.checked(day=DAY).fine


def test_while_a_rebuild_is_under_way_it_says_so(house: House) -> None:
    from quire.bootstrap import rebuild

    filled(house)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuild, "patient", vars(search)["patient"])
        rebuild.rebuilder.cache_clear()
        rebuild.rebuilder().begin(Rebuild(TenantId(TENANT), "a run"))
        with pytest.raises(WorkflowError, match="a rebuild of this tenant is under way"):
            house.checked(day=DAY)
        rebuild.rebuilder.cache_clear()


@pytest.mark.parametrize(
    "event",
    [
        {"step": "plan", "run": "r", "tenantId": "a/b"},
        {"step": "plan", "run": "r", "tenantId": TENANT, "day": "2026-02-30"},
        {"step": "plan", "run": "r", "tenantId": TENANT, "since": "March"},
        {"step": "plan", "run": "r", "tenantId": TENANT, "settled": -1},
        {"step": "plan", "tenantId": TENANT},
        {"step": "drop everything", "run": "r", "tenants": []},
        {"run": "r", "tenants": []},
    ],
)
def test_what_is_no_step_of_a_run_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        bootstrap.step(event, lambda: LONG)


def test_a_day_that_is_none_is_refused(house: House) -> None:
    with pytest.raises(WorkflowError, match="MalformedError: day is yyyy-mm-dd"):
        house.checked(day="yesterday")


def test_who_waits_no_longer_is_told_that_it_goes_on() -> None:
    running = SimpleNamespace(
        start_execution=lambda **_: {"executionArn": "x"}, describe_execution=lambda **_: {"status": "RUNNING"}
    )
    deployment = SimpleNamespace(outputs={"CheckIndexMachine": "m"}, client=lambda _: running)
    with pytest.raises(WorkflowError, match=r"not through after .*; it goes on"):
        check_index(cast("Deployment", deployment), TENANT, seconds=-1, pause=lambda _: None)


def test_what_is_left_names_the_command_that_mends_it() -> None:
    named = (Named("m-1", "extra"), Named("m-2", "differing", ("content", "events"), healed=True))
    report = DayReport(DAY, "at", "run", 5, 6, 6, 0, 1, 3, 1, named, unread=("t/x/journal/y.qrs",))
    done = IndexChecked(TENANT, [report])
    assert not done.fine
    assert str(done).splitlines()[2:] == [
        "2026-03-02: m-1 extra, left",
        "2026-03-02: m-2 differing (content, events), healed",
        "2026-03-02: 2 more",
        "2026-03-02: could not be read: t/x/journal/y.qrs",
        f"2026-03-02: to mend it: quire rebuild-index --tenant {TENANT} --month 2026-03",
    ]


@pytest.mark.parametrize(("left", "code"), [(0, 0), (1, 1)])
def test_the_command_ends_with_1_where_something_is_left(monkeypatch: pytest.MonkeyPatch, left: int, code: int) -> None:
    done = IndexChecked(TENANT, [DayReport(DAY, "at", "run", 1, 1, 1, left=left)])
    monkeypatch.setattr(cli, "find", lambda _: None)
    monkeypatch.setattr(cli, "check_index", lambda *_, **__: done)
    answer = CliRunner().invoke(app, ["check-index", "--tenant", TENANT])
    assert (answer.exit_code, answer.stdout) == (code, f"{done}\n")


def test_reports_are_kept_by_day(house: House) -> None:
    kept = IndexChecks(house.quire.house.aws.aws.dynamodb, "ledger")
    first, then = DayReport(DAY, "a", "r1", named=(Named("m", "extra", ("x",)),)), DayReport("2026-03-03", "b", "r1")
    for each in (first, then):
        kept.put(TENANT, each)
    assert kept.get(TENANT, DAY) == first
    assert kept.get(TENANT, "2026-03-04") is None
    assert kept.reports(TENANT, "2026-03-03") == [then]
    assert kept.looked_at(TENANT) == {DAY: "a", "2026-03-03": "b"}
    assert kept.reports(TenantId("globex")) == []
