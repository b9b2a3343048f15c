"""Where a tenant's events lie: in archive segments, and in journal segments that are not sealed yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, pairwise

from quire.aws.journal import Journal
from quire.aws.ledger import Ledger
from quire.aws.sealed_lists import SealedLists
from quire.domain.ids import TenantId

FIRST_DAY, NO_DAY = "0", "~"
"""Before and after any day."""
_PAGE = 1_000
_MOST_SPANS = 64
"""Spans a plan: so many are worked on one after the other, or side by side, without the plan growing too large."""


@dataclass(frozen=True)
class Source:
    """A segment. ``place`` orders those of one kind; ``events`` are counted where it is sealed."""

    place: str
    key: str
    version_id: str
    events: int = 0


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to before ``until``."""

    first: str
    until: str


class Sources:
    """Lists them. Raises ``UnavailableError``.

    A segment is sealed when its rows are in the ledger, and only then settled; so whoever looks through
    :meth:`unsealed` first and :meth:`sealed` after it finds every segment that was there when it began.
    """

    def __init__(self, journal: Journal, ledger: Ledger, lists: SealedLists) -> None:
        self._journal = journal
        self._ledger = ledger
        self._lists = lists

    def unsealed(self, tenant: TenantId, after: str = "") -> Iterator[Source]:
        """Journal segments that were not dealt with, in order, those behind ``after`` only."""
        listed = (each for each in self._journal.segments(tenant) if f"{each.key} {each.version_id}" > after)
        for page in batched(listed, _PAGE, strict=False):
            settled = self._ledger.settled(tenant, page[0].key, page[-1].key)
            for each in page:
                if each.key not in settled:
                    yield Source(f"{each.key} {each.version_id}", each.key, each.version_id)

    def sealed(self, tenant: TenantId, span: Span, after: str = "") -> Iterator[Source]:
        """Archive segments of a span, in order, those behind ``after`` only."""
        for each in self._lists.between(tenant, span.first, span.until, after):
            yield Source(each.place, each.key, each.version_id, each.events)

    def days(self, tenant: TenantId) -> dict[str, int]:
        """Days (``yyyy-mm-dd``) of which something was sealed, with the number of events."""
        return self._lists.events_by_day(tenant)


def spans(days: dict[str, int], first: str = FIRST_DAY) -> list[Span]:
    """All time from day ``first`` on, in spans of about as many events each."""
    ordered = sorted(day for day in days if day >= first)
    share = sum(days[day] for day in ordered) / _MOST_SPANS
    starts: list[str] = []
    size = 0.0
    for day in ordered:
        if not starts or size >= share:
            starts.append(day)
            size = 0
        size += days[day]
    edges: Sequence[str] = [first, *starts[1:], NO_DAY]
    return [Span(low, high) for low, high in pairwise(edges)]
