"""The load run against a receiver and a search that answer from memory."""

import asyncio
import json
import math
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from infra.local import load
from infra.local.load import Finder, Run, figures, report, summary
from infra.local.senders.bulk import BLOCK, Bulk
from infra.local.senders.courier import Courier
from tests.unit.senders.material import opened, senders

DELIVERIES = 250


class _Stack:
    """Takes deliveries and finds them at once, but for the numbers it loses or refuses."""

    def __init__(self, lose: frozenset[int] = frozenset(), refuse: frozenset[int] = frozenset()) -> None:
        self.texts: list[str] = []
        self.tokens: list[str] = []
        self._lose = lose
        self._refuse = refuse

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if "/v1/search" in request.url.path:
            return self._search(request)
        text = self._text(json.loads(request.content))
        number = int(text.split()[-1].removeprefix("n"))
        if number in self._refuse:
            return httpx.Response(401, headers={"X-Slack-No-Retry": "1"})
        if number not in self._lose:
            self.texts.append(text)
        return httpx.Response(202)

    def _search(self, request: httpx.Request) -> httpx.Response:
        token = request.headers["Authorization"]
        self.tokens.append(token)
        if token == "Bearer stale":
            return httpx.Response(401)
        asked = json.loads(request.content)
        found = [text for text in self.texts if asked["query"] in text.split()]
        start = int(asked.get("cursor") or 0)
        page = [{"content": text} for text in found[start : start + 60]]
        following = str(start + 60) if start + 60 < len(found) else None
        return httpx.Response(200, json={"total": len(found), "hits": page, "nextCursor": following})

    @staticmethod
    def _text(body: dict[str, Any]) -> str:
        if "event" in body:
            return str(body["event"]["text"])
        content: str = opened(body["value"][0])["body"]["content"]
        return content.removeprefix("<p>").removesuffix("</p>")


def _measure(stack: _Stack) -> dict[str, Any]:
    tokens = iter(["stale", "fresh", "fresh"])

    async def run() -> dict[str, Any]:
        transport = httpx.MockTransport(stack)
        async with Courier(transport=transport) as courier, httpx.AsyncClient(transport=transport) as client:
            finder = Finder("http://127.0.0.1:4580/api", lambda: next(tokens), client)
            bulk = Bulk("qtest", datetime(2026, 3, 2, tzinfo=UTC))
            load_run = Run(senders(), courier, finder, DELIVERIES, 0.05, bulk)
            return summary(load_run, await load_run.measure())

    return asyncio.run(run())


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "PATIENCE", 1.0)
    monkeypatch.setattr(load, "POLL_SECONDS", 0.01)


@pytest.mark.usefixtures("_impatient")
def test_everything_sent_is_found_and_timed() -> None:
    stack = _Stack()
    told = _measure(stack)
    assert (told["captured"], told["searchable"], told["refused"], told["lost"]) == (DELIVERIES, DELIVERIES, 0, 0)
    assert set(told["capturedToSearchableSeconds"]) == {"p50", "p95", "p99", "max"}
    assert told["byPlatform"]["teams"]
    assert len(set(stack.texts)) == DELIVERIES
    assert stack.tokens[:2] == ["Bearer stale", "Bearer fresh"]
    assert "lost: 0" in report(told)


@pytest.mark.usefixtures("_impatient")
def test_what_is_lost_or_refused_is_told() -> None:
    told = _measure(_Stack(lose=frozenset({7}), refuse=frozenset({20, 30})))
    assert (told["captured"], told["refused"], told["searchable"], told["lost"]) == (248, 2, 247, 1)


def test_texts_carry_the_words_of_block_and_message() -> None:
    bulk = Bulk("qabc", datetime(2026, 3, 2, tzinfo=UTC))
    words = bulk.text(BLOCK + 3).split()
    assert words[-2:] == ["qabcb0001", "n000103"]
    assert len({bulk.text(number) for number in range(500)}) == 500


def test_figures_are_nearest_ranks() -> None:
    told = figures(float(value) for value in range(1, 201))
    assert told == {"p50": 100.0, "p95": 190.0, "p99": 198.0, "max": 200.0}
    assert figures([]) == {}
    assert math.isinf(figures([]).get("p99", math.inf))
