"""The attachment queue: what comes again, what waits, what is given up, and what is told of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from quire.archive.attachments.work import Batch, fetch_batch
from quire.aws.attachment_queue import TRIES
from quire.domain.errors import BusyError, GoneError, GrantLostError, UnavailableError
from tests.archiving import Stop
from tests.fetching import Shelf, archived_work, fetcher, settled
from tests.moto_aws import Stack, stack


@pytest.fixture
def aws() -> Iterator[Stack]:
    """A fresh account."""
    with stack() as made:
        yield made


def run(aws: Stack, shelf: Shelf, *records: dict[str, Any], stop: Stop | None = None) -> Batch:
    """What becomes of records."""
    return fetch_batch({"Records": list(records)}, fetcher(aws, shelf, stop=stop), aws.files)


def nth(record: dict[str, Any], receives: int) -> dict[str, Any]:
    """The same message, received so often."""
    return {**record, "attributes": {"ApproximateReceiveCount": str(receives)}}


def pauses(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Visibility time-outs as they are set."""
    seen: list[int] = []
    monkeypatch.setattr(
        aws.aws.sqs, "change_message_visibility", lambda **asked: seen.append(asked["VisibilityTimeout"])
    )
    return seen


def test_work_that_ends_is_not_given_back(aws: Stack) -> None:
    record = archived_work(aws)
    batch = run(aws, Shelf(b"12345"), record)
    assert batch.response == {"batchItemFailures": []}
    assert batch.counts() == {
        "attachments_captured": 1,
        "attachments_failed": 0,
        "attachments_known": 0,
        "attachments_put_off": 0,
        "attachments_retried": 0,
        "attachment_bytes": 5,
    }


def test_what_is_gone_for_good_is_stated_and_done_with(aws: Stack) -> None:
    batch = run(aws, Shelf(GoneError("gone")), archived_work(aws))
    assert (batch.failed, batch.failures) == ([], {"deleted_at_source": 1})
    assert settled(aws).attachments[0].reason == "deleted_at_source"


def test_trouble_comes_again_with_growing_pauses(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    record, seen = archived_work(aws), pauses(aws, monkeypatch)
    for receives in range(1, TRIES):
        batch = run(aws, Shelf(UnavailableError("x")), nth(record, receives))
        assert batch.response == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    assert seen == [60, 300, 1500, 7200]
    assert aws.records() == []


@pytest.mark.parametrize(
    ("error", "reason"), [(UnavailableError("x"), "gave_up"), (GrantLostError("x"), "not_permitted")]
)
def test_the_last_time_it_is_stated_why_and_the_work_is_kept(
    aws: Stack, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    record = archived_work(aws)
    pauses(aws, monkeypatch)
    batch = run(aws, Shelf(error), nth(record, TRIES))
    assert (batch.failed, batch.failures) == ([record["messageId"]], {reason: 1})
    (file,) = settled(aws).attachments
    assert (file.status, file.reason, file.attempts) == ("failed", reason, TRIES)


def test_a_statement_that_cannot_be_made_is_no_end(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    record = archived_work(aws)
    pauses(aws, monkeypatch)
    batch = run(aws, Shelf(GoneError("x")), record, stop=Stop(0, error=UnavailableError("stream")))
    assert (batch.failed, batch.failures) == ([record["messageId"]], {})


def test_being_asked_to_wait_uses_up_no_try(aws: Stack) -> None:
    record = archived_work(aws)
    sent: list[dict[str, Any]] = []
    real = aws.aws.sqs.send_message
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws.aws.sqs, "send_message", lambda **asked: sent.append(asked) or real(**asked))  # type: ignore[func-returns-value]
        batch = run(aws, Shelf(BusyError("x", 41.2)), nth(record, TRIES))
        run(aws, Shelf(BusyError("x", 90_000)), nth(record, 1))
    assert (batch.put_off, batch.failed, batch.failures) == (1, [], {})
    assert [each["DelaySeconds"] for each in sent] == [42, 900]
    assert sent[0]["MessageBody"] == record["body"]
    told = {name: value["StringValue"] for name, value in sent[0]["MessageAttributes"].items()}
    assert told == {"since": "1000", "attempts": str(TRIES)}


def test_tries_before_and_after_a_wait_are_counted_together(aws: Stack) -> None:
    record = {**archived_work(aws), "messageAttributes": {"attempts": {"stringValue": "3"}}}
    run(aws, Shelf(b"x"), nth(record, 2))
    assert settled(aws).attachments[0].attempts == 5


def test_after_three_days_of_waiting_it_counts_as_tried(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    record = {**archived_work(aws), "messageAttributes": {"since": {"stringValue": "1000"}}}
    seen = pauses(aws, monkeypatch)
    aws.clock.now += 4 * 24 * 3600
    assert run(aws, Shelf(BusyError("x", 5)), record).failed == [record["messageId"]]
    assert seen == [60]
    assert run(aws, Shelf(BusyError("x", 5)), nth(record, TRIES)).failures == {"gave_up": 1}


def test_one_files_fault_is_not_its_neighbours(aws: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    record = archived_work(aws)
    batch = run(aws, Shelf(b"x"), {**record, "messageId": "broken", "body": "{}"}, record)
    assert (batch.failed, batch.endings["captured"]) == (["broken"], 1)
    assert "{}" not in capsys.readouterr().out
