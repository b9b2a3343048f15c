"""What reads the index can see one tenant's documents only, whatever it is asked."""

import re
from pathlib import Path
from typing import Any, cast

import pytest

from quire.domain.ids import TenantId
from quire.search.engine_errors import EngineRefusedError
from quire.search.query import within
from quire.search.tenant_engine import TenantEngine, bounded

ROOT = Path(__file__).parents[3]
ACME = TenantId("acme")
OURS = within(ACME)


def filters(body: dict[str, Any]) -> list[Any]:
    return cast("list[Any]", bounded(ACME, body)["query"]["bool"]["filter"])


@pytest.mark.parametrize(
    "query",
    [
        {"match_all": {}},
        {"bool": {"should": [OURS, {"match_all": {}}]}},
        {"bool": {"must_not": [OURS]}},
        {"bool": {"filter": [within(TenantId("other"))]}},
        {"bool": {"filter": [{"bool": {"should": [OURS, {"match_all": {}}]}}]}},
        {"bool": {"filter": OURS, "should": [{"match_all": {}}]}},
        {"constant_score": {"filter": OURS}},
        {"nested": {"path": "attachments", "query": OURS}},
    ],
)
def test_the_filter_stands_around_every_query(query: dict[str, Any]) -> None:
    body = bounded(ACME, {"query": query, "size": 3})
    assert body == {"query": {"bool": {"filter": [OURS], "must": [query]}}, "size": 3}


def test_a_query_that_has_it_is_left_as_it_is() -> None:
    body = {"query": {"bool": {"filter": [OURS, {"match_all": {}}], "should": [{"match_all": {}}]}}}
    assert bounded(ACME, body) == body


def test_a_search_for_nothing_in_particular_has_it_too() -> None:
    assert filters({"size": 0, "aggs": {"a": {"max": {"field": "captured_at"}}}}) == [OURS]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"suggest": {"a": {"text": "x", "term": {"field": "content"}}}}, "suggest"),
        ({"explain": True}, "explain"),
        ({"pit": {"id": "x"}}, "pit"),
        ({"rescore": {}}, "rescore"),
        ({"collapse": {"field": "tenant_id"}}, "collapse"),
        ({"script_fields": {}}, "script_fields"),
        ({"aggs": {"a": {"global": {}, "aggs": {"b": {"terms": {"field": "user_id"}}}}}}, "global"),
        ({"aggs": {"a": {"filter": OURS, "aggs": {"b": {"global": {}}}}}}, "global"),
        ({"aggs": {"a": {"significant_text": {"field": "content"}}}}, "significant_text"),
        ({"aggs": {"a": {"significant_terms": {"field": "user_id"}}}}, "significant_terms"),
        ({"aggs": {"a": {"terms": {"field": "user_id", "min_doc_count": 0}}}}, "count of nothing"),
        ({"query": {"terms": {"user_id": {"index": "x", "id": "1", "path": "user_id"}}}}, "lookup"),
        ({"query": {"bool": {"must_not": [{"terms": {"x": {"index": "x", "id": "1", "path": "p"}}}]}}}, "lookup"),
        ({"query": {"more_like_this": {"like": [{"_index": "x", "_id": "1"}]}}}, "more_like_this"),
        ({"query": {"script": {"script": "true"}}}, "script"),
        ({"post_filter": {"percolate": {"field": "query"}}}, "percolate"),
    ],
)
def test_what_might_see_past_a_filter_is_never_sent(body: dict[str, Any], named: str) -> None:
    class Silent:
        def search(self, **_: Any) -> dict[str, Any]:
            raise AssertionError("it was sent")

    engine = TenantEngine(cast("Any", Silent()), ACME, 1)
    with pytest.raises(EngineRefusedError, match=named):
        engine.search(body)
    assert bounded(ACME, {"query": {"terms": {"user_id": ["1", "2"]}}})


def test_nothing_else_gets_hold_of_the_client() -> None:
    """By construction: what reads is made by the engine alone, and the client is nobody else's."""
    reaching = re.compile(r"\bTenantEngine\(|engine\._client|\bOpenSearch\(|/_(?:search|count|mget|msearch)\b")
    found = {
        path.name
        for path in (*ROOT.glob("layers/core/**/*.py"), *ROOT.glob("functions/**/*.py"))
        if reaching.search(path.read_text("utf-8").replace("class TenantEngine(", ""))
    }
    assert found == {"engine.py", "status.py"}, "status counts with the filter, on a developer's machine only"


def test_a_document_asked_for_by_id_has_to_be_the_tenants() -> None:
    class Documents:
        def mget(self, **_: Any) -> dict[str, Any]:
            docs = [{"_id": whose, "found": True, "_source": {"tenant_id": whose}} for whose in ("acme", "other")]
            return {"docs": [*docs, {"_id": "none", "found": False}]}

    found = TenantEngine(cast("Any", Documents()), ACME, 1).get_many([("i", "acme"), ("i", "other")], ["events"])
    assert [doc["_id"] for doc in found] == ["acme"]
