"""How deliveries are carried: repeated as the platforms do, bounded, timed."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from infra.local.senders.courier import GRAPH_POLICY, SLACK_POLICY, Answer, Courier, Policy
from infra.local.senders.outgoing import Outgoing
from infra.local.senders.slack import Retry, SlackSender

SENDER = SlackSender("http://127.0.0.1:4580/hooks/slack/c1", "a-signing-secret-of-the-tests")
AT_ONCE = Policy(pauses=(0.0, 0.0, 0.0), timeout=1.0)
Handler = Callable[[httpx.Request], httpx.Response]


def _carry(handler: Handler, policy: Policy = AT_ONCE) -> Answer:
    async def run() -> Answer:
        async with Courier(transport=httpx.MockTransport(handler)) as courier:
            return await courier.carry(lambda retry: SENDER.request(b"{}", 1_772_438_400, retry), policy)

    return asyncio.run(run())


class _Receiver:
    """Answers with the given statuses, or raises the given errors, in turn."""

    def __init__(self, *answers: int | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)


def test_an_accepted_delivery_is_sent_once() -> None:
    receiver = _Receiver(200)
    answer = _carry(receiver)
    assert (answer.taken, answer.status, answer.attempts) == (True, 200, 1)
    assert receiver.requests[0].content == b"{}"


def test_a_failed_delivery_is_repeated_with_the_reason() -> None:
    receiver = _Receiver(503, httpx.ReadTimeout("late"), httpx.ConnectError("gone"), 202)
    answer = _carry(receiver)
    assert (answer.taken, answer.attempts) == (True, 4)
    told = [
        (request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason"))
        for request in receiver.requests
    ]
    assert told == [(None, None), ("1", "http_error"), ("2", "http_timeout"), ("3", "connection_failed")]


def test_after_the_last_repetition_it_is_given_up() -> None:
    receiver = _Receiver(500, 500, 500, httpx.ConnectError("gone"))
    answer = _carry(receiver)
    assert (answer.taken, answer.status, answer.attempts, answer.failure) == (False, 0, 4, "connection_failed")


def test_a_receiver_can_stop_the_repetitions() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(500, headers={"X-Slack-No-Retry": "1"})

    assert _carry(refuse).attempts == 1


def test_redirects_are_not_followed() -> None:
    def elsewhere(_: httpx.Request) -> httpx.Response:
        return httpx.Response(307, headers={"Location": "https://slack.com/"})

    answer = _carry(elsewhere)
    assert (answer.taken, answer.status) == (False, 307)


def test_no_more_requests_at_a_time_than_allowed() -> None:
    running = most = 0

    async def handler(_: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running -= 1
        return httpx.Response(200)

    async def run() -> None:
        async with Courier(concurrency=3, transport=httpx.MockTransport(handler)) as courier:

            def make(retry: Retry | None) -> Outgoing:
                return SENDER.request(b"{}", 1_772_438_400, retry)

            await asyncio.gather(*(courier.carry(make, AT_ONCE) for _ in range(20)))

    asyncio.run(run())
    assert most == 3


def test_the_platforms_patience() -> None:
    assert SLACK_POLICY.pauses == (0.0, 60.0, 300.0)
    assert 3.5 * 3600 < sum(GRAPH_POLICY.pauses) <= 4.1 * 3600
    hurried = GRAPH_POLICY.hurried(60, timeout=15.0, most=2)
    assert hurried.pauses == pytest.approx((0.25, 0.5))
    assert hurried.timeout == 15.0
