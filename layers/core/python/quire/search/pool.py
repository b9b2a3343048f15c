"""The pool: monthly indexes that small tenants share. Their names, and who is in it.

An index of the pool is ``tenant_pool-messages-<yyyy>-<mm>-a<analysis>-<shelf>``. A tenant's documents lie on one shelf
of a month; a rebuild puts them on another, beside those of other tenants, and takes them off the first one afterwards.
So there are as many shelves of a month as one tenant needs at a time, however many tenants there are. One of an older
analysis is filled by nobody any more, and deleted with the last who leaves it.

No tenant can be named so that its indexes have such a name: tenants' ids have no underscore. A message's id is made of
its tenant's (:func:`quire.domain.ids.message_id`), so no two tenants' documents share an id.
"""

import re
from typing import Literal, NamedTuple, Protocol

from quire.domain.ids import TenantId
from quire.search.mapping import ANALYSIS_VERSION

Placement = Literal["own", "pooled"]
"""Where a tenant's messages are indexed: in indexes of its own, or in the pool."""
POOL = "tenant_pool-messages"
_NAME = re.compile(r"(?P<pool>.+)-(?P<month>\d{4}-\d{2})-a(?P<analysis>\d+)-(?P<shelf>\d+)\Z", re.ASCII)


class Shelf(NamedTuple):
    """What the name of an index of the pool says: its month (``yyyy-mm``), and the analysis it was made with."""

    month: str
    analysis: int


class Placements(Protocol):
    """Where tenants' messages are to be indexed."""

    def of(self, tenant: TenantId) -> Placement:
        """Where this tenant's are."""
        ...

    def put(self, tenant: TenantId, placement: Placement) -> None:
        """Say where they are from now on.

        Raises:
            NotFoundError: there is no such tenant.
        """
        ...


class AllOwn:
    """No tenant is in the pool, and none can be put there."""

    def of(self, tenant: TenantId) -> Placement:  # noqa: ARG002
        """In indexes of its own."""
        return "own"

    def put(self, tenant: TenantId, placement: Placement) -> None:
        """Nothing is kept."""


def pool_pattern() -> str:
    """All indexes of the pool."""
    return f"{POOL}-*"


def shelf_name(month: str, shelf: int) -> str:
    """The index of the pool for a month (``yyyy-mm``)."""
    return f"{POOL}-{month}-a{ANALYSIS_VERSION}-{shelf}"


def shelf_of(name: str) -> Shelf | None:
    """What an index's name says, if it is one of the pool."""
    found = _NAME.match(name)
    return Shelf(found["month"], int(found["analysis"])) if found and found["pool"] == POOL else None
