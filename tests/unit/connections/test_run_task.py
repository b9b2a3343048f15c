"""Tasks at work: in turn, told when something is wrong, never looped."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from quire.aws.task_queue import WantedTask
from quire.connections.run_task import Outcome
from quire.domain.calls import Call
from quire.domain.delivery import read_header
from quire.domain.errors import BusyError, GrantLostError, MalformedError, OutOfReachError, UnavailableError
from quire.domain.work import Checkpoint, Noticed, Page, Renewed, Step, Task, Work
from tests.connecting import ID, PLANTED, TENANT, Desk, Effects
from tests.moto_aws import stack

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with stack() as aws:
        yield Desk(aws)


def does(*steps: Step, every: timedelta = MINUTE, **more: Any) -> Task:
    """A task of these steps."""
    return Task(lambda _: iter(steps), every, **more)


def fails(error: BaseException) -> Callable[[Call], None]:
    def fault(_: Call) -> None:
        raise error

    return fault


def wanted(cause: Any, task: str = "poll") -> WantedTask:
    return WantedTask(tenant_id=TENANT, connection_id=ID, task=task, cause=cause)


def test_pages_go_onto_the_stream_with_what_the_poller_knew(desk: Desk) -> None:
    assert desk.run() == Outcome("done", 3, "pretend")
    assert desk.pages() == desk.platform.messages
    header, _ = read_header(desk.aws.records()[1])
    assert (header.tenant_id, header.connection_id, header.platform) == (TENANT, ID, "pretend")
    assert (header.source, header.workspace_id, header.context) == ("poll", "W1", {"cursor": "2"})
    assert desk.health.last_task_at == "2026-03-02T09:14:05.000000Z"
    record = desk.states.read(TENANT, ID, "poll").record
    assert (record.last_outcome, record.failures, record.resume_at) == ("done", 0, "")


def test_the_next_run_starts_at_the_last_checkpoint(desk: Desk) -> None:
    desk.run()
    desk.platform.messages += ["one more"]
    assert desk.run().pages == 1
    assert desk.pages()[-1] == "one more"


def test_a_task_is_given_what_it_needs(desk: Desk) -> None:
    seen: list[Work] = []

    def look(work: Work) -> Iterator[Step]:
        seen.append(work)
        yield Checkpoint({"a": [1]})

    desk.tasks["poll"] = Task(look, MINUTE, source="backfill")
    desk.run()
    desk.run()
    assert seen[0].webhook_url == "https://hooks.example/hooks/pretend/acme-pretend"
    assert (seen[0].configuration, seen[0].now, dict(seen[0].state)) == ({"where": "here"}, desk.now, {})
    assert (seen[0].secrets["signingSecret"], dict(seen[1].state)) == ("kept", {"a": [1]})
    assert desk.priorities == ["backfill", "backfill"]


@pytest.mark.parametrize("status", ["paused", "removed"])
def test_tasks_of_connections_that_are_not_at_work_do_nothing(desk: Desk, status: str) -> None:
    desk.aws.control.revise(TENANT, ID, lambda known: replace(known, status=status))
    assert desk.run().word == "not_at_work"
    assert (desk.platform.asked, desk.aws.records(), desk.connection.status) == ([], [], status)


def test_a_task_that_nobody_knows_is_told(desk: Desk) -> None:
    assert desk.run("carrier-pigeon") == Outcome("unknown_task", platform="pretend")


def test_one_worker_at_a_time(desk: Desk) -> None:
    found: list[Outcome] = []

    def again(_: Work) -> Iterator[Step]:
        found.extend(desk.run("poll", cause) for cause in ("schedule", "wake", "wake", "hand"))
        yield Checkpoint({})

    desk.tasks["poll"] = Task(again, MINUTE)
    desk.run()
    assert {outcome.word for outcome in found} == {"held"}
    assert [outcome.again for outcome in found] == [None, 21.0, None, None]  # one message comes again for all
    assert desk.sent() == [wanted("retry")]


def test_near_its_end_a_process_leaves_the_rest_to_the_next(desk: Desk) -> None:
    left = iter([300.0, 100.0, 40.0])
    outcome = desk.run(remaining=lambda: next(left))
    assert (outcome.word, outcome.pages, outcome.again) == ("continued", 2, 0)
    assert desk.sent() == [wanted("continue")]
    desk.run(cause="continue")
    assert desk.pages() == desk.platform.messages


def test_a_platform_that_is_busy_is_asked_again_when_it_said(desk: Desk) -> None:
    desk.platform.fault = fails(BusyError("later", 120))
    process = desk.process()
    assert process.run().again == 120
    assert (process.delays, desk.sent()) == ([120], [wanted("retry")])
    asked = len(desk.platform.asked)
    desk.later(MINUTE)
    assert desk.run().word == "waits"  # the schedule does not press
    assert desk.run(cause="retry").again == 60
    assert len(desk.platform.asked) == asked
    desk.later(MINUTE)
    desk.platform.fault = lambda _: None
    assert desk.run(cause="retry").word == "done"
    assert (desk.connection.status, desk.health.troubles) == ("active", ())


def test_longer_than_a_queue_can_wait_is_waited_in_pieces(desk: Desk) -> None:
    desk.platform.fault = fails(BusyError("tomorrow", 7200))
    process = desk.process()
    process.run()
    desk.later(timedelta(seconds=900))
    assert process.run(cause="retry").again == 6300
    assert process.delays == [900, 900]


def test_an_outage_is_tried_again_more_and_more_rarely_then_told(desk: Desk) -> None:
    desk.platform.fault = fails(UnavailableError("no answer"))
    pauses = []
    for _ in range(9):
        outcome = desk.run(cause="retry")
        pauses.append(outcome.again)
        desk.later(timedelta(minutes=16))
        expected = [] if len(pauses) < 3 else ["unavailable"]
        assert [trouble.code for trouble in desk.health.troubles] == expected
    assert pauses == [22.5, 45, 90, 180, 360, 675, 675, 675, None]
    assert (desk.connection.status, desk.told.codes) == ("active", [])  # late is not lost
    desk.platform.fault = lambda _: None
    desk.run()
    assert desk.health.troubles == ()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuntimeError("xo-access-0"), "fault"),
        (MalformedError("not JSON"), "malformed"),
        (OutOfReachError("address_refused", "no platform's address"), "address_refused"),
    ],
)
def test_a_fault_that_stays_degrades_the_connection(desk: Desk, error: Exception, code: str) -> None:
    desk.platform.fault = fails(error)
    for _ in range(5):
        assert desk.run().word == code
        desk.later(timedelta(minutes=16))
    assert (desk.connection.status, desk.health.last_error, desk.told.codes) == ("degraded", code, [code])
    assert "xo-" not in repr(desk.health)
    desk.platform.fault = lambda _: None
    desk.run()
    assert (desk.connection.status, desk.told.codes) == ("active", [code, "recovered"])


def test_lost_access_degrades_and_is_told_once_until_it_is_back(desk: Desk) -> None:
    desk.platform.revoked = True
    for _ in range(3):
        assert desk.run().word == "grant_lost"
        desk.later(MINUTE)
    assert (desk.connection.status, desk.health.last_error) == ("degraded", "grant_lost")
    assert desk.health.since == "2026-03-02T09:14:05.000000Z"
    assert desk.told.codes == ["grant_lost"]
    assert desk.sent() == []
    desk.platform.revoked = False
    desk.aws.secrets.put(desk.secret_id, {**desk.secrets(), "refresh": desk.platform.refresh})
    assert desk.run().word == "done"
    assert (desk.connection.status, desk.health.troubles) == ("active", ())
    assert desk.told.codes == ["grant_lost", "recovered"]
    desk.platform.revoked = True
    desk.later(MINUTE)
    desk.platform.messages += ["more"]
    desk.run()
    assert desk.told.codes == ["grant_lost", "recovered", "grant_lost"]


def test_a_connection_without_secrets_has_lost_its_access(desk: Desk) -> None:
    desk.aws.secrets.forget(desk.secret_id)
    assert desk.run().word == "grant_lost"
    assert desk.connection.status == "degraded"


def test_a_poisoned_state_is_told_and_not_looped(desk: Desk) -> None:
    for text in ("{", "[]"):
        desk.states._update(TENANT, ID, "poll", "SET #s = :s", {":s": {"S": text}}, {"#s": "state"})
        assert desk.run() == Outcome("state_corrupt", 0, "pretend")
    assert (desk.platform.asked, desk.sent()) == ([], [])
    assert (desk.connection.status, desk.told.codes) == ("degraded", ["state_corrupt"])
    desk.states.forget(TENANT, ID, "poll")
    desk.run()
    assert desk.connection.status == "active"


@pytest.mark.parametrize(
    "step",
    [Checkpoint({"a": "x" * 300_000}), Checkpoint({"a": object()}), Page(b"{}", {"a": 1})],  # type: ignore[dict-item]
)
def test_a_step_that_nobody_can_apply_is_the_connectors_fault(desk: Desk, step: Step) -> None:
    desk.tasks["poll"] = does(step)
    assert desk.run().word in {"fault", "too_large"}
    assert desk.states.read(TENANT, ID, "poll").record.failures == 1


def test_an_outage_of_our_own_is_not_the_platforms(desk: Desk) -> None:
    def down(*_: Any) -> None:
        raise UnavailableError("kinesis PutRecord: Throttling")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.aws.stream, "put", down)
        with pytest.raises(UnavailableError):
            desk.run()
    assert desk.states.read(TENANT, ID, "poll").record.failures == 0
    assert desk.run().word == "done"


def test_what_a_task_notices_is_kept_until_it_is_over(desk: Desk) -> None:
    lost = Noticed("subscription_lost", "The platform tells nothing any more.", degraded=True)
    small = Noticed("intent_missing", "Texts are empty.")
    desk.tasks["poll"] = does(lost, small, Checkpoint({}))
    desk.run()
    desk.later(MINUTE)
    desk.run()
    assert [(one.code, one.since[14:16], one.told) for one in desk.health.troubles] == [
        ("subscription_lost", "14", True),
        ("intent_missing", "14", False),
    ]
    assert (desk.connection.status, desk.told.codes) == ("degraded", ["subscription_lost"])
    desk.tasks["poll"] = does(small)
    desk.run(cause="continue")
    assert desk.connection.status == "degraded"  # it looked at the rest only
    desk.run()
    assert ([one.code for one in desk.health.troubles], desk.connection.status) == (["intent_missing"], "active")


def test_renewed_secrets_are_stored_before_the_task_goes_on(desk: Desk) -> None:
    stored: list[Any] = []

    def rotate(work: Work) -> Iterator[Step]:
        yield Renewed({**work.secrets, "certificate": "one"})
        stored.append(desk.secrets()["certificate"])
        desk.aws.secrets.put(desk.secret_id, {**desk.secrets(), "signingSecret": "changed by hand"})
        yield Renewed({**work.secrets, "certificate": "two"})

    desk.tasks["certificates"] = Task(rotate, MINUTE)
    desk.run("certificates")
    assert stored == ["one"]
    assert (desk.secrets()["certificate"], desk.secrets()["signingSecret"]) == ("two", "changed by hand")


def test_a_wake_that_a_later_run_served_is_over(desk: Desk) -> None:
    asked_at = desk.now
    desk.later(MINUTE)
    desk.run()
    assert desk.run(cause="wake", sent_at=asked_at).word == "served"
    assert desk.run(cause="wake", sent_at=desk.now + MINUTE).word == "done"


def test_what_two_find_at_the_same_time_is_told_once(desk: Desk) -> None:
    desk.platform.revoked = True
    told = desk.told.publish

    def meanwhile(news: Any) -> None:
        desk.told.publish = told  # type: ignore[method-assign]
        desk.run("rotate")
        desk.run("poll", "hand")
        told(news)

    desk.told.publish = meanwhile  # type: ignore[method-assign]
    desk.later(timedelta(hours=13))
    desk.tasks["other"] = desk.tasks["poll"]
    desk.run("other")
    assert desk.told.codes == ["grant_lost"]


def test_rotation_renews_ahead_of_time(desk: Desk) -> None:
    assert desk.run("rotate").word == "done"
    assert desk.platform.spent == []
    desk.later(timedelta(hours=10, minutes=30))
    desk.run("rotate")
    assert desk.platform.spent == ["xo-refresh-0"]
    assert desk.secrets()["access"] == desk.platform.access == "xo-access-1"
    desk.run("rotate")
    assert len(desk.platform.spent) == 1


def test_rotation_finds_a_lost_grant_and_its_return(desk: Desk) -> None:
    desk.platform.revoked = True
    desk.later(timedelta(hours=11))
    assert desk.run("rotate").word == "grant_lost"
    desk.platform.revoked = False
    desk.run("rotate")
    assert desk.connection.status == "active"


def test_logs_hold_nothing_that_was_planted(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for error in (None, RuntimeError("xo-access-0"), UnavailableError("xo-refresh-0"), GrantLostError("gone")):
        desk.platform.fault = fails(error) if error else lambda _: None
        desk.later(timedelta(hours=13))
        desk.run()
    desk.process(Effects()).run("rotate")
    ours = [record for record in caplog.records if record.name.startswith("quire")]
    assert ours
    written = "".join(json.dumps(record.__dict__, default=repr) for record in ours)
    assert not [secret for secret in (*PLANTED, "kept", "message 0") if secret in written]
