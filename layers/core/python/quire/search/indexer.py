"""Indexing: from a segment's notice to searchable messages. The only way into the index, for new segments and old.

The notice follows the rows, and rows are read strongly consistent, so of two indexers the later one has folded both
events. Everything can run twice.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, chain

from quire.aws.directory import ChannelEntry, Directory, UserEntry
from quire.aws.memberships import Memberships
from quire.aws.notices import Notice
from quire.domain.cycles import without_cycle_search
from quire.domain.errors import ConflictError, CorruptError
from quire.domain.events import Event
from quire.domain.ids import MessageId, TenantId
from quire.domain.message import message_state
from quire.domain.time import from_datetime, nanoseconds
from quire.search.directory import sightings
from quire.search.documents import Known, documents
from quire.search.engine import Engine
from quire.search.engine_errors import EngineRefusedError
from quire.search.generations import Generation
from quire.search.indexes import Indexes
from quire.search.known import KnownEvents, SegmentEvents, Told
from quire.search.membership import takings
from quire.search.pool import Placements
from quire.search.writes import Counts, Onto, Write, Writes, needed, placed, places

_WORKERS = 16
_PART = 500
"""Messages whose documents are made while the engine takes those before them."""

logger = logging.getLogger(__name__)


_Put = Callable[[Mapping[MessageId, Told], Mapping[MessageId, Write]], Counts]


class DocumentsRefusedError(EngineRefusedError):
    """The engine will never take ``count`` of a segment's documents. All the others are written."""

    def __init__(self, count: int) -> None:
        super().__init__(f"the search engine refused {count} documents")
        self.count = count


@dataclass
class Indexed:
    """What one notice led to. ``seconds`` are, by platform, the time from capture to the engine's answer for each
    event; a refresh of the engine (1 s by itself, about 10 s on OpenSearch Serverless) comes on top."""

    messages: int = 0
    written: int = 0
    stale: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)


class Indexer:
    """Indexes segments of any tenant. ``clock`` gives aware times."""

    def __init__(
        self,
        segments: SegmentEvents,
        events: KnownEvents,
        directory: Directory,
        memberships: Memberships,
        engine: Engine,
        clock: Callable[[], datetime],
        placements: Placements | None = None,
    ) -> None:
        self._segments = segments
        self._events = events
        self._directory = directory
        self._memberships = memberships
        self._indexes = Indexes(engine, placements)
        self._writes = Writes(engine)
        self._clock = clock

    @without_cycle_search()
    def index(self, notice: Notice) -> Indexed:
        """Index every message a segment tells of, and take what it tells of channels and people.

        Raises:
            UnavailableError: something did not answer; run again.
            DocumentsRefusedError: some of its documents will never be taken; everything else is done. The notice
                goes to the dead letters, from where it is run again once the fault is mended.
            CorruptError, NotFoundError, EngineRefusedError: running again will not help.
        """
        tenant, indexed_at = notice.tenant_id, from_datetime(self._clock())
        held = self._held(tenant, notice.key, notice.version_id)
        indexed = self._taken(tenant, held, indexed_at, self._everywhere(tenant, indexed_at))
        indexed.seconds = {} if notice.restored else _seconds(held, self._clock())
        return indexed

    @without_cycle_search()
    def reindex(self, tenant: TenantId, segment: tuple[str, str], of: str, month: str | None = None) -> Indexed:
        """Index a segment (key, version) into the generation ``of`` that is being built, and nowhere else; with a
        ``month`` (as :func:`index_name` names it) only that month's messages. Raises as :meth:`index`.

        Without one, a message of a month that is not being built goes where it would be searched.
        """
        standing = self._indexes.standing(tenant)
        if standing.building.made_by(of) != standing.building.of:
            raise ConflictError("another generation is being built")
        built = set(standing.building.of)
        indexed_at = from_datetime(self._clock())
        put_elsewhere = self._everywhere(tenant, indexed_at)

        def put(part: Mapping[MessageId, Told], writes: Mapping[MessageId, Write]) -> Counts:
            here = {message: each for message, each in part.items() if writes[message].index in built}
            counts = self._put(standing.building, here, writes, indexed_at).counts
            elsewhere = {message: each for message, each in part.items() if message not in here}
            if month is None and elsewhere:
                counts.add(put_elsewhere(elsewhere, writes))
            return counts

        return self._taken(tenant, self._held(tenant, *segment), indexed_at, put)

    def folded(self, tenant: TenantId, known: Sequence[Known]) -> Write:
        """The document of a message of which this is known, indexed now; months are not placed yet."""
        return _write(tenant, known, from_datetime(self._clock()))

    def put(self, tenant: TenantId, told: Mapping[MessageId, Told]) -> Counts:
        """Write messages of which this is known, as if a notice had told of them; raises as :meth:`index`, but counts
        what is refused."""
        indexed_at = from_datetime(self._clock())
        parts = (dict(part) for part in batched(told.items(), _PART, strict=False))
        return _in_parts(tenant, parts, indexed_at, self._everywhere(tenant, indexed_at))

    def filed(self, tenant: TenantId, told: Mapping[MessageId, Sequence[Known]]) -> dict[MessageId, str]:
        """The month (as :func:`index_name` names it) where each message belongs, by what is told of it here and by its
        rows; raises as :meth:`index`."""
        with ThreadPoolExecutor(_WORKERS) as pool:
            parts = list(self._messages(tenant, [each for known in told.values() for each in known], pool))
        now = from_datetime(self._clock())
        return {message: str(_write(tenant, each.known, now).index) for part in parts for message, each in part.items()}

    def join(self, generation: Generation, messages: Iterable[MessageId]) -> Counts:
        """Make one document of what two writers made two of; raises as :meth:`index`."""
        indexed_at = from_datetime(self._clock())
        return self._writes.put_onto(
            generation, dict.fromkeys(messages, ()), lambda known: _write(generation.tenant, known, indexed_at)
        ).counts

    def _held(self, tenant: TenantId, key: str, version_id: str) -> list[Known]:
        held = list(self._segments.all_of(key, version_id))
        if any(each.event.tenant_id != tenant for each in held):
            raise CorruptError("the segment holds another tenant's events")
        return held

    def _taken(self, tenant: TenantId, held: Sequence[Known], indexed_at: str, put: _Put) -> Indexed:
        """Index what a segment holds, and note meanwhile what it tells of channels and people: that needs no engine,
        and is done even where the engine fails, since searching without the index needs it."""
        with ThreadPoolExecutor(_WORKERS) as pool, ThreadPoolExecutor(1) as aside:
            noted = aside.submit(self._note, tenant, [each.event for each in held], pool)
            try:
                counts = _in_parts(tenant, self._messages(tenant, held, pool), indexed_at, put)
            finally:
                noted.result()
        for refused in counts.refused:
            logger.error("document refused", extra={"notice_tenant": tenant, **refused._asdict()})
        if counts.refused:
            raise DocumentsRefusedError(len({refused.message_id for refused in counts.refused}))
        return Indexed(len({each.event.message_id for each in held} - {None}), counts.written, counts.stale)

    def _put(
        self, generation: Generation, told: Mapping[MessageId, Told], writes: Mapping[MessageId, Write], indexed_at: str
    ) -> Onto:
        """Write messages into one generation; what is known of those of which not all was."""

        def folded(known: Sequence[Known]) -> Write:
            message = known[0].event.message_id
            if message is not None and list(known) == told[message].known:
                return writes[message]  # nobody knows of more
            return _write(generation.tenant, known, indexed_at)

        whole = [writes[message] for message, each in told.items() if each.whole]
        partial = {message: each.known for message, each in told.items() if not each.whole}
        counts = self._writes.put_folded([placed(write, generation) for write in whole])
        if not partial:
            return Onto(counts, {})
        onto = self._writes.put_onto(generation, partial, folded)
        counts.add(onto.counts)
        return Onto(counts, onto.known)

    def _messages(
        self, tenant: TenantId, held: Sequence[Known], pool: ThreadPoolExecutor
    ) -> Iterator[dict[MessageId, Told]]:
        """Every message the segment tells of, with all we know of it, by parts; each is read while the one before it is
        in use."""
        here: dict[MessageId, list[Known]] = {}
        for each in held:
            if each.event.message_id is not None:
                here.setdefault(each.event.message_id, []).append(each)
        now = self._clock()

        def read(part: Sequence[tuple[MessageId, list[Known]]]) -> Iterator[tuple[MessageId, Told]]:
            return _shared(pool, lambda item: (item[0], self._events.of_message(tenant, item[0], now, item[1])), part)

        coming: Iterator[tuple[MessageId, Told]] | None = None
        for part in batched(here.items(), _PART, strict=False):
            before, coming = coming, read(part)
            if before:
                yield dict(before)
        if coming:
            yield dict(coming)

    def _everywhere(self, tenant: TenantId, indexed_at: str) -> _Put:
        """Writes into what is searched and what is being built. A message all of whose rows must still be there is
        folded from them alone; of any other, the document may know events that nobody else does any more."""
        ensure = self._indexes.ensuring(tenant)

        def put(told: Mapping[MessageId, Told], writes: Mapping[MessageId, Write]) -> Counts:
            standing = ensure(needed(writes[message] for message in told))
            counts, known = self._put(standing.current, told, writes, indexed_at)
            if standing.building.of:
                # what only the old document knows, the one being built may never hear from anybody
                joined = {m: Told(list(known.get(m, each.known)), each.whole) for m, each in told.items()}
                counts.refused += self._put(standing.building, joined, writes, indexed_at).counts.refused
            return counts

        return put

    def _note(self, tenant: TenantId, events: Sequence[Event], pool: ThreadPoolExecutor) -> None:
        """One worker an entry, so that nobody races with itself."""

        def channel(entries: Sequence[ChannelEntry]) -> None:
            for entry in entries:
                self._directory.note_channel(tenant, entry)

        def user(entries: Sequence[UserEntry]) -> None:
            for entry in entries:
                self._directory.note_user(tenant, entry)

        seen = sightings(events)
        list(_shared(pool, channel, seen.channels))
        list(_shared(pool, user, seen.users))
        taken, kept = takings(events), self._memberships
        list(_shared(pool, lambda each: kept.note_move(tenant, *each), taken.moves))
        list(_shared(pool, lambda each: kept.note_trace(tenant, *each), taken.traces))
        list(_shared(pool, lambda each: kept.note_renaming(tenant, *each), taken.renamings))


def _shared[T, R](pool: ThreadPoolExecutor, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """What ``work`` answers to each, in order; it has begun when this returns. A worker takes several at once: to hand
    one over costs more than what is to be done with it besides waiting."""

    def some(part: Sequence[T]) -> list[R]:
        return [work(each) for each in part]

    return chain.from_iterable(pool.map(some, batched(items, -(-len(items) // _WORKERS) or 1, strict=False)))


def _in_parts(tenant: TenantId, parts: Iterable[Mapping[MessageId, Told]], indexed_at: str, put: _Put) -> Counts:
    """Write messages: the documents of a part are made while the engine takes those of the part before it.

    Nothing is put after a part that failed.
    """
    counts = Counts()
    put_before: Future[Counts] | None = None
    with ThreadPoolExecutor(1) as engine:
        for part in parts:
            writes = _writes(tenant, {message: each.known for message, each in part.items()}, indexed_at)
            if put_before:
                counts.add(put_before.result())
            put_before = engine.submit(put, part, writes)
        if put_before:
            counts.add(put_before.result())
    return counts


def _write(tenant: TenantId, known: Sequence[Known], indexed_at: str) -> Write:
    (write,) = _writes(tenant, {known[0].event.message_id: known}, indexed_at).values()
    return write


def _writes[M](tenant: TenantId, told: Mapping[M, Sequence[Known]], indexed_at: str) -> dict[M, Write]:
    """Messages of which this is known, folded."""
    states = [message_state(each.event for each in known) for known in told.values()]
    folded = [(state, known) for state, known in zip(states, told.values(), strict=True) if state]
    made = documents(folded, indexed_at)
    writes: dict[M, Write] = {}
    for message, (state, known), each in zip(told, folded, made, strict=True):  # each event names its message
        index, elsewhere = places(tenant, state.sent_at, known)
        writes[message] = Write(index, state.message_id, state.revision, each, elsewhere)
    return writes


def _seconds(held: Iterable[Known], now: datetime) -> dict[str, list[float]]:
    moment = nanoseconds(from_datetime(now))
    seconds: dict[str, list[float]] = {}
    for each in held:
        waited = (moment - nanoseconds(each.event.captured_at)) / 1e9
        seconds.setdefault(each.event.platform, []).append(max(0.0, waited))
    return seconds
