"""What archived messages carry becomes work, after the rows and before the notice."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from quire.archive.attachments.wanted import work_of
from quire.archive.entries import Entry, entry_of
from quire.aws.journal import Stored
from quire.domain.attachments import WantedFile, read_wanted
from quire.domain.errors import MalformedError, UnavailableError
from quire.domain.ids import TenantId
from tests.archiving import Kill, Stop, archiver, drain
from tests.moto_aws import NOW, Stack, stack
from tests.pretend import delivery, fact, normalise, stream

ACME = TenantId("acme")
SEGMENT = Stored("journal", "t/acme/journal/a.qrs", "v1", "", created=True)


@pytest.fixture
def aws() -> Iterator[Stack]:
    """A fresh account."""
    with stack() as made:
        yield made


def file(native: str = "f-1", kind: str = "file", **more: Any) -> dict[str, Any]:
    """A reference to a file."""
    return {"id": native, "kind": kind, **more}


def entries(*facts: dict[str, Any]) -> list[Entry]:
    """Facts as the archive takes them."""
    return [entry_of(observation) for observation in normalise(delivery("acme", *facts))]


def works(*facts: dict[str, Any]) -> list[WantedFile]:
    """The work that facts lead to."""
    given = entries(*facts)
    return [read_wanted(body) for body in work_of(ACME, given, {e.event_id: n for n, e in enumerate(given)}, SEGMENT)]


def test_every_file_of_a_message_is_wanted_once_and_says_where_its_raw_lies() -> None:
    told = file("f-2", "image", name="a.png", content_type="image/png", size=7, text="what it shows", sha256="ab")
    plain, image = works(fact("m-0"), fact("m-1", files=[file(), told, file()]))
    assert (plain.attachment.id, image.attachment.id) == ("f-1", "f-2")
    assert image.attachment.text is None
    assert (image.attachment.name, image.attachment.size, image.attachment.sha256) == ("a.png", 7, "ab")
    assert (image.raw_at.key, image.raw_at.version_id, image.raw_at.frame) == (SEGMENT.key, "v1", 1)
    assert image.sent_at == "2026-03-02T09:14:05.000200Z"
    assert image.native.message == "m-1"


@pytest.mark.parametrize("kind", ["link", "card", "quote"])
def test_what_has_no_bytes_is_not_wanted(kind: str) -> None:
    assert works(fact("m-1", files=[file(kind=kind)])) == []


def test_files_that_an_edit_brings_are_wanted_too_and_those_of_a_deletion_are_not() -> None:
    edited = fact("m-1", at="2026-03-02T10:00:00Z", edit=True, files=[file()])
    assert [work.sent_at for work in works(edited)] == [None]
    assert works(fact("m-1", delete=True, files=[file()])) == []


def test_a_text_that_looks_like_a_list_of_files_is_a_text() -> None:
    assert works(fact("m-1", text='"attachments":[{"id":"x","kind":"file"}]')) == []


def test_a_description_too_large_for_the_queue_is_cut_to_what_fetching_needs() -> None:
    (work,) = works(
        fact("m-1", files=[file(url="https://files.example.com/" + "x" * 250_000, handle="h", name="n" * 900)])
    )
    assert work.attachment.model_dump(exclude_none=True) == {"id": "f-1", "kind": "file", "handle": "h"}
    (named,) = works(fact("m-1", files=[file(name="n" * 900)]))
    assert named.attachment.name == "n" * 255
    assert works(fact("m-1", files=[file("x" * 300_000)])) == []


def test_work_is_sent_after_the_rows_and_before_the_notice(aws: Stack) -> None:
    stop = Stop(None)
    drain(aws, stream([delivery("acme", fact("m-1", files=[file()])).record()], NOW), archiver(aws, stop))
    assert stop.seen == ["put", "put", "send", "send"]
    assert [read_wanted(record["body"]).attachment.id for record in aws.work()] == ["f-1"]
    assert len(aws.sent()) == 1


def test_many_files_go_in_batches(aws: Stack) -> None:
    files = [file(f"f-{number}", name="n" * 255, handle="h" * 20_000) for number in range(23)]
    drain(aws, stream([delivery("acme", fact("m-1", files=files)).record()], NOW))
    names: set[str] = set()
    for _ in range(40):
        for record in aws.work():
            names.add(read_wanted(record["body"]).attachment.id)
            aws.aws.sqs.delete_message(QueueUrl=aws.files_url, ReceiptHandle=record["receiptHandle"])
    assert names == {each["id"] for each in files}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(4))
def test_wherever_it_stops_work_and_notice_are_sent_when_it_runs_again(aws: Stack, at: int, after: bool) -> None:
    records = stream([delivery("acme", fact("m-1", files=[file()])).record()], NOW)
    with pytest.raises(Kill):
        archiver(aws, Stop(at, after=after)).archive(records, NOW)
    drain(aws, records)
    assert {read_wanted(record["body"]).attachment.id for record in aws.work()} == {"f-1"}
    assert aws.sent()


def test_work_the_queue_does_not_take_holds_the_batch_back(aws: Stack) -> None:
    records = stream([delivery("acme", fact("m-1", files=[file()])).record()], NOW)
    outcome = archiver(aws, Stop(2, error=UnavailableError("no"))).archive(records, NOW)
    assert outcome.failed == 0
    assert aws.sent() == []


@pytest.mark.parametrize("body", ["", "{}", '{"schema": "quire.attachment/2"}', orjson.dumps([1]).decode()])
def test_what_is_no_work_is_refused(body: str) -> None:
    with pytest.raises(MalformedError):
        read_wanted(body)
