"""A search as asked: a query, filters beside it, a stretch of time, an order."""

from dataclasses import dataclass, field
from typing import Any, Literal

from quire.domain.ids import TenantId
from quire.search.query.filters import Filters

COUNTED_UP_TO = 100_000
"""Totals are exact up to here, "at least" beyond."""

Sort = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True)
class Question:
    """A search as asked. ``since`` (included) and ``until`` (left out) are timestamps (:mod:`quire.domain.time`);
    ``zone`` is the IANA name of the time zone in which the query's days begin."""

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    since: str | None = None
    until: str | None = None
    sort: Sort | None = None
    limit: int = 25
    zone: str = "UTC"

    @property
    def ranked(self) -> bool:
        """Whether hits come by relevance: unless asked otherwise, when there is something to be relevant to."""
        return self.sort == "relevance" or (self.sort is None and bool(self.text.strip()))


def sorting(question: Question) -> list[dict[str, Any]]:
    """The order of hits; no two messages share a place, so no page repeats or leaves out a message."""
    by_time = in_time("asc" if question.sort == "oldest" else "desc")
    return [{"_score": {"order": "desc"}}, *by_time] if question.ranked else by_time


def in_time(order: Literal["asc", "desc"]) -> list[dict[str, Any]]:
    """Messages by their place in time (:func:`quire.search.mapping.place_in_time`)."""
    return [{"instant": {"order": order}}, {"place": {"order": order}}]


def within(tenant: TenantId) -> dict[str, Any]:
    """The filter no query goes without."""
    return {"term": {"tenant_id": {"value": tenant}}}
