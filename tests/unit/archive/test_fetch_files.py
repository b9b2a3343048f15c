"""One file from its platform into the locked bucket, and told of as an event."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from quire.archive.attachments.ciphers import PlainBlobs, SubjectBlobs
from quire.archive.attachments.fetch import Result
from quire.archive.attachments.reasons import MENDABLE, NotHadError
from quire.domain.attachments import read_wanted
from quire.domain.errors import (
    BusyError,
    GoneError,
    GrantLostError,
    MalformedError,
    OutOfReachError,
    UnavailableError,
)
from quire.domain.ids import SubjectId, derive
from quire.keys.files import Bound
from tests.archiving import Kill, Stop, drain, rows_of
from tests.fetching import ARCHIVE, MOST, NOWHERE, Reading, Shelf, archived_work, fetcher, settled, stored, wanted
from tests.handing_over import subject_keys
from tests.moto_aws import NOW, Stack, stack
from tests.pretend import stream

SENT = b"bytes as sent"
SHA256 = hashlib.sha256(SENT).hexdigest()
KEY = f"t/acme/blobs/none/{SHA256}"
PAGE = b"\xef\xbb\xbf <!-- hello --><!DOCTYPE html>\n<html><title>Sign in</title>"


@pytest.fixture
def aws() -> Iterator[Stack]:
    """A fresh account."""
    with stack() as made:
        yield made


def test_a_file_is_kept_as_sent_under_lock_and_its_message_tells_so(aws: Stack) -> None:
    work = read_wanted(archived_work(aws, content_type="text/plain")["body"])
    assert fetcher(aws, Shelf(SENT, content_type="text/plain; charset=utf-8")).fetch(work, 1) == Result(
        "captured", size=len(SENT)
    )
    assert stored(aws) == {KEY: SENT}
    head = aws.aws.s3.head_object(Bucket=ARCHIVE, Key=KEY)
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"]) == ("GOVERNANCE", NOW + timedelta(days=30))
    state = settled(aws)
    (file,) = state.attachments
    assert {name: value for name, value in asdict(file).items() if value is not None} == {
        "attachment_id": "f-1",
        "status": "captured",
        "at": "2026-03-02T09:14:05.000000Z",
        "sha256": SHA256,
        "size": len(SENT),
        "content_type": "text/plain; charset=utf-8",
        "detected_type": "text/plain",
        "storage_key": KEY,
        "storage_version": head["VersionId"],
        "text": SENT.decode(),
        "text_status": "complete",
        "attempts": 1,
    }
    assert state.sent_at == "2026-03-02T09:14:05.000200Z"


def test_the_event_is_the_senders_in_the_same_channel_and_names_what_made_it(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    fetcher(aws, Shelf(SENT)).fetch(work, 1)
    settled(aws)
    events = [orjson.loads(row.event or b"") for row in rows_of(aws, "acme")]
    created, captured = sorted(events, key=lambda event: event["kind"] != "message.created")
    for name in ("tenant_id", "connection_id", "message_id", "channel_id", "subject_id", "workspace_id", "source"):
        assert created[name] == captured[name]
    assert captured["connector"] == {"name": "quire.fetch_attachment", "version": "1"}


def test_a_file_that_is_there_is_not_asked_for_again(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    fetcher(aws, Shelf(SENT)).fetch(work, 1)
    settled(aws)
    shelf = Shelf(SENT)
    assert fetcher(aws, shelf).fetch(work, 1) == Result("known")
    assert shelf.asked == []


def test_so_is_one_whose_text_was_too_large_for_its_row(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    fetcher(aws, Shelf(SENT), read_file=lambda *_: Reading(text="long " * 70_000, text_status="truncated")).fetch(
        work, 1
    )
    assert settled_large(aws)
    assert fetcher(aws, Shelf(SENT)).fetch(work, 1) == Result("known")


def settled_large(aws: Stack) -> bool:
    """Archive what is on the stream; whether a row was left without its event."""
    drain(aws, stream(aws.records(), NOW, first=900))
    return any(row.event is None for row in rows_of(aws, "acme"))


def test_fetched_twice_it_is_one_blob_and_one_event(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    later = NOW + timedelta(days=3)
    fetcher(aws, Shelf(SENT)).fetch(work, 1)
    fetcher(aws, Shelf(SENT), clock=lambda: later).fetch(work, 2)
    assert len(aws.aws.s3.list_object_versions(Bucket=ARCHIVE)["Versions"]) == 1
    assert aws.aws.s3.head_object(Bucket=ARCHIVE, Key=KEY)["ObjectLockRetainUntilDate"] == later + timedelta(days=30)
    assert [file.status for file in settled(aws).attachments] == ["captured"]
    assert len(rows_of(aws, "acme")) == 2


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(3))
def test_wherever_it_stops_it_comes_out_right_when_it_runs_again(aws: Stack, at: int, after: bool) -> None:
    def read(*_: Any) -> Reading:
        return Reading(thumbnail=b"small", thumbnail_type="image/webp")

    work = read_wanted(archived_work(aws)["body"])
    with pytest.raises(Kill):
        fetcher(aws, Shelf(SENT), stop=Stop(at, after=after), read_file=read).fetch(work, 1)
    fetcher(aws, Shelf(SENT), read_file=read).fetch(work, 2)
    (file,) = settled(aws).attachments
    assert (file.status, file.sha256, file.thumbnail_key) == ("captured", SHA256, f"{KEY}.thumb.webp")
    assert stored(aws) == {KEY: SENT, f"{KEY}.thumb.webp": b"small"}
    assert len(rows_of(aws, "acme")) == 2


def test_no_name_of_a_sender_reaches_a_path_or_a_key(aws: Stack) -> None:
    seen: list[Path] = []

    def read(path: Path, *_: Any) -> Reading:
        seen.append(path)
        return Reading()

    name = "../../../etc/passwd\0\n"
    work = read_wanted(archived_work(aws, id="../../f", name=name)["body"])
    fetcher(aws, Shelf(SENT), read_file=read).fetch(work, 1)
    assert list(stored(aws)) == [KEY]
    assert (seen[0].name, seen[0].exists(), seen[0].parent.exists()) == ("sent", False, False)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (GoneError("deleted"), "deleted_at_source"),
        (OutOfReachError("too_large", "x"), "too_large"),
        (OutOfReachError("address_refused", "x"), "address_refused"),
        (OutOfReachError("too_many_redirects", "x"), "too_many_redirects"),
        (OutOfReachError("expired", "x"), "expired"),
        (OutOfReachError("platform_error", "x"), "platform_error"),
        (OutOfReachError("news", "x"), "platform_error"),
    ],
)
def test_what_will_never_be_had_is_stated_at_once(aws: Stack, error: Exception, reason: str) -> None:
    work = read_wanted(archived_work(aws)["body"])
    assert fetcher(aws, Shelf(error)).fetch(work, 2) == Result("failed", reason)
    (file,) = settled(aws).attachments
    assert (file.status, file.reason, file.attempts, file.sha256) == ("failed", reason, 2, None)
    assert stored(aws) == {}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnavailableError("x"), "gave_up"),
        (OutOfReachError("wrong_length", "x"), "wrong_length"),
        (OutOfReachError("too_slow", "x"), "too_slow"),
        (GrantLostError("x"), "not_permitted"),
        (MalformedError("x"), "gave_up"),
        (ZeroDivisionError(), "gave_up"),
    ],
)
def test_what_may_be_had_later_is_not_stated_yet(aws: Stack, error: Exception, reason: str) -> None:
    work = read_wanted(archived_work(aws)["body"])
    with pytest.raises(NotHadError) as why:
        fetcher(aws, Shelf(error)).fetch(work, 1)
    assert (why.value.reason, why.value.mendable) == (reason, True)
    assert aws.records() == []


def test_being_asked_to_wait_is_told_with_its_seconds(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    with pytest.raises(BusyError) as busy:
        fetcher(aws, Shelf(BusyError("wait", 42.0))).fetch(work, 1)
    assert busy.value.seconds == 42.0


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "deleted_at_source"), (410, "deleted_at_source"), (403, "not_permitted"), (302, "platform_error")],
)
def test_other_answers_have_a_reason(aws: Stack, status: int, reason: str) -> None:
    work = read_wanted(archived_work(aws)["body"])
    run = fetcher(aws, Shelf(SENT, status=status))
    if MENDABLE[reason]:
        with pytest.raises(NotHadError) as why:
            run.fetch(work, 1)
        assert why.value.reason == reason
    else:
        assert run.fetch(work, 1) == Result("failed", reason)


def test_a_refused_token_is_replaced_once(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    shelf = Shelf(SENT, statuses=[401])
    assert fetcher(aws, shelf).fetch(work, 1).ending == "captured"
    assert (shelf.tokens, len(shelf.asked)) == (1, 2)
    refused = Shelf(SENT, status=401)
    with pytest.raises(NotHadError) as why:
        fetcher(aws, refused).fetch(wanted_like(work, "f-2"), 1)
    assert (why.value.reason, len(refused.asked)) == ("not_permitted", 2)


def wanted_like(work: Any, native: str) -> Any:
    """The same work for another file."""
    return work.model_copy(update={"attachment": work.attachment.model_copy(update={"id": native})})


@pytest.mark.parametrize(
    ("told", "served", "data", "reason"),
    [
        ({"name": "report.pdf"}, "text/html", PAGE, "wrong_content"),
        ({"name": "report.pdf"}, None, PAGE, "wrong_content"),
        ({"name": "notes.txt"}, "text/html; charset=utf-8", PAGE, "wrong_content"),
        ({"name": "notes.txt", "content_type": "text/plain"}, "text/plain", PAGE, None),
        ({"name": "page.html"}, "text/html", PAGE, None),
        ({"name": "page", "content_type": "text/html"}, "text/html", PAGE, None),
        ({"name": None}, "text/html", PAGE, None),
        ({"name": None, "kind": "image"}, "text/html", PAGE, "wrong_content"),
        ({"name": "report.pdf"}, "text/html", b"%PDF-1.7", None),
        ({"sha256": SHA256}, None, SENT, None),
        ({"sha256": SHA256}, None, SENT + b"!", "wrong_content"),
        ({"sha256": hashlib.sha256(PAGE).hexdigest()}, "text/html", PAGE, None),
        ({"size": 3_000_000_000}, None, SENT, "too_large"),
        ({"size": 5}, None, b"", "wrong_length"),
        ({"size": 0}, None, b"", None),
    ],
)
def test_what_comes_must_be_what_was_promised(
    aws: Stack, told: dict[str, Any], served: str | None, data: bytes, reason: str | None
) -> None:
    work = read_wanted(archived_work(aws, **told)["body"])
    run = fetcher(aws, Shelf(data, content_type=served))
    if reason is not None and MENDABLE[reason]:
        with pytest.raises(NotHadError):
            run.fetch(work, 1)
        return
    assert run.fetch(work, 1).reason == reason
    assert len(stored(aws)) == (reason is None)


def test_bytes_within_the_message_are_kept_without_asking_anybody(aws: Stack) -> None:
    work = read_wanted(archived_work(aws, name="page.pdf")["body"])
    shelf = Shelf(PAGE, inline=True)
    assert fetcher(aws, shelf).fetch(work, 1).ending == "captured"
    assert shelf.asked == []
    assert list(stored(aws).values()) == [PAGE]
    large = Shelf(b"x" * (MOST + 1), inline=True)
    assert fetcher(aws, large).fetch(wanted_like(work, "f-2"), 1).reason == "too_large"


def test_a_file_that_breaks_its_reader_is_kept_all_the_same(aws: Stack) -> None:
    def read(*_: Any) -> Reading:
        raise RuntimeError("what it says")

    work = read_wanted(archived_work(aws)["body"])
    assert fetcher(aws, Shelf(SENT), read_file=read).fetch(work, 1).ending == "captured"
    (file,) = settled(aws).attachments
    assert (file.text, file.text_status) == (None, "failed")


def test_text_that_is_no_text_is_told_as_far_as_it_is_one(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    fetcher(aws, Shelf(SENT), read_file=lambda *_: Reading(text="half \ud83d pair", text_status="complete")).fetch(
        work, 1
    )
    assert settled(aws).attachments[0].text == "half ? pair"


def test_work_that_points_elsewhere_fetches_nothing(aws: Stack) -> None:
    archived_work(aws)
    for place in (NOWHERE.model_copy(update={"key": "t/other/journal/x.qrs"}), NOWHERE):
        with pytest.raises(NotHadError) as why:
            fetcher(aws, Shelf(SENT)).fetch(wanted(raw_at=place), 1)
        assert why.value.reason == "gave_up"


def test_a_later_failure_does_not_hide_what_is_kept(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    fetcher(aws, Shelf(SENT)).fetch(work, 1)
    fetcher(aws, Shelf(GoneError("gone")), clock=lambda: NOW + timedelta(hours=1)).fetch(work, 1)
    (file,) = settled(aws).attachments
    assert (file.status, file.reason) == ("captured", None)


def test_a_file_that_failed_first_is_shown_once_it_is_had(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    fetcher(aws, Shelf(SENT)).state_failure(work, "gave_up", 5)
    fetcher(aws, Shelf(SENT), clock=lambda: NOW + timedelta(hours=1)).fetch(work, 6)
    (file,) = settled(aws).attachments
    assert (file.status, file.attempts) == ("captured", 6)


def test_under_its_senders_key_a_file_is_not_what_lies_in_the_bucket(aws: Stack) -> None:
    def read(*_: Any) -> Reading:
        return Reading(thumbnail=b"small picture", thumbnail_type="image/webp")

    work = read_wanted(archived_work(aws)["body"])
    cipher = SubjectBlobs(subject_keys(aws, lambda: NOW))
    fetcher(aws, Shelf(SENT), cipher=cipher, read_file=read).fetch(work, 1)
    (file,) = settled(aws).attachments
    assert (file.sha256, file.size) == (SHA256, len(SENT))
    kept = stored(aws)
    assert set(kept) == {file.storage_key, file.thumbnail_key}
    assert not [data for data in kept.values() if SENT in data or b"small picture" in data]
    assert file.storage_key is not None
    key_id = f"{work.subject_id}-2026"
    assert file.storage_key == f"t/acme/blobs/{key_id}/{hashlib.sha256(kept[file.storage_key]).hexdigest()}"
    opened = cipher.open(key_id, Bound(work.tenant_id, "file"), [kept[file.storage_key]])
    assert b"".join(opened) == SENT


def test_the_same_file_again_is_the_same_blob_and_another_persons_copy_another(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    other = work.model_copy(update={"subject_id": SubjectId(derive("subject", "ben"))})
    keys = subject_keys(aws, lambda: NOW)
    for each, count in ((work, 1), (work, 1), (other, 2)):
        fetcher(aws, Shelf(SENT), cipher=SubjectBlobs(keys)).fetch(each, 1)
        assert len(stored(aws)) == count
    assert len(aws.aws.s3.list_object_versions(Bucket=ARCHIVE)["Versions"]) == 2


class Keyless(PlainBlobs):
    """A cipher whose keys cannot be had."""

    def key_id(self, *_: Any) -> str:
        raise GoneError("the tenant's key is disabled")


def test_a_key_of_ours_that_is_gone_says_nothing_of_the_file_at_its_source(aws: Stack) -> None:
    work = read_wanted(archived_work(aws)["body"])
    with pytest.raises(UnavailableError):
        fetcher(aws, Shelf(SENT), cipher=Keyless()).fetch(work, 1)
    assert not aws.records()
