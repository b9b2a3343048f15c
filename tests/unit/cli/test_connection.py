"""``quire connection``: what it tells, and what it asks for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from quire.aws.task_queue import TaskQueue, read_task
from quire.bootstrap import connections, tenants, timetable
from quire.cli import connection
from quire.cli.deployment import NoDeploymentError
from quire.cli.main import app
from tests.connecting import ID, TENANT, Desk
from tests.moto_aws import stack


class House:
    """Stands for a deployment."""

    stage = "local"
    tenants = ("acme",)

    def enter(self) -> None:
        """Its environment is the test's."""


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with stack() as aws:
        made = Desk(aws)
        found: Any = House()
        monkeypatch.setattr(connection, "find", lambda _: found)
        monkeypatch.setattr(tenants, "control", lambda: aws.control)
        monkeypatch.setattr(connections, "task_states", lambda: made.states)
        monkeypatch.setattr(timetable, "due_of", lambda _: {"poll": None})
        monkeypatch.setattr(timetable, "task_queue", lambda: TaskQueue(aws.aws.sqs, made.queue_url))
        yield made


def quire(*words: str) -> Result:
    return CliRunner().invoke(app, ["connection", *words])


def test_connections_are_listed_with_what_is_wrong(desk: Desk) -> None:
    desk.platform.revoked = True
    desk.run()
    told = quire("list").output.splitlines()
    assert told[0].split() == ["acme", "acme-pretend", "pretend", "degraded"]
    assert told[1].strip().startswith("grant_lost since 2026-03-02T09:14:05")
    assert "poll: grant_lost at 2026-03-02" in told[2]
    assert "1 failures on end" in told[2]


def test_a_task_is_run_by_hand(desk: Desk) -> None:
    assert quire("run", ID, "poll").exit_code == 0
    (wanted,) = desk.sent()
    assert (wanted.task, wanted.cause) == ("poll", "hand")
    assert read_task(wanted.text()) == wanted


def test_where_a_task_stands_is_forgotten(desk: Desk) -> None:
    desk.run()
    assert quire("forget", ID, "poll").exit_code == 0
    assert desk.states.read(TENANT, ID, "poll").state() == {}


@pytest.mark.parametrize("words", [("run", "nobody", "poll"), ("run", "a/b", "poll"), ("run", ID, "dance"), ("run",)])
def test_what_is_not_there_is_said(desk: Desk, words: tuple[str, ...]) -> None:
    result = quire(*words)
    assert result.exit_code == 1
    assert desk.sent() == []


def test_without_a_stack_the_way_to_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_: str) -> None:
        raise NoDeploymentError("run `make up`")

    monkeypatch.setattr(connection, "find", nowhere)
    assert "make up" in quire("list").output
