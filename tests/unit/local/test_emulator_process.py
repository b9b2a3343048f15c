"""The emulator's process treats Kinesis batches as AWS does."""

import time
from typing import Any

import pytest

from infra.local import emulator_process

FUNCTION = {"config": {"FunctionName": "archive_events"}}


@pytest.fixture
def ages(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(
        "ministack.services.cloudwatch.record_metric", lambda _space, _name, value, _unit, _where: found.append(value)
    )
    return found


def event(source: str) -> dict[str, Any]:
    record = {"eventSource": source, "kinesis": {"approximateArrivalTimestamp": time.time() - 2}}
    return {"Records": [record]}


def answering(body: Any) -> Any:
    return emulator_process.as_stream_reader(lambda _function, _event: {"body": body})


def test_failed_records_of_a_stream_fail_the_batch(ages: list[float]) -> None:
    body = {"batchItemFailures": [{"itemIdentifier": "49590338271490256608559692538361571095921575989136588898"}]}

    assert answering(body)(FUNCTION, event("aws:kinesis"))["error"] is True


def test_a_batch_without_failures_is_over(ages: list[float]) -> None:
    bodies: list[Any] = [{"batchItemFailures": []}, None, "text"]
    for body in bodies:
        assert "error" not in answering(body)(FUNCTION, event("aws:kinesis"))


def test_a_queue_deals_with_its_failures_itself(ages: list[float]) -> None:
    body = {"batchItemFailures": [{"itemIdentifier": "x"}]}

    assert "error" not in answering(body)(FUNCTION, event("aws:sqs"))
    assert ages == []


def test_the_age_of_a_batch_is_measured(ages: list[float]) -> None:
    answering({})(FUNCTION, event("aws:kinesis"))

    assert 2_000 <= ages[0] < 60_000
