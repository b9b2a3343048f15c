"""Generations of a tenant's indexes: the one that is searched, and the one that is being built to take its place.

A month's index is ``<tenant>-messages-<yyyy>-<mm>``, or, where a rebuild made it, the same with ``-r<generation>``; or
it is one of the pool (:mod:`quire.search.pool`), where the rebuild that put the tenant there is named by an alias,
``<tenant>-messages-r<generation>``. Which generation an index is of, aliases say and nothing else: every search goes
through the read alias, and a switch is one request that takes an alias from one index and gives it to another. Until
then every live write goes to both.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quire.domain.ids import TenantId
from quire.search.engine import IndexState
from quire.search.mapping import read_alias
from quire.search.pool import shelf_of

_NAME = re.compile(r"(?P<month>.+-messages-\d{4}-\d{2})(?:-r(?P<generation>[0-9a-f]{8}))?\Z", re.ASCII)
_RUN = re.compile(r"(?P<alias>.+)-r(?P<generation>[0-9a-f]{8})\Z", re.ASCII)


@dataclass(frozen=True)
class Generation:
    """Indexes that together hold each message of a tenant once. ``of`` gives, for a month (as :func:`index_name` names
    it), the index that holds it; ``alias`` leads to all of them; ``runs`` names, for an index, the rebuilds that filled
    it."""

    tenant: TenantId
    alias: str
    of: Mapping[str, str]
    runs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def made_by(self, run: str) -> dict[str, str]:
        """The months, with their indexes, that this run (:func:`generation_of_run`) made."""
        return {month: name for month, name in self.of.items() if run in self.runs.get(name, ())}


@dataclass(frozen=True)
class Standing:
    """What a tenant has at one moment. ``building`` has no index unless a rebuild is under way."""

    current: Generation
    building: Generation


def building_alias(tenant: TenantId) -> str:
    """What leads to the indexes that are being built. No search goes through it."""
    return f"{read_alias(tenant)}-building"


def run_alias(tenant: TenantId, generation: str) -> str:
    """What says of indexes of the pool that this run put the tenant there. No search goes through it."""
    return f"{read_alias(tenant)}-r{generation}"


def is_run_alias(tenant: TenantId, alias: str) -> bool:
    """Whether an alias is one of this tenant's :func:`run_alias`."""
    told = _RUN.match(alias)
    return told is not None and told["alias"] == read_alias(tenant)


def generation_of_run(run: str) -> str:
    """What the indexes that a rebuild makes are told by: the same each time the run is asked."""
    return hashlib.sha256(run.encode()).hexdigest()[:8]


def built_name(month: str, generation: str) -> str:
    """The index of a month that a rebuild makes."""
    return f"{month}-r{generation}"


def month_index(tenant: TenantId, name: str) -> str:
    """The tenant's month that an index holds, whatever its generation; its own name where it is none of ours."""
    if shelf := shelf_of(name):
        return f"{read_alias(tenant)}-{shelf.month}"
    found = _NAME.match(name)
    return found["month"] if found else name


def is_index_of(tenant: TenantId, name: str) -> bool:
    """Whether an index holds a month of this tenant alone, and is not one of a tenant whose name begins alike."""
    found = _NAME.match(name)
    return found is not None and found["month"][:-8] == read_alias(tenant)


def generation(tenant: TenantId, alias: str, states: Mapping[str, IndexState]) -> Generation:
    """The indexes behind an alias, by month."""
    of = {month_index(tenant, name): name for name in sorted(states)}
    return Generation(tenant, alias, of, {name: frozenset(_runs(tenant, name, states[name])) for name in states})


def _runs(tenant: TenantId, name: str, state: IndexState) -> Iterator[str]:
    found = None if shelf_of(name) else _NAME.match(name)
    if found and found["generation"]:
        yield found["generation"]
    yield from (alias.rpartition("-r")[2] for alias in state.aliases if is_run_alias(tenant, alias))
