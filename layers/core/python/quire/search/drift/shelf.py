"""The index as the check reads it: documents by id, a day's ids, and documents as they stand this moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from quire.domain.ids import MessageId, TenantId
from quire.search.documents import Document
from quire.search.drift.stretches import MINUTES, Stretch, minute_of
from quire.search.engine import Engine
from quire.search.engine_errors import NoSuchIndexError

EVENT_IDS = ("events.event.event_id",)
WHOLE = ("*",)
_LIGHT, _HEAVY = 500, 50
"""Documents a request: of ids only, and whole."""
_PAGE = 5_000
_MINUTE = "yyyy-MM-dd'T'HH:mm:ss'Z'"


@dataclass(frozen=True)
class Lying:
    """A document where it lies. ``version`` is what writes are compared with, ``guard`` what holds while it is this
    very state."""

    index: str
    message_id: MessageId
    version: int
    guard: Mapping[str, Any]
    source: Document


class Shelf:
    """Reads documents of any tenant, each only as that tenant's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_id(
        self, tenant: TenantId, messages: Iterable[MessageId], fields: Sequence[str]
    ) -> dict[MessageId, list[Lying]]:
        """Documents that searches find, wherever they lie, by message."""
        found: dict[MessageId, list[Lying]] = {}
        for wanted in batched(messages, _HEAVY if fields == WHOLE else _LIGHT, strict=False):
            body = {
                "query": {"ids": {"values": list(wanted)}},
                "size": 4 * len(wanted),
                "version": True,
                "seq_no_primary_term": True,
                "_source": list(fields),
            }
            for hit in self._search(tenant, body)["hits"]["hits"]:
                found.setdefault(MessageId(hit["_id"]), []).append(_lying(hit))
        return found

    def as_they_stand(
        self, tenant: TenantId, wanted: Iterable[tuple[str, MessageId]]
    ) -> dict[tuple[str, MessageId], Lying]:
        """Documents by (index, id), refreshed or not; those that exist."""
        found: dict[tuple[str, MessageId], Lying] = {}
        for some in batched(wanted, _HEAVY, strict=False):
            for document in self._engine.for_tenant(tenant).get_many(some, WHOLE):
                found[document["_index"], MessageId(document["_id"])] = _lying(document)
        return found

    def of_stretch(self, tenant: TenantId, stretch: Stretch) -> Iterator[tuple[str, MessageId]]:
        """(index, id) of every message of a stretch that searches find."""
        low, high = stretch.bounds
        after: list[object] = []
        while True:
            body: dict[str, Any] = {
                "query": {"range": {"instant": {"gte": low, "lt": high}}},
                "sort": [{"place": "asc"}, {"instant": "asc"}],
                "size": _PAGE,
                "track_total_hits": False,
                "_source": False,
            }
            hits = self._search(tenant, body | ({"search_after": after} if after else {}))["hits"]["hits"]
            for hit in hits:
                yield hit["_index"], MessageId(hit["_id"])
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def minutes(self, tenant: TenantId, day: str) -> tuple[int, dict[int, float]]:
        """How many messages of a day searches find, and how many of each of its minutes."""
        low, high = Stretch(day).bounds
        by_minute = {"field": "timestamp", "fixed_interval": "1m", "format": _MINUTE, "min_doc_count": 1}
        body = {
            "size": 0,
            "track_total_hits": True,
            "query": {"range": {"instant": {"gte": low, "lt": high}}},
            "aggs": {"minutes": {"date_histogram": by_minute}},
        }
        answer = self._search(tenant, body)
        buckets = answer.get("aggregations", {}).get("minutes", {}).get("buckets", ())
        told = {minute_of(day, each["key_as_string"]): float(each["doc_count"]) for each in buckets}
        found = {minute: count for minute, count in told.items() if 0 <= minute < MINUTES}
        return int(answer["hits"].get("total", {"value": 0})["value"]), found

    def days(self, tenant: TenantId) -> set[str]:
        """Days (``yyyy-mm-dd``) of which the index has any message."""
        by_day = {
            "field": "timestamp",
            "calendar_interval": "day",
            "format": "yyyy-MM-dd",
            "min_doc_count": 1,
        }
        body = {"size": 0, "aggs": {"days": {"date_histogram": by_day}}}
        answer = self._search(tenant, body)
        buckets = answer.get("aggregations", {}).get("days", {}).get("buckets", ())
        return {str(bucket["key_as_string"])[:10] for bucket in buckets if bucket["doc_count"]}

    def _search(self, tenant: TenantId, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._engine.for_tenant(tenant).search(body)
        except NoSuchIndexError:
            return {"hits": {"hits": []}}


def _lying(hit: Mapping[str, Any]) -> Lying:
    guard = {"_index": hit["_index"], "if_seq_no": int(hit["_seq_no"]), "if_primary_term": int(hit["_primary_term"])}
    return Lying(hit["_index"], MessageId(hit["_id"]), int(hit["_version"]), guard, hit.get("_source", {}))
