"""Buckets and circuits in their table: many workers, one limit; a change is written only over what it was made from."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quire.aws.limits import Buckets, Circuit, Circuits
from quire.domain.calls import Limit
from quire.domain.errors import BusyError
from quire.outbound.breaker import COOL, FAILURES, Breakers
from quire.outbound.gcra import MICRO
from quire.outbound.turns import Turns
from tests.moto_aws import Stack, stack
from tests.outside import START, MemoryBuckets, Time

NOW = int(START * MICRO)


@pytest.fixture(scope="module")
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


@pytest.fixture
def buckets(aws: Stack) -> Buckets:
    return Buckets(aws.aws.dynamodb, "limits")


@pytest.fixture
def circuits(aws: Stack) -> Circuits:
    return Circuits(aws.aws.dynamodb, "limits")


names = iter(f"bucket {number}" for number in range(10_000))
moves = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, 5000), st.integers(1, 3000), st.integers(0, 9000)),
        st.tuples(st.just("hold"), st.integers(0, 5000), st.integers(0, 20_000), st.just(0)),
    ),
    max_size=8,
)


@given(moves=moves)
@settings(max_examples=40, deadline=None)
def test_the_table_does_what_the_model_does(aws: Stack, moves: list[tuple[str, int, int, int]]) -> None:
    table, model, key, now = Buckets(aws.aws.dynamodb, "limits"), MemoryBuckets(), next(names), NOW
    for what, passes, size, ahead in moves:
        now += passes
        if what == "hold":
            table.hold(key, now + size)
            model.hold(key, now + size)
            continue
        ahead = max(ahead, size)
        took, expected = (some.take(key, now=now, step=size, ahead=ahead) for some in (table, model))
        assert took == expected


def test_many_workers_share_one_bucket(buckets: Buckets) -> None:
    """Sixteen at once, at one moment: each is given another place, and no more than the burst may go at once."""
    turns = Turns(buckets, 1_000_000, lambda: START, lambda _: None)
    line = turns.line("chat", "W1", "list", Limit(calls=60, seconds=60, burst=10))
    taken = []

    def worker(_: int) -> None:
        took = buckets.take(line.key, now=NOW, step=line.shape.step, ahead=line.shape.ahead("live", 30))
        if took.granted:
            taken.append(line.shape.wait(took.mark, NOW))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(worker, range(64)))
    step = line.shape.step / MICRO
    assert len(taken) == 10 + int(30 / step)
    assert sorted(taken) == pytest.approx([max(0, (place - 9) * step) for place in range(len(taken))])


def test_a_used_up_bucket_says_how_long(buckets: Buckets) -> None:
    turns = Turns(buckets, 1_000_000, Time(), lambda _: None)
    line = turns.line("chat", "W1", "slow", Limit(calls=1, seconds=60))
    turns.wait(line, "live", 0)
    with pytest.raises(BusyError) as busy:
        turns.wait(line, "live", 10)
    assert busy.value.seconds == pytest.approx(60, abs=0.01)
    with pytest.raises(BusyError):
        turns.wait(line, "backfill", 10)


def test_rows_end(aws: Stack, buckets: Buckets, circuits: Circuits) -> None:
    buckets.take("ends", now=NOW, step=1, ahead=1)
    circuits.put("ends too", Circuit(failures=1), 0, NOW // 1000)
    for key in ("ends", "ends too"):
        item = aws.aws.dynamodb.get_item(TableName="limits", Key={"pk": {"S": key}, "sk": {"S": "NOW"}})["Item"]
        assert 0 < int(item["ttl"]["N"]) - START <= 3601


def test_a_circuit_is_written_only_over_what_it_was_made_from(circuits: Circuits) -> None:
    full = Circuit(failures=3, since=1, open_until=2, probe="me", probe_until=3, trips=4)
    assert circuits.get("one") == (Circuit(), 0)
    assert circuits.put("one", full, 0, 0)
    assert circuits.get("one") == (full, 1)
    assert not circuits.put("one", Circuit(), 0, 0)
    assert circuits.put("one", Circuit(), 1, 0)
    assert not circuits.put("one", full, 1, 0)
    assert circuits.get("one") == (Circuit(), 2)


def test_of_many_workers_one_is_the_probe(circuits: Circuits) -> None:
    clock = Time()
    for _ in range(FAILURES):
        Breakers(circuits, clock).of("chat", "host", "list").failed()
    clock.now += COOL / 1000
    gate = threading.Barrier(12)
    admitted, refused = [], []

    def worker(number: int) -> None:
        breaker = Breakers(circuits, clock).of("chat", "host", "list")
        gate.wait()
        try:
            breaker.admit()
            admitted.append(breaker)
        except BusyError:
            refused.append(number)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(worker, range(12)))
    assert (len(admitted), len(refused)) == (1, 11)
    admitted[0].succeeded()
    Breakers(circuits, clock).of("chat", "host", "list").admit()
