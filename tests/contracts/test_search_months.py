"""A search of a span of time costs the months it touches, wherever a message is filed. On both engines."""

from typing import Any

import pytest

from quire.search.query import Question
from quire.search.tenant_engine import TenantEngine
from tests.chat import Chat
from tests.search_engines import Bench

MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04")


def asked(search: Bench, monkeypatch: pytest.MonkeyPatch, question: Question) -> tuple[list[str], dict[str, Any]]:
    """Platform ids of what is found, and what the engine says of its shards."""
    answers: list[dict[str, Any]] = []
    original = TenantEngine.search

    def watched(self: TenantEngine, body: dict[str, Any]) -> dict[str, Any]:
        answers.append(original(self, body))
        return answers[-1]

    with monkeypatch.context() as patch:
        patch.setattr(TenantEngine, "search", watched)
        page = search.searcher().search(question)
    return [hit.document["platform_id"] for hit in page.hits], answers[0]["_shards"]


@pytest.mark.parametrize("sort", ["newest", "relevance"])
def test_months_outside_are_not_read(search: Bench, monkeypatch: pytest.MonkeyPatch, sort: Any) -> None:
    chat = Chat(tenant=search.tenant)
    events = [chat.says("plan", month, at=f"{month}-15T00:00:00Z") for month in MONTHS]
    undated = chat.says("plan", "undated", at="0999-01-01T00:00:00Z")
    search.index(*events, undated, chat.says("plan", "edge", at="2026-03-01T00:00:00Z"))
    march = Question(text="plan", since="2026-03-01T00:00:00Z", until="2026-04-01T00:00:00Z", sort=sort)
    earlier = Question(text="plan", until="2000-01-01T00:00:00Z", sort=sort)
    for question, expected in ((march, ["2026-03", "edge"]), (earlier, ["undated"])):
        found, shards = asked(search, monkeypatch, question)
        assert found == expected
        assert shards["total"] == len(MONTHS) + 1
        if search.real and sort == "newest":  # by relevance each month is asked, and answers without reading
            assert shards["skipped"] == len(MONTHS)
