"""Monthly indexes and their read alias: made on demand, any number of times, by any number of indexers."""

from collections.abc import Iterable

from quire.domain.ids import TenantId
from quire.search.engine import Engine
from quire.search.mapping import (
    MAPPING_VERSION,
    TEMPLATE_NAME,
    index_body,
    mappings,
    read_alias,
    template,
)


class Indexes:
    """The indexes of the tenants, through one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ensure(self, tenant: TenantId, wanted: Iterable[str]) -> set[str]:
        """Make sure that the ``wanted`` indexes are there with this version's mapping, behind the tenant's alias.

        One request when they are. Nothing is remembered between calls: an engine may have been emptied meanwhile, and
        an index that a write made by itself would be outside the alias, its messages never found.

        Returns:
            The names of all indexes of the tenant.
        """
        alias = read_alias(tenant)
        there = self._engine.mapping_versions(alias)
        for index in (name for name, version in there.items() if version < MAPPING_VERSION):
            self._engine.put_mapping(index, mappings())
        missing = sorted(set(wanted) - set(there))
        if missing:
            self._engine.put_template(TEMPLATE_NAME, template())
        for index in missing:
            if not self._engine.create_index(index, index_body(tenant)):
                self._engine.put_alias(index, alias)
        return {*there, *missing}
