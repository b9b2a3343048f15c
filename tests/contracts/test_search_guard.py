"""The guard in front of the engines: what OpenSearch Serverless has passes unchanged, what it lacks is refused."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import pytest
from opensearchpy import NotFoundError, OpenSearch, RequestError

from infra.local.guard.bodies import refused_body
from infra.local.guard.paths import refused_parameter, unknown_path
from infra.local.guard.proxy import REFUSED, Guard, guarded
from quire.search.engine import connect
from quire.search.engine_errors import EngineRefusedError

LACKED = [
    ("GET", "/"),
    ("POST", "/_refresh"),
    ("POST", "/i/_refresh"),
    ("POST", "/i/_flush"),
    ("POST", "/i/_forcemerge"),
    ("POST", "/_reindex"),
    ("POST", "/i/_update_by_query"),
    ("POST", "/i/_delete_by_query"),
    ("POST", "/_search/scroll"),
    ("DELETE", "/_search/scroll"),
    ("PUT", "/_bulk"),
    ("GET", "/_cluster/health"),
    ("PUT", "/_cluster/settings"),
    ("GET", "/_nodes/stats"),
    ("GET", "/_cat/shards"),
    ("PUT", "/_ingest/pipeline/p"),
    ("PUT", "/_search/pipeline/p"),
    ("PUT", "/_plugins/_ism/policies/p"),
    ("PUT", "/_scripts/s"),
    ("PUT", "/_snapshot/s"),
    ("POST", "/i/_close"),
    ("POST", "/i/_open"),
    ("PUT", "/i/_settings"),
    ("POST", "/i/_rollover"),
    ("PUT", "/i/_clone/j"),
    ("POST", "/i/_search/template"),
    ("GET", "/_tasks"),
]
HAS = [
    ("POST", "/_bulk"),
    ("POST", "/i/_bulk"),
    ("PUT", "/i/_doc/1"),
    ("DELETE", "/i/_doc/1"),
    ("PUT", "/i/_create/1"),
    ("POST", "/i/_update/1"),
    ("POST", "/i,j/_search"),
    ("POST", "/_search"),
    ("POST", "/_msearch"),
    ("POST", "/_mget"),
    ("POST", "/t-messages/_search/point_in_time"),
    ("DELETE", "/_search/point_in_time"),
    ("POST", "/t-*/_count"),
    ("POST", "/i/_analyze"),
    ("PUT", "/i"),
    ("DELETE", "/i"),
    ("HEAD", "/i"),
    ("GET", "/i/_mapping"),
    ("PUT", "/i/_mapping"),
    ("GET", "/i/_settings"),
    ("POST", "/_aliases"),
    ("PUT", "/i/_alias/a"),
    ("GET", "/_alias/a"),
    ("PUT", "/_index_template/t"),
]


@pytest.mark.parametrize(("method", "path"), LACKED)
def test_operations_it_lacks(method: str, path: str) -> None:
    assert unknown_path(method, path)


@pytest.mark.parametrize(("method", "path"), HAS)
def test_operations_it_has(method: str, path: str) -> None:
    assert not unknown_path(method, path)


@pytest.mark.parametrize(
    ("parameters", "refused"),
    [
        ({"refresh": "true"}, True),
        ({"refresh": "wait_for"}, True),
        ({"refresh": "false"}, False),
        ({"master_timeout": "1s"}, True),
        ({"cluster_manager_timeout": "1s"}, True),
        ({"wait_for_active_shards": "1"}, True),
        ({"scroll": "1m"}, True),
        ({"pipeline": "p"}, True),
        ({"search_pipeline": "p"}, True),
        ({"keep_alive": "1m", "filter_path": "*.mappings._meta"}, False),
    ],
)
def test_parameters(parameters: dict[str, str], refused: bool) -> None:
    assert (refused_parameter(parameters) is not None) == refused


def _lines(*lines: Any) -> bytes:
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        ("/i", {"settings": {"number_of_shards": 1}}, "number_of_shards"),
        ("/i", {"settings": {"index": {"refresh_interval": "1s"}}}, "refresh_interval"),
        ("/i", {"settings": {"index.number_of_replicas": 0}}, "number_of_replicas"),
        ("/i", {"settings": {"analysis": {"filter": {"s": {"synonyms_path": "s.txt"}}}}}, "synonyms_path"),
        ("/i", {"settings": {"analysis": {"filter": {"s": {"synonyms": ["a,b"]}}}}}, None),
        ("/i", {"warmers": {}}, "warmers"),
        ("/_index_template/t", {"template": {"settings": {"number_of_shards": 1}}}, "number_of_shards"),
        ("/_index_template/t", {"index_patterns": ["i"], "data_stream": {}}, "data_stream"),
        ("/_index_template/t", {"index_patterns": ["i"], "template": {"settings": {"analysis": {}}}}, None),
    ],
)
def test_settings(path: str, body: Any, refused: str | None) -> None:
    found = refused_body("PUT", path, orjson.dumps(body))
    assert found is None if refused is None else refused in (found or "")


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"query": {"match_all": {}}, "slice": {"id": 0, "max": 2}}, "slice"),
        ({"query": {"match_all": {}}, "slice": {"id": 0, "max": 2}, "pit": {"id": "p"}}, None),
        ({"profile": True}, "profile"),
        ({"search_pipeline": {}}, "search_pipeline"),
        ({"query": {"script_score": {"query": {}, "script": {"id": "mine"}}}}, "stored scripts"),
        ({"query": {"script_score": {"query": {}, "script": {"source": "1"}}}}, None),
        ({"aggs": {"a": {"terms": {"field": "f"}}}, "search_after": [1], "highlight": {}}, None),
    ],
)
def test_searches(body: Any, refused: str | None) -> None:
    for path, sent in (("/i/_search", orjson.dumps(body)), ("/_msearch", _lines({"index": "i"}, body))):
        found = refused_body("POST", path, sent)
        assert found is None if refused is None else refused in (found or "")


def test_bulk_actions() -> None:
    guard = {"_index": "i", "_id": "1", "version": 1, "version_type": "external"}
    document = {"pipeline": "a document may say anything"}
    good = _lines({"index": guard}, document, {"delete": guard}, {"create": {"_index": "i", "_id": "2"}}, document)
    assert refused_body("POST", "/_bulk", good) is None
    through = _lines({"delete": guard}, {"index": {**guard, "pipeline": "p"}}, document)
    assert "pipeline" in str(refused_body("POST", "/_bulk", through))
    assert refused_body("POST", "/i/_bulk", _lines({"reindex": guard}, {})) is not None


@pytest.fixture
def guard(embedded_engine: str) -> Iterator[Guard]:
    with guarded(embedded_engine) as made:
        yield made


def test_refused_as_a_collection_refuses(guard: Guard) -> None:
    """And remembered: the product's own engine calls it a fault of ours."""
    client = OpenSearch([guard.url])
    wrong: list[tuple[Callable[[], object], type[Exception]]] = [
        (lambda: client.indices.refresh(index="i"), NotFoundError),
        (lambda: client.index(index="i", body={}, id="1", params={"refresh": "true"}), RequestError),
        (lambda: connect(guard.url).create_index("i", {"settings": {"number_of_shards": 1}}), EngineRefusedError),
    ]
    for ask, error in wrong:
        with pytest.raises(error):
            ask()
    client.close()
    assert [(each.method, each.path) for each in guard.refused] == [
        ("POST", "/i/_refresh"),
        ("PUT", "/i/_doc/1"),
        ("PUT", "/i"),
    ]
    listed = httpx.get(guard.url + REFUSED).json()
    assert [each["reason"] for each in listed["refused"]] == [each.reason for each in guard.refused]
    assert (listed["count"], listed["refused"][1]["reason"]) == (3, "true refresh policy is not supported.")
    assert httpx.delete(guard.url + REFUSED).json() == listed
    assert httpx.get(guard.url + REFUSED).json() == {"count": 0, "refused": []}


def test_everything_else_passes_unchanged(guard: Guard, embedded_engine: str) -> None:
    path = "/guarded-1/_doc/a%20b"
    made = httpx.put(guard.url + path, json={"text": "x"})
    assert made.status_code == 201
    through, around = httpx.get(guard.url + path), httpx.get(embedded_engine + path)
    assert (through.status_code, through.json()) == (around.status_code, around.json())
    packed = gzip.compress(orjson.dumps({"docs": [{"_index": "guarded-1", "_id": "a b"}]}))
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    assert httpx.post(f"{guard.url}/_mget", content=packed, headers=headers).json()["docs"][0]["found"]
    httpx.delete(f"{guard.url}/guarded-1")
    assert guard.refused == []


def test_a_guard_of_nothing_says_so() -> None:
    with guarded("http://127.0.0.1:9") as made:
        assert httpx.post(f"{made.url}/i/_search", json={}).status_code == 503
