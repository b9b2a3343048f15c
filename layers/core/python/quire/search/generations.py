"""Generations of a tenant's indexes: the one that is searched, and the one that is being built to take its place.

A month's index is ``<tenant>-messages-<yyyy>-<mm>``, or, where a rebuild made it, the same with ``-r<generation>``.
Which generation an index is of, aliases say and nothing else: every search goes through the read alias, and a switch is
one request that takes an alias from one index and gives it to another. Until then every live write goes to both.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quire.domain.ids import TenantId
from quire.search.mapping import read_alias

_NAME = re.compile(r"(?P<month>.+-messages-\d{4}-\d{2})(?:-r(?P<generation>[0-9a-f]{8}))?\Z", re.ASCII)


@dataclass(frozen=True)
class Generation:
    """Indexes that together hold each message once. ``of`` gives, for a month (as :func:`index_name` names it), the
    index that holds it; ``alias`` leads to all of them."""

    tenant: TenantId
    alias: str
    of: Mapping[str, str]


@dataclass(frozen=True)
class Standing:
    """What a tenant has at one moment. ``building`` has no index unless a rebuild is under way."""

    current: Generation
    building: Generation


def building_alias(tenant: TenantId) -> str:
    """What leads to the indexes that are being built. No search goes through it."""
    return f"{read_alias(tenant)}-building"


def generation_of_run(run: str) -> str:
    """What the indexes that a rebuild makes are told by: the same each time the run is asked."""
    return hashlib.sha256(run.encode()).hexdigest()[:8]


def built_name(month: str, generation: str) -> str:
    """The index of a month that a rebuild makes."""
    return f"{month}-r{generation}"


def month_index(name: str) -> str:
    """The month an index holds, whatever its generation; its own name where it is none of ours."""
    found = _NAME.match(name)
    return found["month"] if found else name


def is_of_generation(name: str, generation: str) -> bool:
    """Whether this run made the index."""
    found = _NAME.match(name)
    return found is not None and found["generation"] == generation


def is_index_of(tenant: TenantId, name: str) -> bool:
    """Whether an index holds a month of this tenant, and is not one of a tenant whose name begins alike."""
    found = _NAME.match(name)
    return found is not None and found["month"][:-8] == read_alias(tenant)


def generation(tenant: TenantId, alias: str, names: Iterable[str]) -> Generation:
    """The indexes behind an alias, by month."""
    return Generation(tenant, alias, {month_index(name): name for name in sorted(names)})
