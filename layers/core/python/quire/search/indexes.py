"""Monthly indexes behind their aliases: made on demand, any number of times, by any number of indexers.

A tenant's are its own, or of the pool (:mod:`quire.search.pool`); how they are filled, searched and built anew is the
same.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from quire.domain.ids import TenantId
from quire.search.engine import AliasAction, Engine, IndexState
from quire.search.generations import (
    Standing,
    building_alias,
    built_name,
    generation,
    is_index_of,
    month_index,
    run_alias,
)
from quire.search.mapping import (
    ANALYSIS_VERSION,
    MAPPING_VERSION,
    TEMPLATE_NAME,
    extension,
    index_body,
    read_alias,
    template,
)
from quire.search.pool import AllOwn, Placement, Placements, shelf_name, shelf_of
from quire.search.shelves import Shelves

_MONTH = len("yyyy-mm")


class Indexes:
    """The indexes of the tenants, through one engine. ``placements`` says where a tenant's next month is made."""

    def __init__(self, engine: Engine, placements: Placements | None = None) -> None:
        self._engine = engine
        self._placements = placements or AllOwn()
        self._shelves = Shelves(engine)

    def ensure(self, tenant: TenantId, wanted: Iterable[str]) -> Standing:
        """Make sure that the ``wanted`` months (:func:`index_name`) can be written and searched; what there is then.

        One request when they can. Nothing is remembered between calls: an engine may have been emptied meanwhile, an
        index that a write made by itself would be outside the alias, its messages never found, and whoever did not
        see that an index is being built would leave a message out of it.
        """
        states = self._states(tenant)
        self._extend(states)
        standing = _standing(tenant, states)
        missing = sorted(set(wanted) - set(standing.current.of))
        if not missing:
            return standing
        made = dict(zip(missing, missing, strict=True))
        self._put_template()
        if self._placements.of(tenant) == "own":
            self._make(missing, read_alias(tenant))
        else:  # whoever comes to a month first takes the same shelf
            made = {month: shelf_name(month[-_MONTH:], 0) for month in missing}
            self._shelves.make(tenant, made.values(), [read_alias(tenant)])
        return replace(standing, current=replace(standing.current, of={**standing.current.of, **made}))

    def ensuring(self, tenant: TenantId) -> Callable[[Iterable[str]], Standing]:
        """:meth:`ensure` for one run of a function: it asks again only where a month is wanted that was not there.

        A rebuild that begins, or ends, meanwhile leaves time for such a run: what it does not write anew is read from
        its segment, and the indexes it saw stay until it is over.
        """
        standing: Standing | None = None

        def ensure(wanted: Iterable[str]) -> Standing:
            nonlocal standing
            months = set(wanted)
            if standing is None or not months <= standing.current.of.keys():
                standing = self.ensure(tenant, months)
            return standing

        return ensure

    def standing(self, tenant: TenantId) -> Standing:
        """What there is; nothing is made."""
        return _standing(tenant, self._states(tenant))

    def to_be_rebuilt(self, tenant: TenantId) -> list[str]:
        """Indexes that are searched with an older analysis than new ones."""
        states = self._engine.indexes(read_alias(tenant), aliases=read_alias(tenant))
        return sorted(name for name, state in states.items() if state.analysis < ANALYSIS_VERSION)

    def build(self, tenant: TenantId, months: Iterable[str], of: str, into: Placement = "own") -> Standing:
        """Begin to build these months anew, as generation ``of``: from when this returns, every indexer that asks
        writes there too. What another generation left half built is detached. Twice is once."""
        standing = self.standing(tenant)
        building = building_alias(tenant)
        ours = standing.building.made_by(of)
        self._move(
            AliasAction("remove", name, building) for month, name in standing.building.of.items() if month not in ours
        )
        wanted = sorted(set(months) - set(ours) - set(standing.current.made_by(of)))
        if wanted:
            self._put_template()
        if into == "own":
            self._make([built_name(month, of) for month in wanted], building)
        else:
            before = standing.current.of
            free = self._shelves.free(tenant, {month[-_MONTH:]: before.get(month) for month in wanted})
            self._shelves.make(tenant, free, [run_alias(tenant, of), building])
        return self.standing(tenant)

    def switch(self, tenant: TenantId, of: str) -> list[str]:
        """Let searches see generation ``of`` instead of the one before, in one step; its indexes. Twice is once."""
        states = self._states(tenant)
        standing = _standing(tenant, states)
        built, alias = standing.building.made_by(of), read_alias(tenant)
        actions: list[AliasAction] = []
        for name in built.values():
            actions.append(AliasAction("add", name, alias, only=tenant if shelf_of(name) else None))
            actions.append(AliasAction("remove", name, building_alias(tenant)))
        for name, state in states.items():
            if alias in state.aliases and month_index(tenant, name) in built:
                actions.append(AliasAction("remove", name, alias))
        self._move(actions)
        return sorted({*built.values(), *standing.current.made_by(of).values()})

    def detach(self, tenant: TenantId, of: str) -> None:
        """Give generation ``of`` up, unless it is searched already: nobody writes there any more."""
        built = self.standing(tenant).building.made_by(of).values()
        self._move(AliasAction("remove", name, building_alias(tenant)) for name in built)

    def drop_detached(self, tenant: TenantId) -> list[str]:
        """Delete the tenant's indexes that no alias leads to, and its documents in the pool where none of its aliases
        does; the names of these indexes.

        Only when no indexer can be at work that saw them behind one: its write would make the index again.
        """
        states = self._engine.indexes(f"{read_alias(tenant)}-*")
        alone = [name for name, state in states.items() if not state.aliases and is_index_of(tenant, name)]
        for name in sorted(alone):
            self._engine.delete_index(name)
        return sorted([*alone, *self._shelves.leave(tenant)])

    def _states(self, tenant: TenantId) -> dict[str, IndexState]:
        alias = read_alias(tenant)
        return self._engine.indexes(alias, building_alias(tenant), aliases=f"{alias}*")

    def _extend(self, states: Mapping[str, IndexState]) -> None:
        for name, state in states.items():
            if state.mapping < MAPPING_VERSION:
                self._engine.put_mapping(name, extension(state.analysis))

    def _put_template(self) -> None:
        self._engine.put_template(TEMPLATE_NAME, template())

    def _make(self, names: Iterable[str], alias: str) -> None:
        for name in names:
            if not self._engine.create_index(name, index_body(alias)):
                self._engine.put_alias(name, alias)

    def _move(self, actions: Iterable[AliasAction]) -> None:
        if wanted := list(actions):
            self._engine.move_aliases(wanted)


def _standing(tenant: TenantId, states: Mapping[str, IndexState]) -> Standing:
    alias, building = read_alias(tenant), building_alias(tenant)
    current = {name: state for name, state in states.items() if alias in state.aliases}
    built = {name: state for name, state in states.items() if building in state.aliases and name not in current}
    return Standing(generation(tenant, alias, current), generation(tenant, building, built))
