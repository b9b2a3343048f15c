"""One batch into the journal: what it makes, what it sets aside, what it reports."""

import hashlib
import json
import logging
from collections.abc import Iterator

import orjson
import pytest

from quire.archive.batch import StreamRecord
from quire.archive.ciphers import PlainFrames
from quire.archive.journal_segments import JournalSegments
from quire.archive.kinesis import batch_response
from quire.archive.quarantine import Quarantine
from quire.domain.delivery import Delivery, Pointer
from quire.domain.errors import UnavailableError
from quire.domain.events import Observation
from quire.domain.ids import TenantId, message_id
from tests.archiving import Interrupted, Stop, archiver, check, drain, messages_of, rows_of
from tests.moto_aws import BUCKET, NOW, Stack, stack
from tests.pretend import PLATFORM, body_of, delivery, fact, normalise, stream

ACME, GLOBEX = TenantId("acme"), TenantId("globex")


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def batch(*records: bytes) -> list[StreamRecord]:
    return stream(records, NOW)


def key_of(aws: Stack, tenant: TenantId) -> list[str]:
    return [segment.key for segment in aws.journal.segments(tenant)]


def test_an_empty_batch_is_nothing(aws: Stack) -> None:
    outcome = archiver(aws).archive([], NOW)
    assert outcome.counts() == dict.fromkeys(outcome.counts(), 0)
    assert batch_response(outcome, []) == {"batchItemFailures": []}


def test_a_batch_makes_one_segment_a_tenant_with_rows_and_notice(aws: Stack) -> None:
    records = batch(
        delivery("acme", fact("m1"), fact("m2", user="U2")).record(),
        delivery("globex", fact("m1")).record(),
        delivery("acme", fact("m1", at="2026-03-02T09:15:00Z", edit=True, text="edited")).record(),
    )
    outcome = archiver(aws, workers=4).archive(records, NOW)
    assert outcome.failed is None
    assert dict(outcome.archived) == {(PLATFORM, "message.created"): 3, (PLATFORM, "message.edited"): 1}
    assert (outcome.segments, outcome.duplicates) == (2, 0)
    assert key_of(aws, ACME) == ["t/acme/journal/2026/03/02/09/shardId-000000000000-100-102.qrs"]
    assert key_of(aws, GLOBEX) == ["t/globex/journal/2026/03/02/09/shardId-000000000000-101-101.qrs"]
    state = messages_of(aws, "acme")[message_id(ACME, PLATFORM, "W1", "C1", "m1")]
    assert state.content is not None
    assert (state.content.text, state.revision) == ("edited", 2)
    [row] = rows_of(aws, "globex")
    assert row.at == f"2026-03-02T09:14:05.000200000Z#{row.event_id}"
    assert row.expires_at == int(NOW.timestamp()) + 90 * 86_400
    check(aws, "acme")


def test_what_came_twice_is_archived_once(aws: Stack) -> None:
    again = delivery("acme", fact("m1"), fact("m2")).record()
    outcome = archiver(aws).archive(batch(again, again), NOW)
    assert (outcome.archived.total(), outcome.duplicates) == (2, 2)
    later = archiver(aws).archive(stream([again], NOW, first=200), NOW)
    assert (later.archived.total(), later.duplicates, later.segments) == (0, 2, 1)
    check(aws, "acme")


def test_what_nobody_understands_is_archived_and_counted(aws: Stack) -> None:
    outcome = archiver(aws).archive(batch(delivery("acme", body=b"\xff\x00 not json").record()), NOW)
    assert outcome.counts()["unrecognised"] == 1
    [row] = rows_of(aws, "acme")
    assert (row.about, row.channel_id, row.at) == (row.event_id, None, None)
    check(aws, "acme")


def test_a_large_event_is_left_out_of_its_row(aws: Stack) -> None:
    archiver(aws).archive(batch(delivery("acme", fact("m1", text="x" * 300_000)).record()), NOW)
    [row] = rows_of(aws, "acme")
    assert row.event is None
    segments = JournalSegments(aws.journal, aws.rows, aws.notices, PlainFrames(), 90)
    [stored] = segments.reader(row.segment, row.version_id).frame(row.frame)
    assert len(stored.event["body"]["content"]["text"]) == 300_000


def outside(aws: Stack, tenant: str, body: bytes, **changes: str) -> Delivery:
    """A delivery whose body lies in S3."""
    given = delivery(tenant, body=body)
    stored = aws.journal.put_delivery(TenantId(tenant), given.header.sha256, body, NOW)
    place = {"bucket": stored.bucket, "key": stored.key} | changes
    pointer = Pointer(**place, version_id=None if changes else stored.version_id)
    return Delivery(header=given.header.model_copy(update={"body_at": pointer}), body=b"")


def test_a_body_is_fetched_from_where_its_header_points(aws: Stack) -> None:
    outcome = archiver(aws).archive(batch(outside(aws, "acme", body_of(fact("m1"))).record()), NOW)
    assert dict(outcome.archived) == {(PLATFORM, "message.created"): 1}


def test_decrypted_text_is_fetched_too(aws: Stack) -> None:
    seen: list[Delivery] = []

    def look(given: Delivery) -> list[Observation]:
        seen.append(given)
        return normalise(given)

    opened = aws.journal.put_delivery(ACME, "00" * 32, b'{"0":"decrypted"}', NOW, ".opened.json")
    pointer = Pointer(bucket=opened.bucket, key=opened.key, version_id=opened.version_id)
    given = outside(aws, "acme", body_of(fact("m1")))
    header = given.header.model_copy(update={"opened_at": pointer})
    record = Delivery(header=header, body=b"").record()
    archiver(aws, connectors={PLATFORM: look}).archive(batch(record), NOW)
    assert [dict(one.header.opened) for one in seen] == [{"0": "decrypted"}]


def hostile(aws: Stack) -> dict[str, tuple[bytes, str, str | None]]:
    """Records that cannot be archived: record, reason, whose quarantine."""
    good = delivery("acme", fact("m1"))
    head, _, body = good.record().partition(b"\n")
    other = orjson.loads(head)
    foreign = outside(aws, "globex", body_of(fact("m2"))).header.body_at
    assert foreign is not None
    steal = good.header.model_copy(update={"body_at": foreign})
    return {
        "no header": (b"garbage", "header", None),
        "header not JSON": (b"{\n" + body, "header", None),
        "another schema": (orjson.dumps(other | {"schema": "quire.delivery/9"}) + b"\n" + body, "header", None),
        "no tenant id": (orjson.dumps(other | {"tenant_id": "../globex"}) + b"\n" + body, "header", None),
        "unknown platform": (orjson.dumps(other | {"platform": "carrier-pigeon"}) + b"\n" + body, "platform", "acme"),
        "another body": (head + b"\nother", "body", "acme"),
        "body gone": (outside(aws, "acme", b"x", key="t/acme/deliveries/none").record(), "body", "acme"),
        "another tenant's body": (Delivery(header=steal, body=b"").record(), "body", "acme"),
        "another bucket": (outside(aws, "acme", b"x", bucket="other").record(), "body", "acme"),
        "connector fails": (delivery("acme", body=b"crash").record(), "connector", "acme"),
        "connector finds nothing": (delivery("acme").record(), "connector", "acme"),
    }


CASES = [
    "no header", "header not JSON", "another schema", "no tenant id", "unknown platform", "another body", "body gone",
    "another tenant's body", "another bucket", "connector fails", "connector finds nothing",
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_bad_record_is_set_aside_and_its_neighbours_pass(aws: Stack, case: str) -> None:
    record, reason, tenant = hostile(aws)[case]
    records = batch(delivery("acme", fact("m1")).record(), record, delivery("globex", fact("m2")).record())
    outcome = archiver(aws).archive(records, NOW)
    assert outcome.failed is None
    assert dict(outcome.quarantined) == {reason: 1}
    assert (len(messages_of(aws, "acme")), len(messages_of(aws, "globex"))) == (1, 1)
    quarantine = Quarantine(aws.journal)
    owner = TenantId(tenant) if tenant else None
    [kept] = quarantine.listed(owner)
    prefix = f"t/{tenant}/quarantine" if tenant else "quarantine"
    assert kept.key == f"{prefix}/2026/03/02/shardId-000000000000-101"
    assert kept.reason == reason
    assert "never say" not in kept.detail
    assert quarantine.record(kept.key) == record
    sidecar = orjson.loads(aws.journal.read(f"{kept.key}.json"))
    assert sidecar["sha256"] == hashlib.sha256(record).hexdigest()
    head = aws.aws.s3.head_object(Bucket=BUCKET, Key=f"{kept.key}.bin")
    assert head["ObjectLockMode"] == "GOVERNANCE"


def test_all_cases_are_tried(aws: Stack) -> None:
    assert list(hostile(aws)) == CASES


def test_an_event_that_breaks_the_rules_is_set_aside(aws: Stack) -> None:
    def broken(change: dict[str, object]) -> list[Observation]:
        [observation] = normalise(delivery("acme", fact("m1")))
        return [observation._replace(event=observation.event.model_copy(update=change))]

    changes: list[dict[str, object]] = [
        {"occurred_at": "yesterday"}, {"event_id": "x"}, {"raw_sha256": "00"}, {"workspace_id": "\ud800"},
    ]  # fmt: skip
    for number, change in enumerate(changes):
        connectors = {PLATFORM: lambda _, change=change: broken(change)}
        records = stream([delivery("acme", fact("m1")).record()], NOW, first=number)
        outcome = archiver(aws, connectors=connectors).archive(records, NOW)
        assert dict(outcome.quarantined) == {"connector": 1}, change


def test_an_outage_holds_up_the_tenant_concerned_and_only_it(aws: Stack) -> None:
    records = batch(
        delivery("globex", fact("m1")).record(),
        delivery("acme", fact("m1")).record(),
        delivery("globex", fact("m2")).record(),
        delivery("acme", fact("m2")).record(),
    )
    stop = Stop(5, error=UnavailableError("dynamodb PutItem: ThrottlingException"))  # acme's first row
    outcome = archiver(aws, stop).archive(records, NOW)
    assert batch_response(outcome, records) == {"batchItemFailures": [{"itemIdentifier": "101"}]}
    assert len(messages_of(aws, "globex")) == 2
    assert messages_of(aws, "acme") == {}
    [again] = drain(aws, records[1:])
    assert len(messages_of(aws, "acme")) == 2
    assert again.duplicates == 1, "globex's second message came again"
    check(aws, "acme")


def test_a_body_out_of_reach_holds_up_its_tenant_whole(aws: Stack) -> None:
    records = batch(
        delivery("acme", fact("m0")).record(),
        outside(aws, "acme", body_of(fact("m1"))).record(),
        delivery("globex", fact("m1")).record(),
    )
    reachable = aws.journal
    stop = Stop(0, error=UnavailableError("s3 GetObject: SlowDown"))
    aws.journal = Interrupted(reachable, ["read"], stop)  # type: ignore[assignment]
    outcome = archiver(aws).archive(records, NOW)
    assert outcome.failed == 0
    assert (messages_of(aws, "acme"), len(messages_of(aws, "globex"))) == ({}, 1)
    aws.journal = reachable
    drain(aws, records)
    assert len(messages_of(aws, "acme")) == 2
    assert len(key_of(aws, ACME)) == 1


def test_a_quarantine_out_of_reach_brings_the_record_back(aws: Stack) -> None:
    records = batch(delivery("acme", fact("m1")).record(), b"garbage")
    outcome = archiver(aws, Stop(0, error=UnavailableError("s3 PutObject: SlowDown"))).archive(records, NOW)
    assert outcome.failed == 1
    assert len(messages_of(aws, "acme")) == 1
    drain(aws, records[1:])
    assert len(list(Quarantine(aws.journal).listed(None))) == 1


def test_a_fault_of_ours_in_one_tenant_leaves_the_others_done(aws: Stack) -> None:
    records = batch(delivery("acme", fact("m1")).record(), delivery("globex", fact("m1")).record())
    outcome = archiver(aws, Stop(0, error=ZeroDivisionError())).archive(records, NOW)
    assert outcome.failed == 0
    assert len(messages_of(aws, "globex")) == 1


def test_a_later_version_that_reads_more_loses_nothing(aws: Stack) -> None:
    """Stopped after the segment, then deployed anew: the same records now give another segment of the same cut."""
    records = batch(delivery("acme", fact("m1"), fact("m2")).record())
    less = {PLATFORM: lambda given: normalise(given)[:1]}
    archiver(aws, Stop(1, error=UnavailableError("dynamodb PutItem")), connectors=less).archive(records, NOW)
    [outcome] = drain(aws, records)
    assert (outcome.segments, outcome.archived.total()) == (2, 2)
    assert len(key_of(aws, ACME)) == 2
    assert len(messages_of(aws, "acme")) == 2
    check(aws, "acme")
    [again] = drain(aws, records)
    assert (again.archived.total(), again.duplicates, len(key_of(aws, ACME))) == (0, 2, 2)


def test_a_segment_that_cannot_be_read_is_counted_and_written_beside(aws: Stack) -> None:
    records = batch(delivery("acme", fact("m1")).record())
    aws.journal.put("t/acme/journal/2026/03/02/09/shardId-000000000000-100-100.qrs", b"not a segment", NOW)
    [outcome] = drain(aws, records)
    assert (outcome.corrupt, outcome.archived.total()) == (1, 1)
    assert len(messages_of(aws, "acme")) == 1
    [again] = drain(aws, records)
    assert (again.corrupt, again.duplicates) == (1, 1)


def test_large_segments_are_read_by_range(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quire.archive.journal_segments._WHOLE", 0)
    drain(aws, batch(delivery("acme", fact("m1"), fact("m2", user="U2")).record()))
    check(aws, "acme")


def test_logs_hold_ids_and_counts_and_no_words(aws: Stack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="quire")
    canary = "canary-7f3a"
    records = batch(
        delivery("acme", fact("m1", text=canary, user=canary)).record(),
        delivery("acme", body=canary.encode()).record(),
        delivery("acme", body=b"crash").record(),
        canary.encode(),
        delivery("globex", fact("m1", text=canary)).record(),
    )
    stop = Stop(6, error=RuntimeError(canary))
    archiver(aws, stop).archive(records, NOW)
    assert caplog.records
    written = "".join(json.dumps(record.__dict__, default=repr) for record in caplog.records)
    assert canary not in written
    assert "never say" not in written
