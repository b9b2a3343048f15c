"""The archive as the check reads it: events in their segments, checked against their leaves, and nothing else."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from quire.search.drift.days import span_of
from quire.search.drift.findings import Look
from quire.search.drift.stretches import Stretch, spread
from quire.search.known import SegmentEvents
from quire.search.rebuilding.sources import Source, Sources, Span

_BATCH = 1_000
_EVENTS_KEPT = 20_000


@dataclass(frozen=True)
class Outline:
    """What a segment's footer tells: the times of its first and last event (empty where it has none), and how many
    frames and events it has."""

    first: str
    last: str
    frames: int
    events: int


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
        self._listed: tuple[tuple[TenantId, str], list[Source]] | None = None

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

    def of_stretch(self, tenant: TenantId, run: str, stretch: Stretch, look: Look) -> Iterator[Sequence[Known]]:
        """Events about messages that happened in a stretch, by the thousand: first those of the journal that were not
        sealed yet when the ``run`` first asked, then the archive's, so that none is missed that is being sealed.
        Unreadable segments become faults."""
        for source in self._unsealed(tenant, run):
            if self._touches(source, stretch, look):
                yield from self._events(tenant, source, look, stretch)
        for source in self._sources.sealed(tenant, span_of(stretch.day)):
            if stretch == Stretch(stretch.day) or self._touches(source, stretch, look):
                yield from self._events(tenant, source, look, stretch)

    def minutes(self, tenant: TenantId, run: str, day: str, most: int) -> Iterator[Mapping[int, float]]:
        """Of each segment that has anything of a day, how many events it has of each minute, about; where no
        more than ``most`` are sealed, of those none is asked. What cannot be read is left out."""
        sealed = list(self._sources.sealed(tenant, span_of(day)))
        known = sealed if sum(each.events for each in sealed) > most else []
        for source in (*self._unsealed(tenant, run), *known):
            if self._touches(source, Stretch(day), Look(day)):
                outline = self._outline_of(source.key, source.version_id)
                yield spread(day, outline.first, outline.last, outline.events)

    def captured(
        self, tenant: TenantId, since: datetime, until: datetime, after: str, look: Look
    ) -> Iterator[tuple[str, Sequence[Known]]]:
        """Events about messages that the journal took ``since`` then, as far as they were written ``until`` then, each
        time with the key of their segment; those behind ``after`` only."""
        for each in self._journal.segments(tenant, since=journal_hour(tenant, since)):
            if each.key > after and each.at <= until:
                for batch in self._events(tenant, Source(each.key, each.key, each.version_id), look):
                    yield each.key, batch

    def since(self, tenant: TenantId, span: Span, after: str, look: Look) -> Iterator[tuple[str, Sequence[Known]]]:
        """All events about messages of a span of the archive, as :meth:`captured`."""
        for source in self._sources.sealed(tenant, span, after):
            for batch in self._events(tenant, source, look):
                yield source.place, batch

    def unsealed(self, tenant: TenantId, look: Look) -> Iterator[Sequence[Known]]:
        """All events about messages of journal segments that are not sealed yet."""
        for source in self._sources.unsealed(tenant):
            yield from self._events(tenant, source, look)

    def _unsealed(self, tenant: TenantId, run: str) -> list[Source]:
        """What a run misses was there when it began: the journal is listed once for all its days."""
        if self._listed is None or self._listed[0] != (tenant, run):
            self._listed = (tenant, run), list(self._sources.unsealed(tenant))
        return self._listed[1]

    def _events(
        self, tenant: TenantId, source: Source, look: Look, stretch: Stretch | None = None
    ) -> Iterator[Sequence[Known]]:
        def wanted(each: Known) -> bool:
            if each.event.tenant_id != tenant:
                raise CorruptError("the segment holds another tenant's events")
            return each.event.message_id is not None and (stretch is None or stretch.holds(each.event.occurred_at))

        held = filter(wanted, self._segments.all_of(source.key, source.version_id))
        try:
            yield from batched(held, _BATCH, strict=False)
        except (CorruptError, NotFoundError):
            look.fault(source.key)

    def _touches(self, source: Source, stretch: Stretch, look: Look) -> bool:
        try:
            outline = self._outline_of(source.key, source.version_id)
        except (CorruptError, NotFoundError):
            look.fault(source.key)
            return False
        return bool(outline.first) and stretch.touches(outline.first, outline.last)

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
