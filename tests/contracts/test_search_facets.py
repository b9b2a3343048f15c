"""Facets, explanations, suggestions and new hits on both engines."""

import pytest

from quire.domain.ids import TenantId
from quire.search.query import Filters, Question
from quire.search.searcher import Extras
from tests.chat import Chat
from tests.search_engines import Bench

POOLED = "opensearch"
"""These are asked of a tenant of a pool too (conftest)."""


@pytest.fixture
def chat(search: Bench) -> Chat:
    return Chat(tenant=search.tenant)


def test_facets_are_of_the_whole_result_over_months(search: Bench, chat: Chat) -> None:
    times = ["2026-02-28T23:30:00Z", "2026-03-01T00:30:00Z", "2026-03-01T12:00:00Z", "2026-04-01T00:00:00Z"]
    search.index(*(chat.says("merger", str(n), at) for n, at in enumerate(times)), chat.says("lunch", "x"))
    page = search.searcher().search(
        Question(text="merger", limit=1, zone="Europe/Berlin"), extras=Extras(("platform", "day", "month", "flag"))
    )
    told = {facet.name: {each.value: each.count for each in facet.values} for facet in page.facets}
    assert page.total == 4
    assert list(told["platform"].values()) == [4]
    assert told["day"] == {"2026-03-01": 3, "2026-04-01": 1}
    assert told["month"] == {"2026-03": 3, "2026-04": 1}
    assert told["flag"] == {}
    assert all(facet.exact and not facet.more for facet in page.facets)


def test_a_filter_counts_for_every_facet_but_its_own(search: Bench, chat: Chat) -> None:
    search.index(*(chat.says("merger", str(n)) for n in range(3)))
    question = Question(text="merger", filters=Filters(platforms=("teams",)))
    page = search.searcher().search(question, extras=Extras(("platform", "channel")))
    told = {facet.name: {each.value: each.count for each in facet.values} for facet in page.facets}
    assert page.total == 0
    assert sum(told["platform"].values()) == 3
    assert told["platform"]["teams"] == 0
    assert told["channel"] == {}


def test_why_a_message_is_found(search: Bench, chat: Chat) -> None:
    search.index(chat.says("planned mergers", "a"), chat.says("merger plan", "b"))
    page = search.searcher().search(Question(text="merger plan"), extras=Extras(explain=True))
    (first, second) = page.hits
    assert first.explanation is not None
    assert second.explanation is not None
    assert [hit.document["platform_id"] for hit in page.hits] == ["b", "a"]
    assert set(first.explanation.steps) == {"as_asked", "now", "exactly"}
    assert set(second.explanation.steps) == {"now"}
    assert [(each.where, each.exactly) for each in first.explanation.reasons] == [(("text",), True)] * 2
    assert [(each.where, each.exactly) for each in second.explanation.reasons] == [(("text",), False)] * 2


def test_only_the_tenants_own_words_are_suggested(search: Bench, chat: Chat) -> None:
    other = Chat(tenant=TenantId(f"{search.tenant}-2"))
    search.index(chat.says("settlement of trades", "a"), other.says("settlementx", "b"))
    asked = Extras(suggest=True)
    assert search.searcher().search(Question(text="setlement"), extras=asked).suggestion == "settlement"
    assert search.searcher().search(Question(text="setlement lunch"), extras=asked).suggestion is None
    assert search.searcher().search(Question(text="settlementy"), extras=asked).suggestion == "settlement"


def test_what_is_fresh(search: Bench, chat: Chat) -> None:
    search.index(chat.says("merger", "a"), chat.says("merger", "b"), chat.says("lunch", "c"))
    searcher, question = search.searcher(), Question(text="merger")
    ids, total = searcher.fresh(
        question, indexed_since="2020-01-01T00:00:00Z", captured_since="2020-01-01T00:00:00Z", most=1
    )
    assert (len(ids), total) == (1, 2)
    assert searcher.fresh(
        question, indexed_since="2100-01-01T00:00:00Z", captured_since="2020-01-01T00:00:00Z", most=9
    ) == ([], 0)
