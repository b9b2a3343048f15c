"""A tenant's places in the pool (:mod:`quire.search.pool`): taken, and left without a trace of its documents."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

import orjson

from quire.domain.errors import UnavailableError
from quire.domain.ids import TenantId
from quire.search.engine import AliasAction, Engine
from quire.search.generations import building_alias, is_run_alias
from quire.search.mapping import ANALYSIS_VERSION, index_body, read_alias
from quire.search.pool import pool_pattern, shelf_name, shelf_of

_PAGE = 1_000
_GONE = frozenset({200, 404})


class Shelves:
    """Makes and empties them, through one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, tenant: TenantId, names: Iterable[str], aliases: Iterable[str]) -> None:
        """Let these aliases show the tenant's documents of these indexes, made unless they are there."""
        leading, actions = list(aliases), list[AliasAction]()
        for name in names:
            self._engine.create_index(name, index_body())
            actions += [AliasAction("add", name, alias, only=tenant) for alias in leading]
        if actions:
            self._engine.move_aliases(actions)

    def free(self, tenant: TenantId, months: Mapping[str, str | None]) -> list[str]:
        """For each month (``yyyy-mm``) an index in which the tenant has no document yet, and which is not the one it is
        taken from; where it is taken from none, not the one that the first message of a month makes."""
        reader, there = self._engine.for_tenant(tenant), self._engine.indexes(pool_pattern(), aliases="-")

        def is_free(name: str) -> bool:
            return name not in there or not reader.count(name)

        names: list[str] = []
        for month, taken in months.items():
            shelves = (shelf_name(month, number) for number in count())
            names.append(next(each for each in shelves if each != (taken or shelf_name(month, 0)) and is_free(each)))
        return names

    def leave(self, tenant: TenantId) -> list[str]:
        """Remove what the tenant has where no search of it goes and nothing is being built; where that was. Only when
        nobody can still be writing there."""
        left: list[str] = []
        for name, state in self._engine.indexes(pool_pattern()).items():
            shelf = shelf_of(name)
            if shelf is None or state.aliases & {read_alias(tenant), building_alias(tenant)}:
                continue
            if self._empty(tenant, name):
                left.append(name)
            marks = [alias for alias in sorted(state.aliases) if is_run_alias(tenant, alias)]
            if marks:
                self._engine.move_aliases([AliasAction("remove", name, alias) for alias in marks])
            if state.aliases <= set(marks) and shelf.analysis < ANALYSIS_VERSION:
                self._engine.delete_index(name)
        return sorted(left)

    def _empty(self, tenant: TenantId, index: str) -> int:
        removed = 0
        for ids in self._pages(tenant, index):
            lines = [orjson.dumps({"delete": {"_index": index, "_id": each}}) for each in ids]
            answers = self._engine.bulk(b"\n".join([*lines, b""]))
            if any(int(each["status"]) not in _GONE for each in answers):
                raise UnavailableError("bulk: not all of a tenant's documents could be removed")
            removed += len(ids)
        return removed

    def _pages(self, tenant: TenantId, index: str) -> Iterator[list[str]]:
        search, after = self._engine.for_tenant(tenant).search, list[Any]()
        while True:
            body: dict[str, Any] = {"size": _PAGE, "sort": [{"place": "asc"}], "_source": False}
            hits = search(body | ({"search_after": after} if after else {}), index=index)["hits"]["hits"]
            if not hits:
                return
            yield [hit["_id"] for hit in hits]
            after = hits[-1]["sort"]
