"""Use case: a tenant's indexes, or one month's, made anew from the archive while they are searched and written.

The order of effects: the lease is taken; the new indexes are made, and from then on every indexer writes there too; all
segments that are there by then are indexed, those of the journal first; what came apart is joined; what was built is
compared; searches are switched to it in one step; the old ones are deleted once nobody can still be writing to them.

Each step can be done twice, and by whoever goes on with the same run. A run that is given up leaves the old indexes as
they were.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Literal

from quire.aws.leases import Lease, Leases
from quire.domain.errors import ConflictError, CorruptError, MalformedError, NotFoundError
from quire.domain.ids import MessageId, TenantId, is_tenant_id
from quire.search.engine import Engine
from quire.search.generations import Generation, generation_of_run
from quire.search.indexer import Indexer
from quire.search.indexes import Indexes
from quire.search.mapping import month_of, read_alias
from quire.search.pool import AllOwn, Placement, Placements
from quire.search.rebuilding.sources import FIRST_DAY, Source, Sources, Span, spans

LEASE_SECONDS = 3_600
"""Longer than any step takes; a run that died holds the next one up for so long."""
_FORGOTTEN = 120
"""Seconds: an engine remembers for a minute what was removed, and takes it for newer than the same document again."""
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z", re.ASCII)
_SAMPLE, _PAGE = 200, 500


@dataclass(frozen=True)
class Rebuild:
    """A run: ``month`` is ``yyyy-mm``, or empty for all of the tenant's; ``run`` is its name. It moves all that the
    tenant has to where ``into`` says, and leaves it where it is when that is empty."""

    tenant: TenantId
    run: str
    month: str = ""
    into: Placement | Literal[""] = ""

    def __post_init__(self) -> None:
        if not is_tenant_id(self.tenant):
            raise MalformedError("not a tenant id")
        if not self.run:
            raise MalformedError("a run has a name")
        if self.month and not _MONTH.match(self.month):
            raise MalformedError("a month is yyyy-mm")
        if self.into not in ("", "own", "pooled"):
            raise MalformedError("indexes are own or pooled")
        if self.into and self.month:
            raise MalformedError("all months of a tenant are moved, or none")

    @property
    def generation(self) -> str:
        """What its indexes are told by."""
        return generation_of_run(self.run)

    @property
    def index(self) -> str | None:
        """The month as indexes are named."""
        return f"{read_alias(self.tenant)}-{self.month}" if self.month else None


@dataclass
class Step:
    """What a call came to. ``after`` is where the next goes on, while there is ``more``; ``faults`` are keys of
    segments that cannot be read."""

    segments: int
    messages: int
    after: str
    more: bool
    faults: list[str]


class Rebuilder:
    """Does the steps of runs."""

    def __init__(
        self,
        sources: Sources,
        indexer: Indexer,
        engine: Engine,
        leases: Leases,
        placements: Placements | None = None,
    ) -> None:
        self._sources = sources
        self._indexer = indexer
        self._engine = engine
        self._indexes = Indexes(engine, placements)
        self._leases = leases
        self._placements = placements or AllOwn()

    def begin(self, rebuild: Rebuild) -> list[Span]:
        """Take the lease, make the new indexes, and say which spans are to be indexed after the journal.

        Raises:
            ConflictError: another run of this tenant is under way.
            MalformedError: there is no tenant that could be moved.
        """
        self._hold(rebuild)
        now = self._placements.of(rebuild.tenant)
        if rebuild.into:
            self._place(rebuild.tenant, now)  # fails now rather than at the switch
        days = self._sources.days(rebuild.tenant)
        self._indexes.build(rebuild.tenant, self._months(rebuild, days), rebuild.generation, rebuild.into or now)
        return spans(days, f"{rebuild.month}-00" if rebuild.month and rebuild.month > "1970-01" else FIRST_DAY)

    def index(
        self, rebuild: Rebuild, span: Span | None, after: str = "", may_go_on: Callable[[], bool] = lambda: True
    ) -> Step:
        """Index a span's segments, or without one the journal's, behind ``after``, for as long as it ``may_go_on``.

        Raises:
            ConflictError: the run is over.
            UnavailableError: something did not answer; call again.
        """
        self._hold(rebuild)
        tenant = rebuild.tenant
        sources = self._sources.sealed(tenant, span, after) if span else self._sources.unsealed(tenant, after)
        step = Step(0, 0, after, more=False, faults=[])
        for source in sources:
            if not may_go_on():
                step.more = True
                break
            self._reindex(rebuild, source, step)
            step.after = source.place
        return step

    def compare(self, rebuild: Rebuild) -> dict[str, tuple[int, int]]:
        """Join what came apart, then count each month that was built: documents that are searched, and that were built.

        What was written last has to be findable already.

        Raises:
            CorruptError: something that is searched now was not built: the archive does not tell of it, or it was not
                read. The run is to be given up.
        """
        self._hold(rebuild)
        standing = self._indexes.standing(rebuild.tenant)
        self._join(standing.building)
        ours = self._engine.for_tenant(rebuild.tenant)
        counts: dict[str, tuple[int, int]] = {}
        for month, built in standing.building.of.items():
            before = standing.current.of.get(month)
            counts[month] = (ours.count(before) if before else 0, ours.count(built))
            fewer = counts[month][0] - counts[month][1]
            if before and (fewer > 0 or self._lost(before, standing.building)):
                raise CorruptError(f"messages of {month} that are searched now are not in the new index")
        return counts

    def switch(self, rebuild: Rebuild) -> list[str]:
        """Let searches see what was built; its indexes.

        Raises:
            ConflictError: there is nothing to switch to: the run is over.
        """
        self._hold(rebuild)
        built = self._indexes.switch(rebuild.tenant, rebuild.generation)
        if rebuild.into:
            self._place(rebuild.tenant, rebuild.into)
        elif not built:
            raise ConflictError("nothing was built")
        return built

    def give_up(self, rebuild: Rebuild) -> None:
        """Leave the old indexes as they are, and let nobody write to the new ones any more."""
        self._hold(rebuild)
        self._indexes.detach(rebuild.tenant, rebuild.generation)

    def end(self, rebuild: Rebuild) -> list[str]:
        """Delete what no search sees any more, and give the lease back; the names of what was deleted.

        Only when every indexer that began before the switch has ended.
        """
        lease = self._hold(rebuild)
        dropped = self._indexes.drop_detached(rebuild.tenant)
        if self._indexes.pooled():
            self._leases.keep(lease, _FORGOTTEN)
        else:
            self._leases.free(lease)
        return dropped

    def _hold(self, rebuild: Rebuild) -> Lease:
        lease = self._leases.take(f"rebuild {rebuild.tenant}", LEASE_SECONDS, rebuild.run)
        if lease is None:
            raise ConflictError("a rebuild of this tenant is under way, or was within the last two minutes")
        return lease

    def _place(self, tenant: TenantId, placement: Placement) -> None:
        try:
            self._placements.put(tenant, placement)
        except NotFoundError as error:
            raise MalformedError("there is no such tenant") from error

    def _months(self, rebuild: Rebuild, days: dict[str, int]) -> set[str]:
        """All that may hold something: fixed now, so that what comes later is written by those who see it."""
        if rebuild.index:
            return {rebuild.index}
        alias = read_alias(rebuild.tenant)
        unsealed = {
            f"{each.key.split('/')[3]}-{each.key.split('/')[4]}" for each in self._sources.unsealed(rebuild.tenant)
        }
        known = {f"{alias}-{month_of(f'{month}-01')}" for month in {*(day[:7] for day in days), *unsealed}}
        return known | set(self._indexes.standing(rebuild.tenant).current.of)

    def _reindex(self, rebuild: Rebuild, source: Source, step: Step) -> None:
        segment = (source.key, source.version_id)
        try:
            done = self._indexer.reindex(rebuild.tenant, segment, rebuild.generation, rebuild.index)
        except (CorruptError, NotFoundError):
            step.faults.append(source.key)
        else:
            step.segments += 1
            step.messages += done.messages

    def _join(self, generation: Generation) -> None:
        """Messages of which two documents were made, by writers who could not see each other's yet."""
        if not generation.of:
            return
        parted = {"bool": {"must_not": [{"exists": {"field": "content_type"}}]}}
        untold = {"bool": {"filter": [{"term": {"is_edited": True}}], "must_not": [{"exists": {"field": "history"}}]}}
        for page in self._pages(generation, {"bool": {"should": [parted, untold]}}):
            self._indexer.join(generation, page)

    def _lost(self, before: str, building: Generation) -> list[MessageId]:
        """What the new indexes lack of the newest and the oldest of what an index holds."""
        lost: list[MessageId] = []
        for order in ("asc", "desc"):
            body = {"size": _SAMPLE, "sort": [{"place": order}], "_source": False}
            hits = self._engine.for_tenant(building.tenant).search(body, index=before)["hits"]["hits"]
            ids = [MessageId(hit["_id"]) for hit in hits]
            lost += self._absent(ids, building)
        return lost

    def _absent(self, ids: Sequence[MessageId], building: Generation) -> list[MessageId]:
        body = {"size": 2 * len(ids) or 1, "_source": False, "query": {"ids": {"values": list(ids)}}}
        hits = self._engine.for_tenant(building.tenant).search(body, index=building.alias)["hits"]["hits"]
        found = {hit["_id"] for hit in hits}
        return [each for each in ids if each not in found]

    def _pages(self, generation: Generation, query: dict[str, object]) -> Iterator[tuple[MessageId, ...]]:
        """The ids that a query finds, page by page; read before the first is handed out, for what is joined moves."""
        found: list[MessageId] = []
        after: list[object] = []
        search = self._engine.for_tenant(generation.tenant).search
        while True:
            body: dict[str, object] = {"size": _PAGE, "sort": [{"place": "asc"}], "_source": False, "query": query}
            page = search(body | ({"search_after": after} if after else {}), index=generation.alias)
            hits = page["hits"]["hits"]
            if not hits:
                break
            found.extend(MessageId(hit["_id"]) for hit in hits)
            after = hits[-1]["sort"]
        yield from batched(found, _PAGE, strict=False)
