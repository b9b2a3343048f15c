"""Batches of notices: two at a time, each for itself, none after something did not answer."""

from threading import Barrier

import pytest

from quire.aws.notices import Notice
from quire.domain.errors import CorruptError, UnavailableError
from quire.domain.ids import TenantId
from quire.search.indexer import DocumentsRefusedError, Indexed
from quire.search.sqs import index_batch

WAIT = 30


def batch_of(*keys: str) -> dict[str, object]:
    notices = [Notice(tenant_id=TenantId("acme"), bucket="journal", key=key, version_id="v1") for key in keys]
    return {"Records": [{"messageId": each.key, "body": each.text()} for each in notices]}


def failed(response: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def test_one_is_indexed_while_another_waits_for_the_engine() -> None:
    both = Barrier(2)

    def index(_: Notice) -> Indexed:
        both.wait(WAIT)
        return Indexed(messages=1, written=1)

    batch = index_batch(batch_of("a", "b", "c", "d"), index)
    assert (len(batch.indexed), batch.failed) == (4, [])


def test_faults_are_told_of_the_notices_that_have_them() -> None:
    def index(notice: Notice) -> Indexed:
        if notice.key == "corrupt":
            raise CorruptError("the segment ends too soon")
        if notice.key == "refused":
            raise DocumentsRefusedError(3)
        return Indexed(messages=1, written=1)

    event = batch_of("a", "corrupt", "b", "refused", "c")
    event["Records"].append({"messageId": "unreadable", "body": "{"})  # type: ignore[attr-defined]
    batch = index_batch(event, index)
    assert failed(batch.response) == ["corrupt", "refused", "unreadable"]
    assert (len(batch.indexed), batch.refused) == (3, 3)


@pytest.mark.parametrize("answers", [0, 1, 4])
def test_nothing_more_is_tried_once_something_does_not_answer(answers: int) -> None:
    keys = [str(number) for number in range(10)]
    tried: list[str] = []

    def index(notice: Notice) -> Indexed:
        tried.append(notice.key)
        if int(notice.key) >= answers:
            raise UnavailableError("bulk: the search engine is overloaded")
        return Indexed(messages=1, written=1)

    batch = index_batch(batch_of(*keys), index)
    assert len(tried) <= answers + 2
    come_again = failed(batch.response)
    assert set(come_again) >= set(keys[answers:])
    assert sorted([*come_again, *(key for key in tried if int(key) < answers)], key=int) == keys
    assert len(batch.indexed) == len(keys) - len(come_again)


def test_an_empty_batch() -> None:
    assert index_batch({}, lambda _: Indexed()).response == {"batchItemFailures": []}
