"""Monthly indexes behind their aliases: made on demand, any number of times, by any number of indexers."""

from collections.abc import Iterable, Mapping

from quire.domain.ids import TenantId
from quire.search.engine import AliasAction, Engine, IndexState
from quire.search.generations import (
    Standing,
    building_alias,
    built_name,
    generation,
    is_index_of,
    is_of_generation,
    month_index,
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


class Indexes:
    """The indexes of the tenants, through one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ensure(self, tenant: TenantId, wanted: Iterable[str]) -> Standing:
        """Make sure that the ``wanted`` months (:func:`index_name`) can be written and searched; what there is then.

        One request when they can. Nothing is remembered between calls: an engine may have been emptied meanwhile, an
        index that a write made by itself would be outside the alias, its messages never found, and whoever did not
        see that an index is being built would leave a message out of it.
        """
        alias = read_alias(tenant)
        states = self._engine.indexes(alias, building_alias(tenant))
        self._extend(states)
        standing = _standing(tenant, states)
        missing = sorted(set(wanted) - set(standing.current.of))
        if not missing:
            return standing
        self._make(missing, alias)
        current = generation(tenant, alias, [*standing.current.of.values(), *missing])
        return Standing(current, standing.building)

    def standing(self, tenant: TenantId) -> Standing:
        """What there is; nothing is made."""
        return _standing(tenant, self._engine.indexes(read_alias(tenant), building_alias(tenant)))

    def to_be_rebuilt(self, tenant: TenantId) -> list[str]:
        """Indexes that are searched with an older analysis than new ones."""
        states = self._engine.indexes(read_alias(tenant))
        return sorted(name for name, state in states.items() if state.analysis < ANALYSIS_VERSION)

    def build(self, tenant: TenantId, months: Iterable[str], of: str) -> Standing:
        """Begin to build these months anew, as generation ``of``: from when this returns, every indexer that asks
        writes there too. What another generation left half built is detached. Twice is once."""
        standing = self.standing(tenant)
        left = [name for name in standing.building.of.values() if not is_of_generation(name, of)]
        self._move(AliasAction("remove", name, building_alias(tenant)) for name in left)
        there = {name for name in standing.building.of.values() if name not in left}
        there |= {name for name in standing.current.of.values() if is_of_generation(name, of)}
        self._make(sorted({built_name(month, of) for month in months} - there), building_alias(tenant))
        return self.standing(tenant)

    def switch(self, tenant: TenantId, of: str) -> list[str]:
        """Let searches see generation ``of`` instead of the one before, in one step; its indexes. Twice is once."""
        standing = self.standing(tenant)
        built = [name for name in standing.building.of.values() if is_of_generation(name, of)]
        actions: list[AliasAction] = []
        for name in built:
            actions.append(AliasAction("add", name, standing.current.alias))
            actions.append(AliasAction("remove", name, standing.building.alias))
            if before := standing.current.of.get(month_index(name)):
                actions.append(AliasAction("remove", before, standing.current.alias))
        self._move(actions)
        now = standing.current.of.values()
        return sorted({*built, *(name for name in now if is_of_generation(name, of))})

    def detach(self, tenant: TenantId, of: str) -> None:
        """Give generation ``of`` up, unless it is searched already: nobody writes there any more."""
        built = [name for name in self.standing(tenant).building.of.values() if is_of_generation(name, of)]
        self._move(AliasAction("remove", name, building_alias(tenant)) for name in built)

    def drop_detached(self, tenant: TenantId) -> list[str]:
        """Delete the tenant's indexes that no alias leads to; their names.

        Only when no indexer can be at work that saw them behind one: its write would make the index again.
        """
        states = self._engine.indexes(f"{read_alias(tenant)}-*")
        alone = [name for name, state in states.items() if not state.aliases and is_index_of(tenant, name)]
        for name in sorted(alone):
            self._engine.delete_index(name)
        return sorted(alone)

    def _extend(self, states: Mapping[str, IndexState]) -> None:
        for name, state in states.items():
            if state.mapping < MAPPING_VERSION:
                self._engine.put_mapping(name, extension(state.analysis))

    def _make(self, names: Iterable[str], alias: str) -> None:
        for number, name in enumerate(names):
            if not number:
                self._engine.put_template(TEMPLATE_NAME, template())
            if not self._engine.create_index(name, index_body(alias)):
                self._engine.put_alias(name, alias)

    def _move(self, actions: Iterable[AliasAction]) -> None:
        if wanted := list(actions):
            self._engine.move_aliases(wanted)


def _standing(tenant: TenantId, states: Mapping[str, IndexState]) -> Standing:
    alias, building = read_alias(tenant), building_alias(tenant)
    current = (name for name, state in states.items() if alias in state.aliases)
    built = (name for name, state in states.items() if building in state.aliases and alias not in state.aliases)
    return Standing(generation(tenant, alias, current), generation(tenant, building, built))
