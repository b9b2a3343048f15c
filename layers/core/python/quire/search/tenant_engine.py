"""What one tenant may read of the search engine: the only way to read documents there at all.

Tenants may share an index. So nothing that reads is asked of an engine, but of what :meth:`Engine.for_tenant` makes
for one tenant, and that adds the tenant's filter itself. What would read past a query's filter (suggesters, terms of
the whole index, documents looked up by id) is refused before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from quire.domain.errors import UnavailableError
from quire.domain.ids import TenantId
from quire.search.engine_errors import EngineRefusedError, NoSuchIndexError, SnapshotGoneError, translated
from quire.search.mapping import read_alias
from quire.search.query.question import within

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_KEEP = "1m"
_NO_ROOM = 429
_PARTS = frozenset(
    ("query", "size", "sort", "search_after", "track_total_hits", "_source", "aggs", "post_filter", "highlight")
) | {"seq_no_primary_term", "version"}
"""Of a search's body. Each looks at what the query found, and at nothing else; ``suggest``, ``rescore`` and ``explain``
tell of words that stand in anybody's documents."""
_COUNTS = frozenset(
    ("filter", "filters", "terms", "date_histogram", "histogram", "range", "date_range", "missing", "composite")
) | {"nested", "reverse_nested", "max", "min", "sum", "avg", "value_count", "cardinality"}
"""Aggregations of what the query found; ``global`` and the significant ones look at the whole index."""
_LOOKS_ELSEWHERE = frozenset(
    ("global", "more_like_this", "percolate", "script", "has_child", "has_parent", "indexed_shape")
)
_LEAF = (str, int, float, bytes)


class TenantEngine:
    """Reads documents of one tenant. Raises as :class:`quire.search.engine.Engine`, which makes it."""

    def __init__(self, client: OpenSearch, tenant: TenantId, seconds: float) -> None:
        self._client = client
        self._tenant = tenant
        self._seconds = seconds

    @property
    def tenant(self) -> TenantId:
        """Whose documents these are."""
        return self._tenant

    def search(
        self, body: Mapping[str, Any], *, index: str | None = None, snapshot: str | None = None
    ) -> dict[str, Any]:
        """The answer to a search: whole, or none. It is of what the tenant's searches see, or of another ``index`` or
        alias, or of a point in time, whose ``pit_id`` the answer then has.

        Raises:
            NoSuchIndexError: there is no such index or alias.
            SnapshotGoneError: the point in time is no more.
            TooWideError: a part of the query stands for too many words.
        """
        asked = bounded(self._tenant, body)
        if snapshot is not None:
            asked["pit"] = {"id": snapshot, "keep_alive": _KEEP}
        where = None if snapshot is not None else index or read_alias(self._tenant)
        try:
            with translated("search"):
                answer: dict[str, Any] = self._client.search(
                    index=where, body=asked, params={"request_timeout": self._seconds}
                )
        except NoSuchIndexError as error:
            if snapshot is None:
                raise
            # It was of an index that was deleted: a rebuild made another in its place.
            raise SnapshotGoneError("search: the snapshot's index is gone") from error
        if answer.get("timed_out") or answer.get("_shards", {}).get("failed"):
            raise UnavailableError("search: a part of the index did not answer")
        return answer

    def count(self, index: str) -> int:
        """How many of the tenant's documents an index or alias holds, as far as they can be found already."""
        body = {"size": 0, "track_total_hits": True}
        return int(self.search(body, index=index)["hits"]["total"]["value"])

    def get_many(self, wanted: Sequence[tuple[str, str]], fields: Sequence[str]) -> list[dict[str, Any]]:
        """Documents by (index, id) as they stand this moment, refreshed or not; those that exist and are the
        tenant's."""
        docs = [{"_index": index, "_id": each, "_source": ["tenant_id", *fields]} for index, each in wanted]
        with translated("get"):
            answer = self._client.mget(body={"docs": docs}, params={"request_timeout": self._seconds})
        return [doc for doc in answer["docs"] if doc.get("found") and doc["_source"].get("tenant_id") == self._tenant]

    def open_snapshot(self) -> str | None:
        """A point in time of what the tenant's searches see, kept for a minute after each use; ``None`` when there is
        no room: an engine holds a few hundred, and one of a tenant's alias counts once for every month.

        Raises:
            NoSuchIndexError: nothing was ever indexed.
        """
        from opensearchpy.exceptions import TransportError

        params = {"keep_alive": _KEEP, "request_timeout": self._seconds}
        with translated("open snapshot"):
            try:
                return str(self._client.create_pit(index=read_alias(self._tenant), params=params)["pit_id"])
            except TransportError as error:
                if error.status_code != _NO_ROOM:
                    raise
                return None

    def close_snapshot(self, snapshot: str) -> None:
        """Give a point in time back early; where that fails, it ends by itself a minute later."""
        with suppress(UnavailableError), translated("close snapshot"):
            self._client.delete_pit(body={"pit_id": [snapshot]}, params={"request_timeout": self._seconds})


def bounded(tenant: TenantId, body: Mapping[str, Any]) -> dict[str, Any]:
    """A search's body that can see documents of ``tenant`` only. Pure.

    Raises:
        EngineRefusedError: it has a part that might see past a filter.
    """
    for fault in _faults(body):
        raise EngineRefusedError(f"search: {fault} looks beyond one tenant")
    query = body.get("query")
    if query is not None and _has_filter(tenant, query):
        return dict(body)
    return {**body, "query": {"bool": {"filter": [within(tenant)], **({} if query is None else {"must": [query]})}}}


def _has_filter(tenant: TenantId, query: Mapping[str, Any]) -> bool:
    filters = query["bool"].get("filter") if set(query) == {"bool"} else None
    return isinstance(filters, list) and within(tenant) in filters


def _faults(body: Mapping[str, Any]) -> Iterator[str]:
    yield from sorted(set(body) - _PARTS)
    yield from _faults_of_counts(body.get("aggs", {}))
    yield from _looking_elsewhere(body)


def _faults_of_counts(counts: Mapping[str, Any]) -> Iterator[str]:
    for each in counts.values():
        yield from sorted(set(each) - _COUNTS - {"aggs", "meta"})
        yield from _faults_of_counts(each.get("aggs", {}))
        if each.get("terms", {}).get("min_doc_count") == 0:
            yield "a count of nothing"


def _looking_elsewhere(part: Any) -> Iterator[str]:
    if part is None or isinstance(part, _LEAF):  # nearly all: asking for these first halves the time
        return
    if isinstance(part, Mapping):
        for name, each in part.items():
            if name in _LOOKS_ELSEWHERE:
                yield name
            if name == "terms" and isinstance(each, Mapping):  # values read off a document of any index
                yield from ("a lookup" for values in each.values() if isinstance(values, Mapping) and "id" in values)
            yield from _looking_elsewhere(each)
    elif isinstance(part, Sequence):
        for each in part:
            yield from _looking_elsewhere(each)
