"""Messages looked at closely: all that the archive tells of each, and its documents as they stand this moment."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from quire.domain.errors import ConflictError
from quire.domain.ids import EventId, MessageId, TenantId
from quire.domain.time import from_datetime, nanoseconds
from quire.search.documents import Known
from quire.search.drift.comparing import differing
from quire.search.drift.findings import Look, Stray
from quire.search.drift.mending import Case
from quire.search.drift.objects import Objects
from quire.search.drift.shelf import WHOLE, Lying, Shelf
from quire.search.drift.truth import Truth
from quire.search.generations import Standing
from quire.search.indexer import Indexer
from quire.search.indexes import Indexes
from quire.search.known import KnownEvents

_WORKERS = 16
_WHOLE_HASH = 1 << 64


@dataclass(frozen=True)
class Asked:
    """A look that is asked for: ``run`` names it, and decides which documents are its sample. ``until`` is when what it
    misses had to be captured; a ``full`` look compares every document."""

    tenant: TenantId
    run: str
    until: datetime
    full: bool = False

    def due(self, known: Known) -> bool:
        """Whether an event is missed where it is not known."""
        return nanoseconds(known.event.captured_at) <= nanoseconds(from_datetime(self.until))

    def in_sample(self, day: str, message: MessageId, share: float) -> bool:
        """The same each time for a run and a day, another for the next run."""
        drawn = hashlib.sha256(f"{self.run}\n{day}\n{message}".encode()).digest()[:8]
        return self.full or int.from_bytes(drawn) < share * _WHOLE_HASH


class Closely:
    """Looks at messages of any tenant."""

    def __init__(
        self,
        objects: Objects,
        events: KnownEvents,
        indexer: Indexer,
        indexes: Indexes,
        shelf: Shelf,
        clock: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._indexer = indexer
        self._indexes = indexes
        self._shelf = shelf
        self._clock = clock
        self._truth = Truth(objects, indexer.folded)

    def standing(self, tenant: TenantId) -> Standing:
        """The indexes of a tenant.

        Raises:
            ConflictError: a rebuild is under way: nobody can say what should be where.
        """
        standing = self._indexes.standing(tenant)
        if standing.building.of:
            raise ConflictError("a rebuild of this tenant is under way")
        return standing

    def outdated(self, tenant: TenantId) -> frozenset[str]:
        """Indexes that wait to be rebuilt: what releases have added to documents, theirs may be without."""
        return frozenset(self._indexes.to_be_rebuilt(tenant))

    def cases(
        self,
        asked: Asked,
        look: Look,
        held: Mapping[MessageId, Sequence[Known]],
        places: Sequence[tuple[str, MessageId]] = (),
    ) -> list[Case]:
        """Messages, of which these events are ``held``; ``places`` are where their documents may lie beside where
        searches find them. Documents of which nothing at hand tells become strays. Raises as :meth:`standing`."""
        tenant = asked.tenant
        now = self._clock()
        with ThreadPoolExecutor(_WORKERS) as pool:
            read = pool.map(lambda message: self._events.of_message(tenant, message, now), held)
            rows = dict(zip(held, read, strict=True))
        found = self._shelf.by_id(tenant, held, WHOLE)
        told = {
            message: self._truth.of(look, tenant, known, rows[message].known, found.get(message, ()))
            for message, known in held.items()
        }
        standing, outdated = self.standing(tenant), self.outdated(tenant)
        writes = {
            message: self._indexer.folded(tenant, list(known.values())) for message, known in told.items() if known
        }
        own = {message: standing.current.of.get(write.index or "", "") for message, write in writes.items()}
        wanted = {(index, message) for message, index in own.items() if index}
        wanted |= {(each.index, message) for message, documents in found.items() for each in documents} | {*places}
        stand: dict[MessageId, dict[str, Lying]] = {message: {} for message in held}
        for (index, message), document in self._shelf.as_they_stand(tenant, sorted(wanted)).items():
            stand[message][index] = document
        cases: list[Case] = []
        for message, known in told.items():
            lying = stand[message]
            if message not in writes:
                look.strays.extend(Stray(index, message, look.day) for index in lying)
                continue
            mine = lying.pop(own[message], None)
            due = {event_id for event_id, each in known.items() if asked.due(each)}
            fields = self.differs(tenant, look, known, due, mine, outdated) if mine else ()
            write, misplaced = writes[message], tuple(lying.values())
            cases.append(Case(message, known, rows[message].whole, write, mine, misplaced, fields, bool(due)))
        return cases

    def differs(
        self,
        tenant: TenantId,
        look: Look,
        told: Mapping[EventId, Known],
        due: Iterable[EventId],
        lying: Lying,
        outdated: frozenset[str],
    ) -> tuple[str, ...]:
        """Names of the fields in which a document is not what the archive tells."""
        wanted = self._truth.document(look, tenant, told, due, lying)
        return differing(lying.source, wanted or {}, outdated=lying.index in outdated)
