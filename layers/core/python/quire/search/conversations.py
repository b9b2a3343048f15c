"""A conversation in context: the messages of one channel around a moment, oldest first, and on in both directions."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from quire.domain.errors import UnavailableError
from quire.domain.ids import ChannelId, MessageId
from quire.search.cursor import Place, decode, encode, scope_of
from quire.search.differences import Difference, difference
from quire.search.documents import Document, fitting, known_events
from quire.search.engine_errors import NoSuchIndexError
from quire.search.mapping import indexable_time, place_in_time
from quire.search.moments import AS_SEEN, as_seen, seen_at
from quire.search.query import in_time
from quire.search.recent import Recent
from quire.search.searcher import SHOWN
from quire.search.stretches import (
    Direction,
    Part,
    Run,
    Stretch,
    backwards,
    cut,
    place_from,
    place_of,
    stretch_of,
)
from quire.search.tenant_engine import TenantEngine

_NOTHING, _MORE = Run([], False), Run([], True)


class Conversations:
    """Reads the conversations of one tenant: everything said in a channel, thread replies, announcements, deleted
    and edited messages included.

    ``ids_of`` gives all ids under which a conversation was ever known; without it, each has only its own. While the
    engine does not answer, stretches are read from ``recent``, where there is one, and say so.
    """

    def __init__(
        self,
        engine: TenantEngine,
        ids_of: Callable[[ChannelId], Sequence[ChannelId]] = lambda own: [own],
        recent: Recent | None = None,
    ) -> None:
        self._engine = engine
        self._tenant = engine.tenant
        self._ids_of = ids_of
        self._recent = recent

    def message(self, message: MessageId, *, with_events: bool = False) -> Document | None:
        """The indexed document of a message, as of the last refresh."""
        query = {"ids": {"values": [message]}}
        found = self._hits({"query": query, "size": 1, "_source": True if with_events else SHOWN})
        return found[0]["_source"] if found else None

    def latest(self, part: Part, limit: int) -> Stretch:
        """The last messages."""
        return stretch_of(self._tenant, part, self._run(part, "before", None, limit), _NOTHING)

    def first(self, part: Part, limit: int) -> Stretch:
        """The first messages."""
        return stretch_of(self._tenant, part, _NOTHING, self._run(part, "after", None, limit))

    def around(self, part: Part, moment: str, limit: int) -> Stretch:
        """Half of ``limit`` before ``moment`` (a timestamp), the rest from then on."""
        return self._joined(part, Place(*place_in_time(moment, "")), (), limit)

    def around_message(self, part: Part, document: Document, limit: int) -> Stretch:
        """As much before a message as after it, itself included: ``document``, as it was at the part's moment."""
        return self._joined(part, place_of(document), (document,), limit)

    def onward(self, part: Part, direction: Direction, cursor: str, limit: int) -> Stretch:
        """On from a cursor of an earlier stretch.

        Raises:
            MalformedError: it is no cursor of this part of a conversation, or of another moment of it.
        """
        run = self._run(part, direction, place_from(self._tenant, part, cursor), limit)
        if direction == "before":
            return stretch_of(self._tenant, part, run, _MORE)
        return stretch_of(self._tenant, part, _MORE, run)

    def changes(
        self, channel: ChannelId, since: str, until: str, cursor: str | None, limit: int
    ) -> tuple[list[Difference], str | None]:
        """What became of the messages of a conversation from ``since`` (RFC 3339 in UTC, as it was at that instant)
        until ``until``, in the order they were sent; and the cursor to go on with, if there are more.

        Of at most ``limit`` messages to which something happened meanwhile, those that a member saw differently; no
        other is read.

        Raises:
            MalformedError: it is no cursor of this question.
        """
        scope = scope_of(self._tenant, "changes", channel, since, until)
        body = self._body(Part(channel, until), "after", limit)
        window = {"gt": indexable_time(since), "lte": indexable_time(until)}
        happened = [{"range": {name: window}} for name in ("changed_at", "timestamp")]
        body["query"]["bool"]["filter"].append({"bool": {"should": happened, "minimum_should_match": 1}})
        if cursor is not None:
            place = decode(scope, cursor, ranked=False)
            body["search_after"] = [place.instant, place.place]
        found = [hit["_source"] for hit in self._hits(body)]
        run = cut(found, limit, fitting(found))
        changed = [_changed(document, since, until) for document in run.documents]
        onward = encode(scope, place_of(run.documents[-1])) if run.more else None
        return [each for each in changed if each is not None], onward

    def sources(self, documents: Sequence[Document]) -> dict[MessageId, ChannelId]:
        """The messages that these pass on, as far as they are in the archive, and in which conversations they are.
        None are told while the engine does not answer."""
        told = (each.get("source_message_id") for one in documents for each in one.get("attachments", ()))
        wanted = sorted(set(filter(None, told)))
        if not wanted:
            return {}
        body = {"query": {"ids": {"values": wanted}}, "size": len(wanted), "_source": ["message_id", "channel_id"]}
        try:
            found = [hit["_source"] for hit in self._hits(body)]
        except UnavailableError:
            return {}
        return {MessageId(each["message_id"]): ChannelId(each["channel_id"]) for each in found if "channel_id" in each}

    def holds(self, part: Part, document: Document) -> bool:
        """Whether a message belongs to a conversation, or to the thread of it that is read."""
        if document.get("channel_id") not in self._ids(part.channel):
            return False
        of_it = (document.get(name) for name in ("thread_id", "parent_message_id", "message_id"))
        return part.thread is None or part.thread in of_it

    def _ids(self, channel: ChannelId) -> list[ChannelId]:
        return list(self._ids_of(channel))

    def _joined(self, part: Part, place: Place, middle: tuple[Document, ...], limit: int) -> Stretch:
        earlier = self._run(part, "before", place, limit // 2)
        later = self._run(part, "after", place, max(limit - len(middle) - len(earlier.documents), 1))
        return stretch_of(self._tenant, part, earlier, later, middle)

    def _run(self, part: Part, direction: Direction, place: Place | None, limit: int) -> Run:
        """Up to ``limit`` messages next to a place: from the index, or from the rows while it does not answer."""
        try:
            return self._indexed(part, direction, place, limit)
        except UnavailableError:
            if self._recent is None:
                raise
            return self._recent.run(part, direction, place, limit)

    def _indexed(self, part: Part, direction: Direction, place: Place | None, limit: int) -> Run:
        body = self._body(part, direction, limit)
        if place is not None:
            body["search_after"] = [place.instant, place.place]
        found = [hit["_source"] for hit in self._hits(body)]
        run = cut(found, limit, fitting(found[:limit]))
        if part.as_of is not None:
            run = replace(run, documents=as_seen(run.documents, part.as_of))
        return run if direction == "after" else backwards(run)

    def _body(self, part: Part, direction: Direction, limit: int) -> dict[str, Any]:
        wanted: list[dict[str, Any]] = [{"terms": {"channel_id": self._ids(part.channel)}}]
        if part.as_of is not None:
            wanted.append({"range": {"timestamp": {"lte": indexable_time(part.as_of)}}})
        if part.thread is not None:
            of_it = [{"term": {name: {"value": part.thread}}} for name in ("thread_id", "parent_message_id")]
            any_of = [*of_it, {"ids": {"values": [part.thread]}}]
            wanted.append({"bool": {"should": any_of, "minimum_should_match": 1}})
        return {
            "query": {"bool": {"filter": wanted}},
            "sort": in_time("asc" if direction == "after" else "desc"),
            "size": limit + 1,
            "track_total_hits": False,
            "_source": SHOWN if part.as_of is None else AS_SEEN,
        }

    def _hits(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            answer = self._engine.search(body)
        except NoSuchIndexError:
            return []
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        return hits


def _changed(document: Document, since: str, until: str) -> Difference | None:
    known = known_events(document)
    after = seen_at(known, until)
    return None if after is None else difference(seen_at(known, since), after)
