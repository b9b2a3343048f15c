"""Use case: a tenant's indexes, or one month's, made anew from the archive while they are searched and written.

The order of effects: the lease is taken; the new indexes are made, and from then on every indexer writes there too; all
segments that are there by then are indexed, those of the journal first; every message that they tell of is looked for;
what came apart is joined; what was built is compared with what is searched; searches are switched to it in one step;
the old ones are deleted once nobody can still be writing to them.

Each step can be done twice, and by whoever goes on with the same run. A run that is given up leaves the old indexes as
they were.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from quire.search.pool import AllOwn, Placement, Placements, shelf_of
from quire.search.rebuilding.comparing import Compared, Comparing
from quire.search.rebuilding.sources import FIRST_DAY, Source, Sources, Span, spans

LEASE_SECONDS = 3_600
"""Longer than any step takes; a run that died holds the next one up for so long."""
_FORGOTTEN = 120
"""Seconds after which the next run may fill places in the pool: an engine remembers for a minute what was removed, and
takes it for newer than the same document again."""
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z", re.ASCII)
_PAGE = 500


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
    segments that cannot be read. ``mended`` messages were not found until they were indexed once more, ``missing`` ones
    not even then."""

    segments: int
    messages: int
    after: str
    more: bool
    faults: list[str]
    mended: int = 0
    missing: list[MessageId] = field(default_factory=list)


class Rebuilder:
    """Does the steps of runs."""

    def __init__(
        self,
        sources: Sources,
        indexer: Indexer,
        comparing: Comparing,
        engine: Engine,
        leases: Leases,
        placements: Placements | None = None,
    ) -> None:
        self._sources = sources
        self._indexer = indexer
        self._comparing = comparing
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
        return self._each(rebuild, span, after, may_go_on, self._reindex)

    def verify(
        self, rebuild: Rebuild, span: Span | None, after: str = "", may_go_on: Callable[[], bool] = lambda: True
    ) -> Step:
        """Look for every message that a span's segments tell of, as :meth:`index` went through them; raises as that.

        What was written last has to be findable already. What is not there is indexed once more: a message that came
        in meanwhile may be on its way.
        """
        return self._each(rebuild, span, after, may_go_on, self._look_for)

    def join(self, rebuild: Rebuild) -> list[str]:
        """Join what came apart; the months that were built, as indexes are named."""
        self._hold(rebuild)
        building = self._indexes.standing(rebuild.tenant).building
        self._join(building)
        return sorted(building.of)

    def compare(
        self, rebuild: Rebuild, month: str, after: str = "", may_go_on: Callable[[], bool] = lambda: True
    ) -> Compared:
        """Look for what is searched in a month that was built, for as long as it ``may_go_on``."""
        self._hold(rebuild)
        return self._comparing.compare(self._indexes.standing(rebuild.tenant), month, after, may_go_on)

    def counts(self, rebuild: Rebuild, month: str) -> tuple[int, int]:
        """Documents of a month: that are searched, and that were built."""
        standing = self._indexes.standing(rebuild.tenant)
        before, built = standing.current.of.get(month), standing.building.of.get(month)
        ours = self._engine.for_tenant(rebuild.tenant)
        return (ours.count(before) if before else 0, ours.count(built) if built else 0)

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
        in_pool = rebuild.into or self._placements.of(rebuild.tenant) == "pooled" or any(map(shelf_of, dropped))
        if in_pool:
            self._leases.keep(lease, _FORGOTTEN)
        else:
            self._leases.free(lease)
        return dropped

    def unmoved(self, rebuild: Rebuild) -> list[str]:
        """Indexes that are searched and lie elsewhere than a tenant that was moved: of months that began meanwhile."""
        names = self._indexes.standing(rebuild.tenant).current.of.values() if rebuild.into else ()
        return sorted(name for name in names if (shelf_of(name) is None) == (rebuild.into == "pooled"))

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

    def _each(
        self,
        rebuild: Rebuild,
        span: Span | None,
        after: str,
        may_go_on: Callable[[], bool],
        work: Callable[[Rebuild, Source, Step], None],
    ) -> Step:
        """Work on segments, those of the journal where there is no span; one that cannot be read stops no other."""
        self._hold(rebuild)
        tenant = rebuild.tenant
        sources = self._sources.sealed(tenant, span, after) if span else self._sources.unsealed(tenant, after)
        step = Step(0, 0, after, more=False, faults=[])
        for source in sources:
            if not may_go_on():
                step.more = True
                break
            try:
                work(rebuild, source, step)
            except (CorruptError, NotFoundError):
                step.faults.append(source.key)
            else:
                step.segments += 1
            step.after = source.place
        return step

    def _reindex(self, rebuild: Rebuild, source: Source, step: Step) -> None:
        segment = (source.key, source.version_id)
        done = self._indexer.reindex(rebuild.tenant, segment, rebuild.generation, rebuild.index)
        step.messages += done.messages

    def _look_for(self, rebuild: Rebuild, source: Source, step: Step) -> None:
        segment = (source.key, source.version_id)
        told = self._comparing.told(segment)
        standing = self._indexes.standing(rebuild.tenant)
        step.messages += len(told)
        absent = self._comparing.absent(standing, told)
        if not absent:
            return
        self._indexer.reindex(rebuild.tenant, segment, rebuild.generation, rebuild.index)
        standing = self._indexes.standing(rebuild.tenant)
        left = self._comparing.still_absent(
            standing, {message: told[message] for message in absent}, elsewhere=rebuild.index is None
        )
        step.missing += left
        step.mended += len(absent) - len(left)

    def _join(self, generation: Generation) -> None:
        """Messages of which two documents were made, by writers who could not see each other's yet."""
        if not generation.of:
            return
        parted = {"bool": {"must_not": [{"exists": {"field": "content_type"}}]}}
        untold = {"bool": {"filter": [{"term": {"is_edited": True}}], "must_not": [{"exists": {"field": "history"}}]}}
        for page in self._pages(generation, {"bool": {"should": [parted, untold]}}):
            self._indexer.join(generation, page)

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
