"""Sealing: every event of the journal in the archive once, in the log, under a checkpoint."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from quire.archive.ciphers import PlainFrames
from quire.archive.entries import entry_of_stored
from quire.archive.sealing import spool
from quire.archive.sealing.retention import RetentionClass
from quire.archive.sealing.seal import SWEEP_EVERY
from quire.archive.sealing.spool import Spool
from quire.archive.segment_writer import Identity, seal
from quire.aws.layout import sources_partition
from quire.aws.ledger import MAX_APPEND, Run, SegmentRow, SourceRef
from quire.domain.errors import ConflictError, CorruptError
from quire.domain.ids import SegmentId, TenantId
from quire.evidence.checkpoint import open_checkpoint
from quire.evidence.merkle import leaf_hash, root
from tests.moto_aws import BUCKET, NOW, Stack, stack
from tests.pretend import fact
from tests.sealing import ACME, House, capture, log_key


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def test_nothing_to_seal(aws: Stack) -> None:
    house = House(aws)
    assert house.sealer.seal(ACME, NOW) is None
    assert house.publisher.publish(ACME, NOW) is None


def test_events_are_sealed_by_class_and_day_once_each(aws: Stack) -> None:
    capture(aws, fact("m1"), fact("m2", at="2026-03-01T23:59:59.999999Z"), fact("m3") | {"channel": "short"})
    capture(aws, fact("m1"), fact("m4", user="U2"), first=200)
    house = House(aws)
    done = house.run()
    assert done is not None
    assert (done.sources, done.events_in, done.out, done.duplicates) == (2, 5, 4, 1)
    assert {name: len(ids) for name, ids in house.logged().items()} == {
        "standard 2026-03-01": 1,
        "short 2026-03-02": 1,
        "standard 2026-03-02": 2,
    }
    assert house.run() is None


def test_late_events_add_segments_and_rewrite_none(aws: Stack) -> None:
    capture(aws, fact("m1"))
    house = House(aws)
    house.run()
    before = house.ledger.segments_of(ACME, "2026-03-02")
    capture(aws, fact("m1"), fact("m2"), first=200)
    done = house.run()
    assert done is not None
    assert (done.events_in, done.out, done.duplicates) == (2, 1, 1)
    after = house.ledger.segments_of(ACME, "2026-03-02")
    assert len(after) == 2
    assert before[0] in after


def grow(house: House, count: int) -> None:
    """So many entries more in the log, published."""
    start = house.ledger.head(ACME).size
    run = Run(f"r{start}", "2026-03-02T00:00:00Z", ())
    house.ledger.start_run(ACME, run)
    for first in range(start, start + count, MAX_APPEND):
        names = [f"s{number}" for number in range(first, min(first + MAX_APPEND, start + count))]
        rows = [SegmentRow("2026-03-02", SegmentId(name), "standard", name, "v", 1, name.encode()) for name in names]
        house.ledger.append(ACME, run, house.ledger.head(ACME), rows)
    house.ledger.end_run(ACME, run, {})
    house.publisher.publish(ACME, NOW)


def test_logs_grow_over_the_edge_of_a_tile(aws: Stack) -> None:
    """Published in pieces, the files are those of a log published at once."""
    house = House(aws)
    for count in (3, 252, 1, 2):
        grow(house, count)
    head = house.ledger.head(ACME)
    assert head.size == head.published == 258
    entries = house.ledger.entries(ACME, 0, head.size)
    leaves = [leaf_hash(entry) for entry in entries]
    assert open_checkpoint(head.checkpoint, log_key(ACME)).root == root(leaves)
    assert house.objects.log_file(ACME, "checkpoints/258") == head.checkpoint.encode()
    assert house.objects.log_file(ACME, "tile/entries/001.p/2") == b"".join(
        len(entry).to_bytes(2) + entry for entry in entries[256:]
    )
    assert house.objects.log_file(ACME, "tile/0/000") == b"".join(leaves[:256])
    assert house.objects.log_file(ACME, "tile/0/001.p/2") == b"".join(leaves[256:])
    assert house.objects.log_file(ACME, "tile/1/000.p/1") == root(leaves[:256])


def test_a_group_too_large_for_a_segment_goes_into_several(aws: Stack) -> None:
    house = House(aws, most_events=4)
    capture(aws, *(fact(f"m{number}", user=f"U{number % 3}") for number in range(10)))
    done = house.run()
    assert done is not None
    assert done.segments == 3
    assert [len(ids) for ids in house.logged().values()] == [10]


def test_manifests_say_where_and_what(aws: Stack) -> None:
    capture(aws, fact("m1"))
    house = House(aws)
    house.run()
    [row] = house.ledger.segments_of(ACME, "2026-03-02")
    told = orjson.loads(row.manifest)
    head = aws.aws.s3.head_object(Bucket=BUCKET, Key=row.key, VersionId=row.version_id)
    assert head["ObjectLockMode"] == "GOVERNANCE"
    assert head["ObjectLockRetainUntilDate"] == datetime.fromisoformat(told["retain_until"])
    assert told["retain_until"] == "2032-03-01T00:00:00.000000Z"
    assert (told["size"], told["tenant_id"], told["retention_class"]) == (head["ContentLength"], "acme", "standard")
    assert told["counts"] == {"events": 1, "frames": 1}


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[:-10],
        lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:],
        lambda _: b"",
        lambda data: b"QRS1" + data,
    ],
    ids=["truncated", "flipped", "empty", "shifted"],
)
def test_a_journal_segment_that_lies_is_set_aside_and_the_others_are_sealed(aws: Stack, harm: object) -> None:
    capture(aws, fact("m1"))
    capture(aws, fact("m2"), first=200)
    [first, _] = aws.journal.segments(ACME)
    data = aws.journal.read(first.key)
    aws.aws.s3.put_object(Bucket=BUCKET, Key=first.key + "0.qrs", Body=harm(data))  # type: ignore[operator]
    house = House(aws)
    done = house.run()
    assert done is not None
    assert done.quarantined == [first.key + "0.qrs"]
    assert (done.events_in, done.out) == (2, 2)
    assert house.run() is None
    assert house.ledger.settled(ACME, "t/", "t0")[first.key + "0.qrs"] == "quarantined"


@pytest.mark.parametrize(
    ("part", "other", "reason"),
    [
        (b'"raw":"', b'"raw":"not ', "raw bytes are not those it names"),
        (b'"kind":"message.created"', b'"kind":"message.deleted"', "not the one its leaf names"),
        (b'{"event":{', b'{"event":[', "not an archived event"),
    ],
    ids=["other raw bytes", "another event", "no JSON"],
)
def test_a_journal_segment_made_by_the_rules_that_lies_within_is_set_aside(
    aws: Stack, part: bytes, other: bytes, reason: str
) -> None:
    """Whoever wrote it had the keys: its hashes fit, its events do not."""
    capture(aws, fact("m1"))
    capture(aws, fact("m2"), fact("m3", user="U2"), first=200)
    house = House(aws)
    [_, second] = aws.journal.segments(ACME)
    reader = house.journal.reader(second.key, second.version_id)
    entries = [entry_of_stored(each) for _, found in reader.frames() for each in found]
    assert part in entries[-1].line
    entries[-1] = entries[-1]._replace(line=entries[-1].line.replace(part, other, 1))
    lying, _ = seal(entries, Identity(reader.footer.segment_id, ACME), PlainFrames())
    aws.aws.s3.put_object(Bucket=BUCKET, Key=second.key + "0.qrs", Body=lying)
    done = house.run()
    assert done is not None
    assert done.quarantined == [second.key + "0.qrs"]
    assert (done.events_in, done.out) == (3, 3)
    item = aws.aws.dynamodb.get_item(
        TableName="ledger", Key={"pk": {"S": sources_partition(ACME)}, "sk": {"S": second.key + "0.qrs"}}
    )["Item"]
    assert reason in item["reason"]["S"]


def test_another_tenants_segment_is_not_sealed_as_ours(aws: Stack) -> None:
    capture(aws, fact("m1"))
    [mine] = aws.journal.segments(ACME)
    aws.aws.s3.put_object(Bucket=BUCKET, Key=mine.key.replace("t/acme", "t/other"), Body=aws.journal.read(mine.key))
    house = House(aws)
    done = house.sealer.seal(TenantId("other"), NOW)
    assert done is not None
    assert (done.events_in, len(done.quarantined)) == (0, 1)


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "2100-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_times_that_cannot_be_are_sealed_and_locked_from_their_capture(aws: Stack, at: str) -> None:
    capture(aws, fact("m1", at=at))
    house = House(aws)
    house.run()
    [row] = house.ledger.segments_of(ACME, at[:10])
    assert orjson.loads(row.manifest)["retain_until"] == "2032-03-01T00:00:00.000000Z"


def test_a_lock_lasts_at_least_a_day_and_counts_from_when_it_was_sent() -> None:
    kept = RetentionClass("x", 10, "COMPLIANCE")
    captured = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert kept.retain_until("2026-03-01", captured, captured) == datetime(2026, 3, 12, tzinfo=UTC)
    assert kept.retain_until("2001-03-01", captured, captured) == captured + timedelta(days=1)
    assert kept.retain_until("2026-03-03", captured, captured) == datetime(2026, 3, 14, tzinfo=UTC)
    assert kept.retain_until("2026-03-04", captured, captured) == datetime(2026, 3, 13, tzinfo=UTC)


def test_a_clock_that_goes_backwards_changes_nothing(aws: Stack) -> None:
    capture(aws, fact("m1"))
    house = House(aws)
    house.run()
    capture(aws, fact("m2"), first=200)
    assert house.sealer.seal(ACME, NOW - timedelta(days=400)) is not None
    house.publisher.publish(ACME, NOW - timedelta(days=400))
    assert [len(ids) for ids in house.logged().values()] == [2]


def test_an_event_lost_on_the_way_stops_the_run(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    capture(aws, fact("m1"), fact("m2"))
    house = House(aws)
    parts = Spool.parts
    monkeypatch.setattr(Spool, "parts", lambda spool, *most: ([*part][1:] for part in parts(spool, *most)))
    with pytest.raises(CorruptError, match="balance"):
        house.sealer.seal(ACME, NOW)
    assert house.ledger.open_run(ACME) is not None


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_a_run_of_more_than_fits_memory_is_sealed_piece_by_piece(
    aws: Stack, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """However little a spool holds: each event once, also where a later piece repeats an earlier one's."""
    monkeypatch.setattr(spool.Spool.__init__, "__defaults__", (most,))
    capture(aws, fact("m1"), fact("m2", user="U2"), fact("m3", at="2026-03-01T23:00:00Z"))
    capture(aws, fact("m2", user="U2"), fact("m4"), first=200)
    capture(aws, fact("m1"), fact("m5", user="U2"), first=300)
    house = House(aws)
    done = house.run()
    assert done is not None
    assert (done.events_in, done.out, done.duplicates) == (7, 5, 2)
    assert sorted(name for name, ids in house.logged().items() for _ in ids) == [
        "standard 2026-03-01",
        *["standard 2026-03-02"] * 4,
    ]


def test_the_journal_is_listed_from_where_it_was_last_looked_through(aws: Stack) -> None:
    """A segment under an hour long past (a replay's) is found with the next look at everything."""
    house = House(aws)
    capture(aws, fact("m1"))
    house.run()
    asked: list[str] = []
    listing = aws.journal.segments
    house.sealer._journal.segments = lambda *given, **named: asked.append(named["since"]) or listing(*given, **named)  # type: ignore[method-assign,func-returns-value]
    capture(aws, fact("m2"), first=200)
    assert house.sealer.seal(ACME, NOW + timedelta(hours=1)) is not None
    assert asked == ["t/acme/journal/2026/03/01/07/"]

    capture(aws, fact("m3"), first=300, at=NOW - timedelta(days=3))
    assert house.sealer.seal(ACME, NOW + timedelta(hours=2)) is None
    assert house.sealer.seal(ACME, NOW + SWEEP_EVERY) is not None
    assert asked[-1] == ""
    house.publisher.publish(ACME, NOW)
    assert sum(len(ids) for ids in house.logged().values()) == 3


def test_one_run_a_tenant(aws: Stack) -> None:
    house = House(aws)
    run = Run("r", "2026-03-02T00:00:00Z", (SourceRef("k", "v"),))
    house.ledger.start_run(ACME, run)
    with pytest.raises(ConflictError):
        house.ledger.start_run(ACME, run)


def test_tampering_with_published_tiles_stops_publishing(aws: Stack) -> None:
    capture(aws, fact("m1"))
    house = House(aws)
    house.run()
    aws.aws.s3.put_object(Bucket=BUCKET, Key="t/acme/log/tile/0/000.p/1", Body=b"x" * 32)
    capture(aws, fact("m2"), first=200)
    with pytest.raises(CorruptError):
        house.run()
