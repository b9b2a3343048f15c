"""The handler of connections' tasks: what it answers, counts and logs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from quire.aws.notices import NoticeRetries
from quire.aws.task_queue import WantedTask
from quire.bootstrap import connections
from quire.connections.task_batch import run_batch
from quire.domain.calls import Call
from quire.domain.errors import UnavailableError
from tests.connecting import ID, PLANTED, TENANT, Desk
from tests.deployed import Context, _log_to_stdout
from tests.moto_aws import stack

QUEUE = "arn:aws:sqs:us-east-1:123456789012:tasks"


class Timed(Context):
    """With time left."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Five minutes."""
        return 300_000


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with stack() as aws:
        made = Desk(aws)

        def run(event: Any, remaining: Any) -> Any:
            return run_batch(made.process()._runner, NoticeRetries(aws.aws.sqs), event, remaining)

        monkeypatch.setattr(connections, "run_tasks", run)
        yield made


def record(body: str) -> dict[str, Any]:
    return {
        "messageId": "m-1",
        "receiptHandle": "r",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1772442845000"},
        "eventSourceARN": QUEUE,
    }


def handled(body: str, capsys: pytest.CaptureFixture[str]) -> tuple[Any, list[dict[str, Any]]]:
    from functions.poll_connection.handler import lambda_handler, logger

    _log_to_stdout(logger)
    response = lambda_handler({"Records": [record(body)]}, Timed())  # type: ignore[arg-type]
    return response, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def wanted(task: str = "poll") -> str:
    return WantedTask(tenant_id=TENANT, connection_id=ID, task=task, cause="schedule").text()


def test_a_task_runs_and_is_counted(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    response, lines = handled(wanted(), capsys)
    assert response == {"batchItemFailures": []}
    assert desk.pages() == desk.platform.messages
    (metric,) = [line for line in lines if "_aws" in line]
    assert (metric["platform"], metric["task"], metric["outcome"]) == ("pretend", "poll", "done")
    assert (metric["task_runs"], metric["task_pages"]) == ([1.0], [3.0])


@pytest.mark.parametrize("body", ["", "{}", '{"schema":"quire.task/2"}', "[1]"])
def test_what_is_no_task_becomes_a_dead_letter(desk: Desk, capsys: pytest.CaptureFixture[str], body: str) -> None:
    response, lines = handled(body, capsys)
    assert response == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert [line["failed_tasks"] for line in lines if "failed_tasks" in line] == [[1.0]]


def test_an_outage_of_our_own_lets_the_message_come_again(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> None:
        raise UnavailableError(f"kinesis {PLANTED[0]}")

    monkeypatch.setattr(desk.aws.stream, "put", down)
    response, lines = handled(wanted(), capsys)
    assert response == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert PLANTED[0] not in json.dumps(lines)


def test_a_platforms_trouble_is_no_failure_of_the_message(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    def fault(call: Call) -> None:
        raise RuntimeError(call.headers.get("authorization", ""))

    desk.platform.fault = fault
    response, lines = handled(wanted(), capsys)
    assert response == {"batchItemFailures": []}
    assert "xo-" not in json.dumps(lines)
    (failed,) = [line for line in lines if line.get("message") == "task failed"]
    assert (failed["error"], failed["outcome"], len(failed["where"])) == ("RuntimeError", "fault", 3)
