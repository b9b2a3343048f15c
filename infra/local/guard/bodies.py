"""What of a request's body OpenSearch Serverless takes: settings it does not let anybody make, searches it cannot run.

Lists of what is allowed, so that a member nobody thought of is refused until somebody has looked it up.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

_SETTINGS = frozenset({"analysis", "similarity", "mapping", "max_ngram_diff", "max_shingle_diff"})
"""Shards, replicas and the refresh are the service's own affair."""
_INDEX = frozenset({"settings", "mappings", "aliases"})
_TEMPLATE = frozenset({"index_patterns", "template", "priority", "composed_of", "version", "_meta"})
_OF_A_SEARCH = (
    "query sort size from search_after pit slice track_total_hits track_scores _source fields docvalue_fields "
    "stored_fields script_fields highlight aggs aggregations suggest collapse min_score post_filter rescore explain "
    "timeout terminate_after seq_no_primary_term version indices_boost"
)
_SEARCH = frozenset(_OF_A_SEARCH.split())
_ACTIONS = frozenset({"index", "create", "update", "delete"})
_HEAD = frozenset({"_index", "_id", "version", "version_type", "if_seq_no", "if_primary_term", "retry_on_conflict"})
_CREATES = re.compile(r"/[^/_][^/]*")
_SEARCHES = re.compile(r"(/[^/_][^/]*)?/_(search|count)")


def refused_body(method: str, path: str, body: bytes) -> str | None:
    """What is wrong with the body, ``None`` where nothing is. What is no JSON is left to the engine to refuse."""
    if not body:
        return None
    if path.endswith("/_bulk"):
        return _first(_in_bulk(body))
    if path.endswith("/_msearch"):
        return _first(fault for line in body.splitlines()[1::2] for fault in _in_search(_read(line)))
    content = _read(body)
    if method == "PUT" and _CREATES.fullmatch(path):
        return _first(_in_index(content))
    if "_template/" in path and method in ("PUT", "POST"):
        return _first(_in_template(content))
    if _SEARCHES.fullmatch(path):
        return _first(_in_search(content))
    return None


def _read(text: bytes) -> Mapping[str, Any]:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def _first(faults: Iterator[str]) -> str | None:
    return next(faults, None)


def _in_index(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _others(content, _INDEX, "unknown key [{}] for create index")
    yield from _in_settings(content.get("settings", {}))


def _in_template(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _others(content, _TEMPLATE, "[index_template] unknown field [{}]")
    yield from _in_index(content.get("template", {}))


def _in_settings(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        if name == "index" and isinstance(value, dict):
            yield from _in_settings(value)
            continue
        if name.removeprefix("index.").partition(".")[0] not in _SETTINGS:
            yield f"setting [{name}] is not supported"
        # Packages of files belong to managed domains: lists stand in the settings themselves.
        yield from (f"setting [{found}] names a file" for found in _keys(value) if found.endswith("_path"))


def _in_search(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _others(content, _SEARCH, "unknown key [{}] in the search")
    if "slice" in content and "pit" not in content:
        yield "[slice] can only be used with a point in time"
    scripts = (value for key, value in _pairs(content) if key == "script" and isinstance(value, dict))
    yield from ("stored scripts are not supported" for script in scripts if "id" in script)


def _in_bulk(body: bytes) -> Iterator[str]:
    lines = iter(body.splitlines())
    for line in lines:
        head = _read(line)
        action, about = next(iter(head.items()), ("", {}))
        if action not in _ACTIONS:
            yield "malformed action/metadata line"
            return
        yield from _others(about, _HEAD, "action/metadata line contains an unknown parameter [{}]")
        if action != "delete":
            next(lines, None)


def _others(content: Mapping[str, Any], known: frozenset[str], text: str) -> Iterator[str]:
    return (text.format(name) for name in content if name not in known)


def _keys(value: Any) -> Iterator[str]:
    return (key for key, _ in _pairs(value))


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key, each
            yield from _pairs(each)
    elif isinstance(value, list):
        for each in value:
            yield from _pairs(each)
