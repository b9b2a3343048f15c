"""The whole week as HTTP requests, against a receiver that answers from memory."""

import asyncio
import json
from collections import Counter

import httpx
import pytest

from infra.local.demo.__main__ import main, report
from infra.local.demo.deliveries import week_deliveries
from infra.local.demo.send import Outcome, Sending
from infra.local.demo.story import read_week
from infra.local.senders.courier import POLICIES, Courier, Policy
from tests.unit.senders.material import senders

AT_ONCE = Policy(pauses=(0.0,), timeout=5.0)
PLANNED = week_deliveries(read_week())
HANDSHAKES = [delivery for delivery in PLANNED if delivery.platform != "discord" and "handshake" in delivery.kinds]


class _Receiver:
    """Answers as a good receiver does; the first attempt of every fifth delivery meets a fault."""

    def __init__(self, faults: bool = False) -> None:
        self.requests: list[httpx.Request] = []
        self._faults = faults

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self._faults and len(self.requests) % 5 == 0 and "X-Slack-Retry-Num" not in request.headers:
            return httpx.Response(503)
        if token := request.url.params.get("validationToken") or request.url.params.get("hub.challenge"):
            return httpx.Response(200, text=token)
        if "discord" in request.url.path:
            return httpx.Response(204)
        body = json.loads(request.content)
        if body.get("type") == "url_verification":
            return httpx.Response(200, text=body["challenge"])
        return httpx.Response(200 if "slack" in request.url.path else 202)


def _send(receiver: _Receiver) -> Outcome:
    async def run() -> Outcome:
        async with Courier(transport=httpx.MockTransport(receiver)) as courier:
            return await Sending(senders(), courier, dict.fromkeys(POLICIES, AT_ONCE)).send(PLANNED)

    return asyncio.run(run())


def test_every_delivery_is_sent_once() -> None:
    receiver = _Receiver()
    outcome = _send(receiver)
    assert outcome.refused == []
    assert outcome.deliveries == len(receiver.requests) == len(PLANNED)
    assert outcome.kinds["slack: repeated delivery"] == sum(1 for d in PLANNED if d.platform == "slack" and d.resent)
    assert "make up" not in report(outcome)


def test_repeated_deliveries_bring_the_same_bytes() -> None:
    receiver = _Receiver()
    _send(receiver)
    bodies = Counter(request.content for request in receiver.requests if request.content)
    repeated = [content for content, count in bodies.items() if count > 1]
    assert len(repeated) == sum(1 for delivery in PLANNED if delivery.resent)
    retries = [request for request in receiver.requests if "X-Slack-Retry-Num" in request.headers]
    assert {request.content for request in retries} <= set(repeated)


def test_faults_are_met_with_repetition() -> None:
    outcome = _send(_Receiver(faults=True))
    assert outcome.retries > 50


def test_a_handshake_answered_wrongly_is_told() -> None:
    def deaf(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="hello")

    async def run() -> Outcome:
        async with Courier(transport=httpx.MockTransport(deaf)) as courier:
            return await Sending(senders(), courier, dict.fromkeys(POLICIES, AT_ONCE)).send(HANDSHAKES)

    outcome = asyncio.run(run())
    assert len(outcome.refused) == len(HANDSHAKES)
    assert f"NOT TAKEN: {len(HANDSHAKES)}" in report(outcome)


def test_without_a_stack_the_command_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", "/nonexistent/stack.json"]) == 2
    assert "make up" in capsys.readouterr().err
