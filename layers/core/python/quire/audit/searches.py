"""Who searched for what, read back from the audit trail, the latest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from quire.aws.audit_table import AuditTable
from quire.domain.ids import TenantId

_PAGE = 200
_MOST_READ = 4_000
"""Entries of any kind that one call looks at."""


@dataclass(frozen=True)
class Place:
    """Before which entry to go on: its day (``yyyy-mm-dd``) and id."""

    day: str
    entry_id: str


@dataclass(frozen=True)
class Searched:
    """One search as it was put on record; ``detail`` is what was asked, how it was understood and what it found."""

    entry_id: str
    at: str
    subject: str
    role: str
    status: int
    saved_search: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class SearchLog:
    """Some searches; ``after`` is where to go on, none when all were looked at."""

    searches: list[Searched]
    after: Place | None


class SearchRecords:
    """The searches of a tenant's people; ``searching`` are the actions that search."""

    def __init__(self, table: AuditTable, tenant: TenantId, searching: Collection[str]) -> None:
        self._table = table
        self._tenant = tenant
        self._searching = searching

    def page(
        self, first: date, last: date, *, limit: int, after: Place | None = None, subject: str | None = None
    ) -> SearchLog:
        """At most ``limit`` searches from ``last`` back to ``first``, both included, of everybody or one ``subject``.

        It may end early, with ``after``, when little of what was looked at was a search.
        """
        found: list[Searched] = []
        for read, (place, encoded) in enumerate(self._entries(first, last, after), 1):
            searched = self._searched(place.entry_id, encoded)
            if searched is not None and subject in (None, searched.subject):
                found.append(searched)
            if len(found) == limit or read == _MOST_READ:
                return SearchLog(found, place)
        return SearchLog(found, None)

    def _entries(self, first: date, last: date, after: Place | None) -> Iterator[tuple[Place, bytes]]:
        day = last if after is None else min(last, date.fromisoformat(after.day))
        before = after.entry_id if after and day.isoformat() == after.day else None
        while day >= first:
            more = True
            while more:
                page, more = self._table.latest(self._tenant, day.isoformat(), _PAGE, before)
                for entry_id, encoded in page:
                    yield Place(day.isoformat(), entry_id), encoded
                    before = entry_id
            day, before = day - timedelta(days=1), None

    def _searched(self, entry_id: str, encoded: bytes) -> Searched | None:
        entry = orjson.loads(encoded)
        detail = entry["detail"]
        if entry["action"] not in self._searching or "only" in detail:
            return None
        return Searched(
            entry_id=entry_id,
            at=entry["at"],
            subject=entry["principal"]["subject"],
            role=entry["principal"]["role"],
            status=entry["status"],
            saved_search=entry["resource"]["id"] if entry["resource"]["type"] == "Search" else None,
            detail=detail,
        )
