"""What is tried again and what is not, how long it is worth waiting, and what becomes of the platform's wishes."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from quire.domain.calls import Answer, Call, Limit, Method
from quire.domain.errors import BusyError, UnavailableError
from quire.outbound.breaker import COOL, FAILURES
from quire.outbound.faults import BrokenError, NotReachedError, SlowError
from quire.outbound.patience import Patience
from quire.outbound.transport import Pace, Reply, Request, Transport
from tests.outside import HOST, REACH, START, World

Turn = Answer | Exception
OK = Answer(200, {}, b"{}")
BAD_GATEWAY = Answer(502, {}, b"")


class Spoken(Reply):
    """An answer whose body is there."""

    def __init__(self, answer: Answer) -> None:
        self.status, self.headers, self._body = answer.status, answer.headers, answer.body

    def chunks(self, most: int) -> Iterator[bytes]:  # noqa: ARG002
        yield self._body


class Scripted(Transport):
    """Answers as it is told to, in turn; the last for ever."""

    def __init__(self, *turns: Turn, also: Callable[[], None] = lambda: None) -> None:
        self.turns = list(turns)
        self.asked: list[Request] = []
        self._also = also

    @contextmanager
    def exchange(self, request: Request, pace: Pace) -> Iterator[Reply]:  # noqa: ARG002
        self.asked.append(request)
        self._also()
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        if isinstance(turn, Exception):
            raise turn
        yield Spoken(turn)


def call(method: Method = "GET", name: str = "list") -> Call:
    """Any call."""
    return Call(method, f"https://{HOST}/list", name)


def test_a_call_is_tried_again_after_growing_pauses_of_random_length() -> None:
    world = World()
    transport = Scripted(BAD_GATEWAY, BrokenError("x"), SlowError("x"), OK)
    assert world.outside(transport).send(call()) == OK
    assert len(world.time.slept) == 3
    assert all(0 <= pause <= 0.5 * 2**tries for tries, pause in enumerate(world.time.slept))


def test_pauses_are_spread_over_their_whole_length() -> None:
    firsts = []
    for _ in range(200):
        world = World()
        world.outside(Scripted(BAD_GATEWAY, OK)).send(call())
        firsts += world.time.slept
    assert min(firsts) < 0.05
    assert max(firsts) > 0.45
    assert 0.15 < sum(firsts) / len(firsts) < 0.35


def test_tries_have_an_end() -> None:
    world, transport = World(), Scripted(BAD_GATEWAY)
    with pytest.raises(UnavailableError, match="502"):
        world.outside(transport).send(call())
    assert len(transport.asked) == world.patience.tries


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("failure", [BAD_GATEWAY, Answer(500, {}, b""), BrokenError("x"), SlowError("x")])
def test_what_may_have_changed_something_is_not_done_twice(method: Method, failure: Turn) -> None:
    transport = Scripted(failure, OK)
    with pytest.raises(UnavailableError):
        World().outside(transport).send(call(method))
    assert len(transport.asked) == 1


@pytest.mark.parametrize(
    "failure", [NotReachedError("x"), Answer(503, {}, b""), Answer(429, {"retry-after": "1"}, b"")]
)
def test_what_surely_changed_nothing_is_done_again(failure: Turn) -> None:
    assert World().outside(Scripted(failure, OK)).send(call("POST")) == OK


@pytest.mark.parametrize("status", [301, 304, 400, 401, 403, 404, 409, 410, 429])
def test_other_answers_are_the_callers_to_judge(status: int) -> None:
    transport = Scripted(Answer(status, {}, b"no"))
    assert World().outside(transport).send(call()).status == status
    assert len(transport.asked) == 1


def test_the_platforms_wish_is_granted() -> None:
    world = World()
    assert world.outside(Scripted(Answer(429, {"retry-after": "7"}, b""), OK)).send(call()) == OK
    assert 7 <= sum(world.time.slept) < 9


def test_a_wish_for_more_than_it_is_worth_is_passed_on() -> None:
    world, transport = World(), Scripted(Answer(429, {"retry-after": "3600"}, b""))
    with pytest.raises(BusyError) as busy:
        world.outside(transport).send(call())
    assert (busy.value.seconds, world.time.slept, len(transport.asked)) == (3600.0, [], 1)


def test_a_wish_holds_for_all_workers_and_for_that_method_only() -> None:
    world = World()
    asking = Scripted(Answer(429, {"retry-after": "20"}, b""))
    with pytest.raises(BusyError):
        world.impatient().outside(asking).send(call())
    world.outside(Scripted(OK)).send(call(name="other"))
    assert world.time.now == START
    world.outside(Scripted(OK)).send(call())
    assert world.time.now == pytest.approx(START + 20, abs=0.001)


@pytest.mark.parametrize(("wish", "seconds"), [("-5", 1), ("nan", 1), ("inf", 86_400), ("1e300", 86_400)])
def test_a_senseless_wish_harms_nobody(wish: str, seconds: float) -> None:
    world = World()
    with pytest.raises(BusyError) as busy:
        world.outside(Scripted(Answer(429, {"retry-after": wish}, b""))).send(call())
    assert busy.value.seconds == seconds
    assert sum(world.time.slept) < world.patience.total


def test_calls_of_one_name_keep_the_platforms_limit() -> None:
    world, went = World(), []
    reach = REACH._replace(limits={"list": Limit(calls=50, seconds=60, burst=5)})
    outside = world.outside(Scripted(OK, also=lambda: went.append(world.time.now)), reach)
    for _ in range(130):
        outside.send(call())
    assert all(sum(start <= at < start + 60 for at in went) <= 50 for start in went)
    assert went[-1] - START < 60 / 46 * 126


def test_backfill_leaves_what_live_calls_need() -> None:
    world = World()
    reach = REACH._replace(limits={"*": Limit(calls=10, seconds=60, burst=4)})
    transport = Scripted(OK)
    backfill, live = world.outside(transport, reach, "backfill"), world.outside(transport, reach)
    backfill.send(call())
    backfill.send(call())
    assert world.time.now == START
    live.send(call())
    live.send(call())
    assert world.time.now == START  # two of four were kept for them
    with pytest.raises(BusyError) as busy:
        world.outside(transport, reach._replace(limits={"*": Limit(1, 600, 1)}), "backfill").send(call())
    assert busy.value.seconds > 30


def test_an_endpoint_that_keeps_failing_is_left_alone_then_asked_once() -> None:
    world, failing = World(), Scripted(BAD_GATEWAY)
    impatient = world.impatient()
    for _ in range(FAILURES):
        with pytest.raises(UnavailableError):
            impatient.outside(failing).send(call())
    with pytest.raises(BusyError) as busy:
        impatient.outside(failing).send(call())
    assert 0 < busy.value.seconds <= COOL / 1000
    assert len(failing.asked) == FAILURES
    assert world.outside(Scripted(OK)).send(call(name="other")) == OK

    world.time.now += COOL / 1000
    others: list[float] = []

    def meanwhile() -> None:
        with pytest.raises(BusyError) as refused:
            impatient.outside(Scripted(OK)).send(call())
        others.append(refused.value.seconds)

    assert impatient.outside(Scripted(OK, also=meanwhile)).send(call()) == OK
    assert len(others) == 1
    assert all(impatient.outside(Scripted(OK)).send(call()) == OK for _ in range(3))


def test_a_download_is_judged_by_the_same_breaker() -> None:
    world = World(patience=Patience(tries=FAILURES + 5))
    transport = Scripted(Answer(503, {}, b""))
    with pytest.raises(BusyError):
        world.outside(transport).download(call(), io.BytesIO(), 10)
    assert len(transport.asked) == FAILURES


def test_what_is_no_file_is_returned_with_nothing_written() -> None:
    into = io.BytesIO()
    received = World().outside(Scripted(Answer(404, {"x": "y"}, b"<html>"))).download(call(), into, 10)
    assert (received.status, received.size, received.headers, into.getvalue()) == (404, 0, {"x": "y"}, b"")


def test_tokens_are_passed_through() -> None:
    outside = World().outside(Scripted(OK))
    assert (outside.token(), outside.token(fresh=True)) == ("old", "new")


def test_no_address_stands_in_an_error() -> None:
    secret = Call("GET", f"https://{HOST}/bot123:SECRET/getFile", "getFile")
    with pytest.raises(UnavailableError) as failed:
        World().outside(Scripted(BrokenError("x"))).send(secret)
    assert "SECRET" not in str(failed.value)
    assert "getFile" in str(failed.value)
