"""The stores over S3, Kinesis, SQS and Secrets Manager; how AWS's errors become ours."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from quire.aws.errors import translated
from quire.aws.journal import Journal, Lock
from quire.aws.notices import Notice, NoticeRetries, SegmentNotices, read_notice
from quire.aws.stream import CaptureStream
from quire.domain.errors import DeniedError, MalformedError, NotFoundError, UnavailableError
from quire.domain.ids import ConnectionId, TenantId
from tests.moto_aws import BUCKET, NOW, Stack, stack

ACME, GLOBEX = TenantId("acme"), TenantId("globex")


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def test_a_write_is_locked_checked_and_never_repeated(aws: Stack) -> None:
    first = aws.journal.put("t/acme/journal/2026/03/02/09/s-1-2.qrs", b"sealed", NOW)
    again = aws.journal.put(first.key, b"other bytes", NOW)
    head = aws.aws.s3.head_object(Bucket=BUCKET, Key=first.key, ChecksumMode="ENABLED")
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"]) == ("GOVERNANCE", NOW + timedelta(days=30))
    assert (first.created, first.sha256) == (True, hashlib.sha256(b"sealed").hexdigest())
    assert (again.created, again.version_id, again.sha256) == (False, first.version_id, first.sha256)
    assert aws.journal.read(first.key, first.version_id) == b"sealed"


def test_ranges_and_sizes_are_of_a_version(aws: Stack) -> None:
    stored = aws.journal.put("t/acme/journal/x.qrs", b"0123456789", NOW)
    assert aws.journal.read_range(stored.key, stored.version_id, 2, 3) == b"234"
    assert aws.journal.read_range(stored.key, None, 8, 100) == b"89"
    assert aws.journal.size(stored.key) == 10


def test_what_is_not_there_is_not_found(aws: Stack) -> None:
    for ask in (aws.journal.read, aws.journal.size):
        with pytest.raises(NotFoundError):
            ask("t/acme/journal/none.qrs")
    with pytest.raises(UnavailableError):
        Journal(aws.aws.s3, "nowhere", Lock("GOVERNANCE", 1)).put("t/acme/x", b"", NOW)


def test_listings_keep_to_the_tenant(aws: Stack) -> None:
    one = aws.journal.put("t/acme/journal/2026/03/02/09/s-1-2.qrs", b"a", NOW)
    two = aws.journal.put("t/acme/journal/2026/03/03/00/s-3-4.qrs", b"bb", NOW)
    aws.journal.put("t/globex/journal/2026/03/02/09/s-1-2.qrs", b"c", NOW)
    key = aws.journal.put_quarantine(ACME, NOW, ("s", "5"), b"record", b"{}", NOW)
    aws.journal.put_quarantine(None, NOW, ("s", "6"), b"record", b"{}", NOW)
    assert [(s.key, s.version_id, s.size) for s in aws.journal.segments(ACME)] == [
        (one.key, one.version_id, 1),
        (two.key, two.version_id, 2),
    ]
    assert [s.key for s in aws.journal.segments(ACME, "2026/03/03")] == [two.key]
    assert [q.key for q in aws.journal.quarantined(ACME)] == [f"{key}.json"]
    assert [q.key for q in aws.journal.quarantined(None)] == ["quarantine/2026/03/02/s-6.json"]
    assert list(aws.journal.tenants()) == ["acme", "globex"]


def test_a_pointer_leads_to_its_tenants_deliveries_only(aws: Stack) -> None:
    stored = aws.journal.put_delivery(ACME, "ab" * 32, b"large", NOW)
    assert stored.key == f"t/acme/deliveries/2026/03/02/{'ab' * 32}"
    assert aws.journal.is_delivery_of(ACME, stored.bucket, stored.key)
    assert not aws.journal.is_delivery_of(GLOBEX, stored.bucket, stored.key)
    assert not aws.journal.is_delivery_of(ACME, "another", stored.key)
    assert not aws.journal.is_delivery_of(ACME, stored.bucket, "t/acme/journal/x.qrs")


def test_the_stream_takes_records_of_a_tenant(aws: Stack) -> None:
    assert aws.stream.put(ACME, b"{}\nbody")
    assert aws.records() == [b"{}\nbody"]
    with pytest.raises(UnavailableError):
        CaptureStream(aws.aws.kinesis, "nowhere").put(ACME, b"")


def test_a_notice_is_read_back(aws: Stack) -> None:
    notice = Notice(tenant_id=ACME, bucket=BUCKET, key="t/acme/journal/x.qrs", version_id="v1")
    aws.notices.send(notice)
    [body] = aws.sent()
    assert '"schema":"quire.notice/1"' in body
    assert read_notice(body) == notice
    for bad in ("", "{}", body.replace("notice/1", "notice/9"), "[]"):
        with pytest.raises(MalformedError):
            read_notice(bad)
    with pytest.raises(UnavailableError):
        SegmentNotices(aws.aws.sqs, f"{aws.queue_url}-nowhere").send(notice)


@pytest.mark.parametrize(("tries", "waits"), [(1, 15), (2, 60), (3, 240), (4, 720), (5, 720)])
def test_a_failed_notice_comes_again_soon_and_then_less_so(
    aws: Stack, monkeypatch: pytest.MonkeyPatch, tries: int, waits: int
) -> None:
    aws.notices.send(Notice(tenant_id=ACME, bucket=BUCKET, key="t/acme/journal/x.qrs", version_id="v1"))
    (message,) = aws.aws.sqs.receive_message(QueueUrl=aws.queue_url)["Messages"]
    asked: list[int] = []
    change = aws.aws.sqs.change_message_visibility

    def at_once(**named: Any) -> None:
        asked.append(named["VisibilityTimeout"])
        change(**named | {"VisibilityTimeout": 0})

    monkeypatch.setattr(aws.aws.sqs, "change_message_visibility", at_once)

    NoticeRetries(aws.aws.sqs).soon(
        {
            "receiptHandle": message["ReceiptHandle"],
            "attributes": {"ApproximateReceiveCount": str(tries)},
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:segments",
        }
    )

    assert asked == [waits]
    assert len(aws.sent()) == 1, "it is there again"


def test_a_secret_is_cached_and_a_rotation_seen_after_a_refetch(aws: Stack) -> None:
    name = aws.secrets.create(ACME, ConnectionId("slack-1"), {"signingSecret": "one"})
    assert name == "quire/test/t/acme/connections/slack-1"
    assert aws.secrets.get(name) == {"signingSecret": "one"}
    aws.secrets.create(ACME, ConnectionId("slack-1"), {"signingSecret": "two"})
    assert aws.secrets.refetch(name) == {"signingSecret": "one"}, "an existing secret is kept"
    aws.secrets.create(ACME, ConnectionId("slack-1"), {"signingSecret": "two"}, replace=True)
    assert aws.secrets.get(name) == {"signingSecret": "one"}
    assert aws.secrets.refetch(name) is None, "asked less than a minute ago"
    aws.clock.now += 61
    assert aws.secrets.refetch(name) == {"signingSecret": "two"}
    assert aws.secrets.get(name) == {"signingSecret": "two"}


def test_a_missing_secret_is_soon_looked_for_again(aws: Stack) -> None:
    name = aws.secrets.name_of(ACME, ConnectionId("slack-1"))
    assert aws.secrets.get(name) is None
    aws.secrets.create(ACME, ConnectionId("slack-1"), {"signingSecret": "one"})
    assert aws.secrets.get(name) is None
    aws.clock.now += 16
    assert aws.secrets.get(name) == {"signingSecret": "one"}


def test_a_narrower_identity_is_assumed(aws: Stack) -> None:
    other = aws.aws.assume("arn:aws:iam::123456789012:role/tenant", "acme", "{}", {"tenant": "acme"})
    assert other.sts.get_caller_identity()["Arn"].endswith("assumed-role/tenant/acme")
    assert "secret" not in repr(other._credentials)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ThrottlingException", UnavailableError),
        ("InternalServerError", UnavailableError),
        ("ValidationException", UnavailableError),
        ("AccessDeniedException", DeniedError),
        ("AccessDenied", DeniedError),
    ],
)
def test_errors_are_told_apart_by_code(code: str, expected: type[Exception]) -> None:
    with pytest.raises(expected) as caught, translated("dynamodb PutItem"):
        raise ClientError({"Error": {"Code": code, "Message": "AccessDenied in the text"}}, "PutItem")
    assert type(caught.value) is expected


def test_a_time_out_is_unavailable() -> None:
    with pytest.raises(UnavailableError), translated("s3 GetObject"):
        raise ReadTimeoutError(endpoint_url="https://s3.example")
