"""Stamping checkpoints: once a day, verified before it is kept, and never in the way of anything."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from quire.archive.sealing.authority import Authority as Tsa
from quire.archive.sealing.stamp import Stamper, Stamping
from quire.aws.log_marks import LogMarks
from quire.domain.errors import OutOfReachError, UnavailableError
from quire.domain.ids import TenantId
from quire.evidence.timestamps import time_of
from quire.outbound.faults import NotReachedError, SlowError
from tests.archiving import Interrupted, Kill, Stop
from tests.moto_aws import NOW, Stack, stack
from tests.pretend import fact
from tests.sealing import ACME, House, capture
from tests.timestamping import authority

TSA = authority(start=NOW)


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


class Stamps:
    """The use case at a time that can be set; ``send`` is how the authority answers."""

    def __init__(self, house: House, aws: Stack) -> None:
        self.house, self.now = house, NOW.replace(microsecond=0)
        self.marks = LogMarks(aws.aws.dynamodb, "ledger")
        self.sent = 0
        self.send: Callable[[bytes], bytes] = lambda request: TSA.answer(request, self.now)

    def run(self, *, demand: bool = False, stop: Stop | None = None) -> Stamping:
        around = stop or Stop(None)
        objects: Any = Interrupted(self.house.objects, ["put_log"], around)
        marks: Any = Interrupted(self.marks, ["put_stamp", "put_mark"], around)
        stamper = Stamper(
            self.house.ledger,
            objects,
            marks,
            Tsa(self._counted, TSA.root_pem),
            lambda: self.now,
        )
        return stamper.stamp(ACME, demand=demand)

    def grow(self, aws: Stack, number: int) -> None:
        capture(aws, fact(f"m{number}"), first=100 * number)
        self.house.run()

    def _counted(self, request: bytes) -> bytes:
        self.sent += 1
        return self.send(request)


@pytest.fixture
def stamps(aws: Stack) -> Stamps:
    made = Stamps(House(aws), aws)
    made.grow(aws, 1)
    return made


def test_the_newest_checkpoint_is_stamped_and_its_token_lies_in_the_locked_bucket(stamps: Stamps, aws: Stack) -> None:
    assert stamps.run() == Stamping("stamped", 1, "2026-03-02T09:14:05.000000Z")
    note = stamps.house.objects.log_file(ACME, "checkpoints/1")
    token = stamps.house.objects.log_file(ACME, "timestamps/1.tsr")
    assert token is not None
    assert note is not None
    assert time_of(token, note, TSA.root_pem) == stamps.now
    head = aws.aws.s3.head_object(Bucket=stamps.house.objects.bucket, Key="t/acme/log/timestamps/1.tsr")
    assert head["ObjectLockMode"] == "GOVERNANCE"


def test_once_a_day_and_on_demand(stamps: Stamps, aws: Stack) -> None:
    assert stamps.run().outcome == "stamped"
    assert stamps.run(demand=True).outcome == "not_due", "it has one"
    stamps.grow(aws, 2)
    stamps.now += timedelta(hours=14)
    assert stamps.run().outcome == "not_due"
    assert stamps.run(demand=True) == Stamping("stamped", 2, "2026-03-02T23:14:05.000000Z")
    stamps.grow(aws, 3)
    stamps.now += timedelta(hours=1)
    assert stamps.run() == Stamping("stamped", 3, "2026-03-03T00:14:05.000000Z")
    assert stamps.sent == 3


def test_what_covers_an_entry_is_the_first_stamp_over_it(stamps: Stamps, aws: Stack) -> None:
    stamps.run()
    assert stamps.marks.stamp_over(ACME, 1) is None
    for number in (2, 3):
        stamps.grow(aws, number)
        stamps.now += timedelta(days=1)
    stamps.run()
    found = [stamps.marks.stamp_over(ACME, entry) for entry in range(4)]
    assert [stamp and stamp.size for stamp in found] == [1, 3, 3, None]


def test_without_an_authority_or_a_log_nothing_is_stamped(stamps: Stamps) -> None:
    house = stamps.house
    assert Stamper(house.ledger, house.objects, stamps.marks, None, lambda: NOW).stamp(ACME).outcome == "off"
    tsa = Tsa(lambda _: b"", b"")
    assert Stamper(house.ledger, house.objects, stamps.marks, tsa, lambda: NOW).stamp(TenantId("other")) == Stamping(
        "nothing"
    )


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotReachedError("no"), "unreachable"),
        (SlowError("slow"), "late"),
        (OutOfReachError("too_slow", "drips"), "late"),
        (OutOfReachError("too_large", "large"), "too_large"),
        (UnavailableError("503"), "broken"),
    ],
)
def test_an_authority_that_fails_is_told_and_asked_again(stamps: Stamps, error: Exception, reason: str) -> None:
    answer = stamps.send

    def fails(_: bytes) -> bytes:
        raise error

    stamps.send = fails
    for failures in (1, 2):
        assert stamps.run() == Stamping("failed", 1, reason=reason)
        assert stamps.marks.mark(ACME, "stamp").failures == failures
    stamps.send = answer
    assert stamps.run().outcome == "stamped"
    mark = stamps.marks.mark(ACME, "stamp")
    assert (mark.size, mark.outcome, mark.failures) == (1, "stamped", 0)


@pytest.mark.parametrize("answer", [b"", b"nonsense", TSA.stamp(b"other", NOW)])
def test_a_wrong_answer_is_not_kept(stamps: Stamps, answer: bytes) -> None:
    stamps.send = lambda _: answer
    assert stamps.run() == Stamping("failed", 1, reason="wrong")
    assert stamps.house.objects.log_file(ACME, "timestamps/1.tsr") is None


def test_a_time_that_is_not_now_is_not_kept(stamps: Stamps) -> None:
    stamps.send = lambda request: TSA.answer(request, stamps.now - timedelta(hours=1))
    assert stamps.run() == Stamping("failed", 1, reason="wrong_time")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_killed_anywhere_the_next_run_ends_it_with_one_token(stamps: Stamps, at: int, *, after: bool) -> None:
    with pytest.raises(Kill):
        stamps.run(stop=Stop(at, after=after))
    stamps.run()
    newest = stamps.marks.newest_stamp(ACME)
    assert newest is not None
    assert newest.size == 1
    assert stamps.sent == (2 if (at, after) == (0, False) else 1)


def test_two_at_once_keep_one_token(stamps: Stamps) -> None:
    """The slower one finds the other's, and takes its time."""
    answer = stamps.send

    def meanwhile(request: bytes) -> bytes:
        stamps.send = lambda other: TSA.answer(other, stamps.now - timedelta(seconds=7))
        assert stamps.run().outcome == "stamped"
        return answer(request)

    stamps.send = meanwhile
    assert stamps.run() == Stamping("stamped", 1, "2026-03-02T09:13:58.000000Z")
