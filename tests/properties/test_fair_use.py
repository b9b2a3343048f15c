"""Limits that hold in every window, queues in which nobody starves, and one probe at a time."""

import heapq
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from quire.aws.limits import Circuit
from quire.domain.calls import Limit
from quire.domain.errors import BusyError
from quire.outbound.breaker import PROBE, Breakers, failed, probing, succeeded, waits
from quire.outbound.gcra import MICRO, Priority, shape
from tests.outside import START, MemoryBuckets, MemoryCircuits, Time

NOW = int(START * MICRO)
limits = st.builds(
    Limit, calls=st.integers(1, 40), seconds=st.floats(0.1, 100, allow_nan=False), burst=st.integers(1, 60)
)
arrivals = st.lists(st.tuples(st.integers(0, 3 * MICRO), st.sampled_from(("live", "backfill"))), max_size=120)


def goes(limit: Limit, calls: list[tuple[int, Priority]], longest: float) -> list[tuple[int, Priority]]:
    """When each call goes that is let; calls are pauses in microseconds and priorities."""
    buckets, bucket, now, went = MemoryBuckets(), shape(limit), NOW, []
    for pause, priority in calls:
        now += pause
        taken = buckets.take("b", now=now, step=bucket.step, ahead=bucket.ahead(priority, longest))
        if taken.granted:
            went.append((now + int(bucket.wait(taken.mark, now) * MICRO + 0.5), priority))
    return went


@given(limit=limits, calls=arrivals, longest=st.floats(0, 30, allow_nan=False))
def test_no_window_holds_more_than_the_limit(limit: Limit, calls: list[tuple[int, Priority]], longest: float) -> None:
    times = sorted(at for at, _ in goes(limit, calls, longest))
    window = int(limit.seconds * MICRO)
    for first, last in zip(times, times[limit.calls :], strict=False):
        assert last - first >= window


@given(limit=limits, idle=st.integers(0, 10**9), more=st.integers(1, 60))
def test_no_window_holds_more_than_the_limit_when_everybody_comes_at_once(limit: Limit, idle: int, more: int) -> None:
    at_once: list[tuple[int, Priority]] = [(0, "live")] * (limit.calls + more)
    crowd: list[tuple[int, Priority]] = [(0, "live"), (idle, "live"), *at_once]
    times = sorted(at for at, _ in goes(limit, crowd, 1e9))
    assert len(times) == len(crowd)
    assert all(
        last - first >= int(limit.seconds * MICRO) for first, last in zip(times, times[limit.calls :], strict=False)
    )


@given(limit=limits, calls=arrivals, longest=st.floats(0, 30, allow_nan=False))
def test_no_moment_holds_more_than_the_burst(limit: Limit, calls: list[tuple[int, Priority]], longest: float) -> None:
    times = [at for at, _ in goes(limit, calls, longest)]
    assert all(len(list(same)) <= max(1, limit.burst) for _, same in itertools.groupby(sorted(times)))


@given(limit=limits, workers=st.integers(1, 8), calls=st.integers(1, 10))
def test_nobody_starves(limit: Limit, workers: int, calls: int) -> None:
    """Workers that all call again as soon as they may each get their share, in the order in which they came."""
    buckets, bucket = MemoryBuckets(), shape(limit)
    queue = [(NOW, worker) for worker in range(workers)]
    turns: list[int] = []
    while len(turns) < workers * calls:
        now, worker = heapq.heappop(queue)
        taken = buckets.take("b", now=now, step=bucket.step, ahead=bucket.ahead("live", 1e9))
        assert taken.granted
        turns.append(worker)
        heapq.heappush(queue, (now + max(1, int(bucket.wait(taken.mark, now) * MICRO)), worker))
    counts = [turns.count(worker) for worker in range(workers)]
    assert max(counts) - min(counts) <= bucket.burst


@given(limit=limits, others=st.integers(0, 30))
def test_a_live_call_waits_no_longer_for_backfill_than_for_one_step(limit: Limit, others: int) -> None:
    buckets, bucket = MemoryBuckets(), shape(limit)
    for _ in range(others):
        buckets.take("b", now=NOW, step=bucket.step, ahead=bucket.ahead("backfill", 30))
    taken = buckets.take("b", now=NOW, step=bucket.step, ahead=bucket.ahead("live", 1e9))
    wait = bucket.wait(taken.mark, NOW)
    assert wait == 0 if bucket.reserve else wait <= bucket.step / MICRO


@given(limit=limits, queue=st.integers(1, 30))
def test_backfill_never_goes_before_a_live_call_that_waits(limit: Limit, queue: int) -> None:
    buckets, bucket = MemoryBuckets(), shape(limit)
    waits_ = [
        bucket.wait(buckets.take("b", now=NOW, step=bucket.step, ahead=bucket.ahead("live", 1e9)).mark, NOW)
        for _ in range(queue)
    ]
    if max(waits_) > 0:
        now = NOW + int(max(waits_) * MICRO) - 1
        assert not buckets.take("b", now=now, step=bucket.step, ahead=bucket.ahead("backfill", 30)).granted


@given(limit=limits)
def test_backfill_gets_the_whole_pace_when_nobody_else_calls(limit: Limit) -> None:
    buckets, bucket = MemoryBuckets(), shape(limit)
    for turn in range(20):
        now = NOW + turn * bucket.step
        assert buckets.take("b", now=now, step=bucket.step, ahead=bucket.ahead("backfill", 30)).granted


steps = st.lists(
    st.tuples(st.sampled_from(("pass", "admit", "fail", "succeed")), st.integers(0, 5), st.integers(0, 40_000)),
    max_size=80,
)


@given(steps=steps)
@settings(max_examples=300)
def test_there_is_never_more_than_one_probe(steps: list[tuple[str, int, int]]) -> None:
    """Six workers in any order, at any pace: while a circuit is open at most one of them has been let through."""
    circuits, clock = MemoryCircuits(), Time()
    workers = [Breakers(circuits, clock) for _ in range(6)]
    under_way: dict[int, tuple[object, float, bool]] = {}
    for what, number, passes in steps:
        clock.now += passes / 1000 if what == "pass" else 0
        if what == "admit" and number not in under_way:
            breaker = workers[number].of("chat", "h", "c")
            was_open = bool(circuits.get("CIRCUIT#chat#h#c")[0].open_until)
            try:
                breaker.admit()
            except BusyError:
                continue
            knew = bool(workers[number].look("CIRCUIT#chat#h#c").open_until)
            under_way[number] = (breaker, clock.now, was_open and knew)
        elif what in {"fail", "succeed"} and number in under_way:
            breaker = under_way.pop(number)[0]  # type: ignore[assignment]
            breaker.failed() if what == "fail" else breaker.succeeded()
        circuit, _ = circuits.get("CIRCUIT#chat#h#c")
        if circuit.open_until:
            fresh = [since for _, since, probe in under_way.values() if probe and clock.now - since < PROBE / 1000]
            assert len(fresh) <= 1


@given(at=st.integers(0, 10**6), trips=st.integers(0, 20))
def test_a_late_word_of_another_worker_changes_nothing_while_it_is_open(at: int, trips: int) -> None:
    circuit = probing(Circuit(failures=8, open_until=1, trips=trips), 1 + at, "me")
    assert circuit.probe == "me"
    for other in ("", "you"):
        assert failed(circuit, at, other) == circuit
        assert succeeded(circuit, at, other) == circuit
    assert succeeded(circuit, at, "me") == Circuit()
    assert waits(failed(circuit, at, "me"), at) >= 15_000


@given(circuit=st.builds(Circuit, open_until=st.integers(0, 10**6), probe_until=st.integers(0, 10**6)))
def test_an_open_circuit_lets_somebody_try_in_the_end(circuit: Circuit) -> None:
    now = 2 * 10**6 + PROBE
    assert waits(circuit, now) == 0
    assert probing(circuit, now, "me").probe == ("me" if circuit.open_until else "")
