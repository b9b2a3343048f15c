"""The archive as the check reads it: events in their segments, checked against their leaves, and nothing else."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from quire.aws.journal import Journal
from quire.aws.layout import journal_hour, tenant_of_key
from quire.domain.errors import CorruptError, GoneError, MalformedError, NotFoundError
from quire.domain.events import Event
from quire.domain.ids import TenantId
from quire.search.documents import Known
from quire.search.drift.comparing import Pointer
from quire.search.drift.days import day_of, span_of
from quire.search.drift.findings import Look
from quire.search.known import SegmentEvents
from quire.search.rebuilding.sources import Source, Sources, Span

_BATCH = 1_000
_EVENTS_KEPT = 20_000


@dataclass(frozen=True)
class Outline:
    """What a segment's footer tells: the times of its first and last event (empty where it has none), and the number of
    its frames."""

    first: str
    last: str
    frames: int


class Objects:
    """Reads segments of any tenant. ``outline_of`` reads no more than a segment's footer, by key and version."""

    def __init__(
        self,
        journal: Journal,
        sources: Sources,
        segments: SegmentEvents,
        outline_of: Callable[[str, str], Outline],
    ) -> None:
        self._journal = journal
        self._sources = sources
        self._segments = segments
        self._outline_of = outline_of
        self._frames: OrderedDict[tuple[str, str, int], dict[str, Event]] = OrderedDict()

    def at(self, tenant: TenantId, pointer: Pointer) -> Event | None:
        """The event that lies there; ``None`` where something else does, or nothing that anybody can read any more.

        Raises:
            CorruptError: what lies there is not what was written.
            UnavailableError: it could not be asked.
        """
        try:
            if tenant_of_key(pointer.segment) != tenant or not self._has_frame(pointer):
                return None
            return self._frame(pointer).get(pointer.event_id)
        except (GoneError, NotFoundError, MalformedError):
            return None

    def of_day(self, tenant: TenantId, day: str, look: Look) -> Iterator[Sequence[Known]]:
        """Events about messages that happened on a day, by the thousand: first those of the journal that are not sealed
        yet, then the archive's, so that none is missed that is being sealed. Unreadable segments become faults."""
        for source in self._sources.unsealed(tenant):
            if self._touches(source, day, look):
                yield from self._events(tenant, source, look, day)
        for source in self._sources.sealed(tenant, span_of(day)):
            yield from self._events(tenant, source, look, "")

    def captured(
        self, tenant: TenantId, since: datetime, until: datetime, after: str, look: Look
    ) -> Iterator[tuple[str, Sequence[Known]]]:
        """Events about messages that the journal took ``since`` then, as far as they were written ``until`` then, each
        time with the key of their segment; those behind ``after`` only."""
        for each in self._journal.segments(tenant, since=journal_hour(tenant, since)):
            if each.key > after and each.at <= until:
                for batch in self._events(tenant, Source(each.key, each.key, each.version_id), look, ""):
                    yield each.key, batch

    def since(self, tenant: TenantId, span: Span, after: str, look: Look) -> Iterator[tuple[str, Sequence[Known]]]:
        """All events about messages of a span of the archive, as :meth:`captured`."""
        for source in self._sources.sealed(tenant, span, after):
            for batch in self._events(tenant, source, look, ""):
                yield source.place, batch

    def unsealed(self, tenant: TenantId, look: Look) -> Iterator[Sequence[Known]]:
        """All events about messages of journal segments that are not sealed yet."""
        for source in self._sources.unsealed(tenant):
            yield from self._events(tenant, source, look, "")

    def _events(self, tenant: TenantId, source: Source, look: Look, day: str) -> Iterator[Sequence[Known]]:
        def wanted(each: Known) -> bool:
            if each.event.tenant_id != tenant:
                raise CorruptError("the segment holds another tenant's events")
            return each.event.message_id is not None and day in ("", day_of(each.event.occurred_at))

        held = filter(wanted, self._segments.all_of(source.key, source.version_id))
        try:
            yield from batched(held, _BATCH, strict=False)
        except (CorruptError, NotFoundError):
            look.fault(source.key)

    def _touches(self, source: Source, day: str, look: Look) -> bool:
        try:
            outline = self._outline_of(source.key, source.version_id)
        except (CorruptError, NotFoundError):
            look.fault(source.key)
            return False
        return bool(outline.first) and day_of(outline.first) <= day <= day_of(outline.last)

    def _has_frame(self, pointer: Pointer) -> bool:
        return 0 <= pointer.frame < self._outline_of(pointer.segment, pointer.version_id).frames

    def _frame(self, pointer: Pointer) -> dict[str, Event]:
        place = pointer[1:]
        if place not in self._frames:
            held = self._segments.frame_of(*place)
            self._frames[place] = {each.event.event_id: each.event for each in held}
            while sum(map(len, self._frames.values())) > _EVENTS_KEPT and len(self._frames) > 1:
                self._frames.popitem(last=False)
        self._frames.move_to_end(place)
        return self._frames[place]
