"""Documents into the index, never an older state over a newer one. Both guards against stale writes live here.

* :meth:`Writes.put_folded`: whoever folded *all* events of a message writes with ``version_type=external`` and the
  number of events as version. An older fold is refused with 409, which for us is success: the newer state is there.
* :meth:`Writes.put_onto`: where some events may be known to the document alone, its events are read, joined with ours
  and written back only if nobody wrote in between (``if_seq_no``), else once more from the start.

Both write into one generation of the indexes. While another is being built, each is asked once for either: versions,
conflicts and removals are an index's own.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from quire.domain.errors import UnavailableError
from quire.domain.ids import MessageId, TenantId
from quire.search.bulk import TOO_LARGE, Action, Outcome, chunks, settled
from quire.search.documents import FOLDED_FROM, Document, Known, known_events
from quire.search.engine import Engine
from quire.search.engine_errors import NoSuchIndexError, TooLargeError
from quire.search.generations import Generation
from quire.search.mapping import index_name

_ROUNDS = 5
_LOOKUP = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Write:
    """A folded message. ``elsewhere`` are other indexes where a fold of fewer events may have put it.

    Indexes are months (:func:`index_name`) until :func:`placed` says which indexes of a generation these are; ``index``
    is ``None`` where the generation has not that month.
    """

    index: str | None
    message_id: MessageId
    revision: int
    document: Document
    elsewhere: tuple[str, ...] = ()


class Refused(NamedTuple):
    """A message whose document the engine will never take: its status and its type of error. The engine's reason is
    left out: it quotes the document."""

    message_id: MessageId
    status: int
    kind: str


@dataclass
class Counts:
    """What became of the writes; ``stale`` met a state at least as new, ``refused`` stopped none of the others."""

    written: int = 0
    stale: int = 0
    refused: list[Refused] = field(default_factory=list)

    def add(self, more: "Counts") -> None:
        """Count those too."""
        self.written += more.written
        self.stale += more.stale
        self.refused += more.refused


class Onto(NamedTuple):
    """What became of writes onto documents, and all events that are known of each message now."""

    counts: Counts
    known: Mapping[MessageId, Sequence[Known]]


@dataclass(frozen=True)
class _Stored:
    index: str
    seq_no: int
    primary_term: int
    known: tuple[Known, ...]

    def guard(self) -> dict[str, Any]:
        """The document as it was read, for an action on nothing else."""
        return {"_index": self.index, "if_seq_no": self.seq_no, "if_primary_term": self.primary_term}


class Writes:
    """Writes documents through one engine. ``pause`` is seconds of the first wait when it is overloaded."""

    def __init__(self, engine: Engine, *, pause: float = 0.2) -> None:
        self._engine = engine
        self._pause = pause

    def put_folded(self, writes: Sequence[Write]) -> Counts:
        """Write messages of which every event is known.

        Raises:
            UnavailableError: the engine did not take them all; run again.
        """
        actions = [(write.message_id, action) for write in writes for action in _folded(write)]
        counts = Counts()
        for (message, action), outcome in self._run(actions):
            if outcome.refused:
                counts.refused.append(Refused(message, *outcome))
            elif "index" in action.head:
                counts.stale += outcome.conflict
                counts.written += not outcome.conflict
        return counts

    def put_onto(
        self,
        generation: Generation,
        known: Mapping[MessageId, Sequence[Known]],
        folded: Callable[[Sequence[Known]], Write],
    ) -> Onto:
        """Write messages joined with the events that only their documents still know, each where its time puts it.

        Raises as :meth:`put_folded`.
        """
        stored = self._stored(generation, list(known))
        left, counts, all_known = dict(known), Counts(), dict[MessageId, Sequence[Known]]()
        for _ in range(_ROUNDS):
            actions: list[tuple[MessageId, Action]] = []
            for message, ours in left.items():
                there = stored.get(message, ())
                joined = _joined((each for one in there for each in one.known), ours)
                all_known[message] = joined
                write = placed(folded(joined), generation)
                if [each.index for each in there] == [write.index] and len(joined) == len(there[0].known):
                    counts.stale += 1
                else:
                    actions.extend((message, action) for action in _onto(write, there))
            outcomes = [(message, outcome) for (message, _), outcome in self._run(actions)]
            refused = {message: Refused(message, *outcome) for message, outcome in outcomes if outcome.refused}
            beaten = {message for message, outcome in outcomes if outcome.conflict} - set(refused)
            counts.written += len({message for message, _ in actions} - beaten - set(refused))
            counts.refused += refused.values()
            if not beaten:
                return Onto(counts, all_known)
            left = {message: left[message] for message in left if message in beaten}
            places_ = {(_index_of(action), message) for message, action in actions if message in beaten}
            found = self._as_they_stand(generation.tenant, sorted(places_))
            stored |= {message: found.get(message, ()) for message in left}
        raise UnavailableError("bulk: others wrote the same messages again and again")

    def run(self, actions: Sequence[tuple[MessageId, Action]]) -> list[Outcome]:
        """Run actions that are guarded by themselves; what became of each. Raises as :meth:`put_folded`."""
        return [outcome for _, outcome in self._run(actions)]

    def _run(self, actions: Sequence[tuple[MessageId, Action]]) -> Iterator[tuple[tuple[MessageId, Action], Outcome]]:
        """Each action with its outcome, in order: done, or refused."""
        for chunk in chunks(actions):
            yield from zip(chunk, self._run_chunk([action for _, action in chunk]), strict=True)

    def _run_chunk(self, chunk: Sequence[Action]) -> list[Outcome]:
        """Each outcome. What is too large for the engine at once is sent by halves; too large alone, it is refused."""
        try:
            return self._settle(chunk)
        except TooLargeError:
            if len(chunk) == 1:
                return [TOO_LARGE]
            half = len(chunk) // 2
            return [*self._run_chunk(chunk[:half]), *self._run_chunk(chunk[half:])]

    def _settle(self, chunk: Sequence[Action]) -> list[Outcome]:
        """Send a chunk until every action in it is settled; what the engine has no time for is sent again."""
        outcomes: dict[int, Outcome] = {}
        for attempt in self._patiently():
            with attempt:
                left = [n for n in range(len(chunk)) if n not in outcomes]
                answers = self._engine.bulk(b"".join(chunk[n].bytes_ for n in left))
                outcomes |= {n: one for n, one in zip(left, map(settled, answers), strict=True) if one is not None}
                if len(outcomes) < len(chunk):
                    raise UnavailableError("bulk: the search engine is overloaded")
        return [outcomes[n] for n in range(len(chunk))]

    def _patiently(self) -> Retrying:
        """Again while the engine is overloaded, or an index is so new that its shards do not answer yet."""
        return Retrying(
            stop=stop_after_attempt(_ROUNDS),
            wait=wait_random_exponential(multiplier=self._pause, max=5),
            retry=retry_if_exception_type(UnavailableError),
            reraise=True,
        )

    def _stored(self, generation: Generation, messages: Sequence[MessageId]) -> dict[MessageId, tuple[_Stored, ...]]:
        """The documents that are there, wherever they lie; one written within the last refresh may be missed."""
        found: dict[MessageId, tuple[_Stored, ...]] = {}
        search = self._engine.for_tenant(generation.tenant).search
        for start in range(0, len(messages), _LOOKUP):
            wanted = messages[start : start + _LOOKUP]
            body = {
                "query": {"ids": {"values": list(wanted)}},
                "size": 2 * len(wanted),
                "seq_no_primary_term": True,
                "_source": list(FOLDED_FROM),
            }
            try:
                hits = self._patiently()(search, body, index=generation.alias)["hits"]["hits"]
            except NoSuchIndexError:
                return {}
            _gather(found, hits)
        return found

    def _as_they_stand(
        self, tenant: TenantId, wanted: Sequence[tuple[str, MessageId]]
    ) -> dict[MessageId, tuple[_Stored, ...]]:
        found: dict[MessageId, tuple[_Stored, ...]] = {}
        _gather(found, self._engine.for_tenant(tenant).get_many(wanted, FOLDED_FROM))
        return found


def places(tenant: TenantId, sent_at: str, known: Iterable[Known]) -> tuple[str, tuple[str, ...]]:
    """The index of a message, and those where a fold of only some of its events would have put it.

    Until the creation is known, a message is filed by the first thing heard of it, which may be in another month.
    """
    index = index_name(tenant, sent_at)
    told = {getattr(each.event.body, "sent_at", None) or each.event.occurred_at for each in known}
    return index, tuple(sorted({index_name(tenant, time) for time in told} - {index}))


def needed(writes: Iterable[Write]) -> set[str]:
    """The months that must have an index before any of these is written: also those where an older fold may still be
    about to write, so that the removal there is known when it does."""
    return {index for write in writes for index in (write.index, *write.elsewhere) if index}


def placed(write: Write, generation: Generation) -> Write:
    """The write in the indexes that a generation has; writing to, or removing from, one that was never made would make
    it."""
    of = generation.of
    elsewhere = tuple(of[index] for index in write.elsewhere if index in of)
    return Write(of.get(write.index or ""), write.message_id, write.revision, write.document, elsewhere)


def _folded(write: Write) -> Iterator[Action]:
    guard = {"_id": write.message_id, "version": write.revision, "version_type": "external"}
    if write.index is not None:
        yield Action({"index": {"_index": write.index, **guard}}, write.document)
    for index in write.elsewhere:
        yield Action({"delete": {"_index": index, **guard}})


def _onto(write: Write, there: Sequence[_Stored]) -> Iterator[Action]:
    """Into its place, where it must still be what was read, or not be; then out of every other, if that still is."""
    own = next((each for each in there if each.index == write.index), None)
    if own is not None:
        yield Action({"index": {**own.guard(), "_id": write.message_id}}, write.document)
    elif write.index is not None:
        yield Action({"create": {"_index": write.index, "_id": write.message_id}}, write.document)
    for each in there:
        if each is not own:
            yield Action({"delete": {**each.guard(), "_id": write.message_id}})


def _index_of(action: Action) -> str:
    return str(next(iter(action.head.values()))["_index"])


def _stored(hit: Mapping[str, Any]) -> _Stored:
    known = tuple(known_events(hit["_source"]))
    return _Stored(hit["_index"], int(hit["_seq_no"]), int(hit["_primary_term"]), known)


def _gather(found: dict[MessageId, tuple[_Stored, ...]], hits: Iterable[Mapping[str, Any]]) -> None:
    for hit in hits:
        message = MessageId(hit["_id"])
        found[message] = (*found.get(message, ()), _stored(hit))


def _joined(first: Iterable[Known], then: Iterable[Known]) -> list[Known]:
    """Each event once; where both know it, as ``then`` does."""
    return list({each.event.event_id: each for each in (*first, *then)}.values())
