"""Proofs of messages: they hold by other means than ours, and say how far an event has come."""

from collections.abc import Iterator

import aics_tlog
import orjson
import pytest

from quire.archive.ciphers import AlsoPlainFrames
from quire.archive.proofs.prove_message import EventProof, MessageProof, MessageProver
from quire.archive.proofs.sealed_events import Captured, SealedEvents
from quire.domain.errors import CorruptError
from quire.domain.ids import subject_id
from tests.moto_aws import BUCKET, NOW, stack
from tests.packing import SealedHouse, week
from tests.pretend import PLATFORM, fact
from tests.sealing import ACME, House, capture, log_key
from tests.timestamping import authority


@pytest.fixture
def house() -> Iterator[SealedHouse]:
    with stack() as aws:
        yield week(aws)


def holds(proof: MessageProof, event: EventProof) -> None:
    """By another implementation, from the event's bytes to the signed root."""
    assert event.sealed is not None
    assert proof.log is not None
    sealed = event.sealed
    [segment] = [each for each in proof.segments if each.row.segment_id == event.segment]
    assert segment.path is not None
    manifest = orjson.loads(segment.row.manifest)
    leaf = aics_tlog.leaf_hash(sealed.salt + sealed.canonical)
    checked = aics_tlog.verify_inclusion(
        leaf, sealed.leaf, len(sealed.leaves), list(event.path), bytes.fromhex(manifest["root"])
    )
    assert checked
    read = aics_tlog.verify_checkpoint(aics_tlog.parse_note(proof.log.note), aics_tlog.parse_vkey(log_key(ACME).text()))
    assert read.ok
    entry = aics_tlog.leaf_hash(segment.row.manifest)
    checkpoint = proof.log.checkpoint
    assert aics_tlog.verify_inclusion(entry, segment.entry, checkpoint.size, list(segment.path), checkpoint.root)


def test_every_message_is_proven(house: SealedHouse) -> None:
    prover = house.prover()
    for native, channel in (("m1", "C1"), ("m2", "C1"), ("m3", "C1"), ("m4", "short"), ("m5", "C1"), ("m6", "C1")):
        proof = prover.prove(ACME, house.events(native, channel))
        assert [each.state for each in proof.events] == ["proven"] * (2 if native == "m1" else 1)
        for event in proof.events:
            holds(proof, event)
            assert event.sealed is not None
            assert orjson.loads(event.sealed.canonical)["event_id"] == event.captured.event_id


def test_how_far_an_event_has_come(house: SealedHouse) -> None:
    capture(house.aws, fact("m7"), first=300)
    events = house.events("m7")
    waiting = house.prover().prove(ACME, events)
    assert [each.state for each in waiting.events] == ["captured"]
    assert (waiting.segments, waiting.stamps, waiting.log) == ((), (), None)
    assert waiting.events[0].captured.segment.startswith("t/acme/journal/")
    house.sealer.seal(ACME, NOW)
    sealed = house.prover().prove(ACME, events)
    assert [each.state for each in sealed.events] == ["sealed"]
    assert [each.path for each in sealed.segments] == [None]
    house.publisher.publish(ACME, NOW)
    published = house.prover().prove(ACME, events)
    assert [each.state for each in published.events] == ["proven"]
    holds(published, published.events[0])


def test_a_shredded_event_is_told(house: SealedHouse) -> None:
    house.destroy(subject_id(ACME, PLATFORM, "W1", "U2"))
    [event] = house.prover().prove(ACME, house.events("m2")).events
    assert (event.state, event.sealed) == ("shredded", None)
    assert event.segment is not None


def test_the_earliest_time_is_given_and_leads_to_the_newest_checkpoint(house: SealedHouse) -> None:
    house.stamp(authority(), [3, 5])
    early, late = (house.prover().prove(ACME, house.events(native)) for native in ("m1", "m6"))
    assert [each.size for each in early.stamps] == [3]
    assert [each.size for each in late.stamps] == [5]
    assert early.log is not None
    [stamp] = early.stamps
    earlier = aics_tlog.parse_checkpoint(stamp.note.decode().partition("\n\n")[0] + "\n")
    newest = early.log.checkpoint
    assert aics_tlog.verify_consistency(earlier.size, newest.size, earlier.root, newest.root, list(stamp.path))


def test_a_subject_with_many_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found wherever it lies, and by reading few frames."""
    monkeypatch.setattr("quire.archive.segment_writer.MAX_FRAME_BYTES", 2_000)
    with stack() as aws:
        house = SealedHouse(aws)
        facts = [fact(f"m{n}", at=f"2026-03-02T{n // 60:02}:{n % 60:02}:00Z", text="x" * 900) for n in range(80)]
        capture(aws, *facts, fact("other", user="U2"))
        house.run()
        [row] = house.ledger.segments_of(ACME, "2026-03-02")
        assert len(house.sealed.reader(ACME, row.key, row.version_id).footer.frames) > 30
        read: list[int] = []
        ranged = house.objects.read_range

        def counted(key: str, version_id: str | None, offset: int, length: int) -> bytes:
            read.append(offset)
            return ranged(key, version_id, offset, length)

        house.objects.read_range = counted  # type: ignore[method-assign]
        prover = house.prover()
        for n in range(0, 80, 13):
            read.clear()
            proof = prover.prove(ACME, house.events(f"m{n}"))
            holds(proof, proof.events[0])
            assert len(read) <= 2 + 7


def test_an_event_whose_time_we_know_wrongly_is_found_on_its_day(house: SealedHouse) -> None:
    [event] = house.events("m2")
    elsewhere: Captured = event._replace(occurred_at="2026-03-02T23:00:00Z")
    assert [each.state for each in house.prover().prove(ACME, [elsewhere]).events] == ["proven"]


def test_a_segment_that_is_hidden_is_no_answer(house: SealedHouse) -> None:
    [row] = house.ledger.segments_of(ACME, "2026-03-01")
    house.aws.aws.dynamodb.update_item(
        TableName="ledger",
        Key={"pk": {"S": "T#acme#SEGMENTS"}, "sk": {"S": f"{row.day}#{row.segment_id}"}},
        UpdateExpression="SET version_id = :v",
        ExpressionAttributeValues={":v": {"S": "00000000-0000-4000-8000-000000000000"}},
    )
    with pytest.raises(CorruptError, match="not there"):
        house.prover().prove(ACME, house.events("m3"))


def test_a_log_file_that_is_gone_is_no_answer(house: SealedHouse) -> None:
    house.aws.aws.s3.delete_object(Bucket=BUCKET, Key="t/acme/log/tile/0/000.p/5")
    with pytest.raises(CorruptError, match="tile/0/000"):
        house.prover().prove(ACME, house.events("m3"))


def test_what_was_sealed_before_there_were_keys_is_proven_too() -> None:
    with stack() as aws:
        capture(aws, fact("old"))
        House(aws).run()
        house = SealedHouse(aws)
        capture(aws, fact("new"), first=200)
        house.run()
        sealed = SealedEvents(house.ledger, house.objects, lambda *_: AlsoPlainFrames(house.open_frames(ACME, ())))
        prover = MessageProver(house.ledger, house.marks, house.objects, sealed, log_key)
        old, new = (prover.prove(ACME, house.events(native)) for native in ("old", "new"))
        for proof in (old, new):
            holds(proof, proof.events[0])
        assert [len(proof.events[0].sealed.salt) for proof in (old, new) if proof.events[0].sealed] == [0, 32]
