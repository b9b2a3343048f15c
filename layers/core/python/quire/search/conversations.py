"""A conversation in context: the messages of one channel around a moment, oldest first, and on in both directions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from quire.domain.ids import ChannelId, MessageId, TenantId
from quire.search.cursor import Place, decode, encode, scope_of
from quire.search.documents import Document, fitting
from quire.search.engine import Engine, NoSuchIndexError
from quire.search.mapping import indexable_time, place_in_time, read_alias
from quire.search.moments import AS_SEEN, as_seen
from quire.search.query import in_time, within
from quire.search.searcher import SHOWN

Direction = Literal["before", "after"]


@dataclass(frozen=True)
class Stretch:
    """Part of a conversation, oldest message first; a cursor is ``None`` where there is nothing further."""

    documents: list[Document]
    before: str | None
    after: str | None


@dataclass(frozen=True)
class _Part:
    """What of the conversations is read: a channel, now or at a moment."""

    channel: ChannelId
    as_of: str | None = None

    def sent_by_then(self) -> list[dict[str, Any]]:
        """The filter that leaves out what had not been sent at the moment."""
        if self.as_of is None:
            return []
        return [{"range": {"timestamp": {"lte": indexable_time(self.as_of)}}}]


class Conversations:
    """Reads the conversations of one tenant: everything said in a channel, thread replies, announcements, deleted
    and edited messages included.

    ``ids_of`` gives all ids under which a conversation was ever known; without it, each has only its own. Where
    ``as_of`` (RFC 3339 in UTC) is given, a stretch is of the conversation as members saw it then
    (:mod:`quire.search.moments`); else as it stands, with all that the archive knows.
    """

    def __init__(
        self, engine: Engine, tenant: TenantId, ids_of: Callable[[ChannelId], Sequence[ChannelId]] = lambda own: [own]
    ) -> None:
        self._engine = engine
        self._tenant = tenant
        self._ids_of = ids_of

    def message(self, message: MessageId, *, with_events: bool = False) -> Document | None:
        """The indexed document of a message, as of the last refresh."""
        query = {"bool": {"filter": [within(self._tenant), {"ids": {"values": [message]}}]}}
        found = self._hits({"query": query, "size": 1, "_source": True if with_events else SHOWN})
        return found[0]["_source"] if found else None

    def latest(self, channel: ChannelId, limit: int, as_of: str | None = None) -> Stretch:
        """The last messages."""
        part = _Part(channel, as_of)
        found, more = self._run(part, "before", None, limit)
        return self._stretch(part, found, more, False)

    def around(self, channel: ChannelId, moment: str, limit: int, as_of: str | None = None) -> Stretch:
        """Half of ``limit`` before ``moment`` (a timestamp), the rest from then on."""
        return self._joined(_Part(channel, as_of), Place(*place_in_time(moment, "")), [], limit)

    def around_message(self, channel: ChannelId, document: Document, limit: int, as_of: str | None = None) -> Stretch:
        """As much before a message as after it, itself included: ``document``, as it was at ``as_of``."""
        return self._joined(_Part(channel, as_of), _place(document), [document], limit)

    def onward(
        self, channel: ChannelId, direction: Direction, cursor: str, limit: int, as_of: str | None = None
    ) -> Stretch:
        """On from a cursor of an earlier stretch.

        Raises:
            MalformedError: it is no cursor of this conversation, or of another moment of it.
        """
        part = _Part(channel, as_of)
        place = decode(self._scope(part), cursor, ranked=False)
        found, more = self._run(part, direction, place, limit)
        return self._stretch(
            part, found, more if direction == "before" else True, more if direction == "after" else True
        )

    def holds(self, channel: ChannelId, document: Document) -> bool:
        """Whether a message belongs to a conversation."""
        return document.get("channel_id") in self._ids(channel)

    def _ids(self, channel: ChannelId) -> list[ChannelId]:
        return list(self._ids_of(channel))

    def _joined(self, part: _Part, place: Place, middle: list[Document], limit: int) -> Stretch:
        earlier, more_before = self._run(part, "before", place, limit // 2)
        later, more_after = self._run(part, "after", place, max(limit - len(middle) - len(earlier), 1))
        return self._stretch(part, [*earlier, *middle, *later], more_before, more_after)

    def _run(self, part: _Part, direction: Direction, place: Place | None, limit: int) -> tuple[list[Document], bool]:
        """Up to ``limit`` messages next to a place, oldest first, and whether there are more beyond."""
        wanted = [within(self._tenant), {"terms": {"channel_id": self._ids(part.channel)}}, *part.sent_by_then()]
        body: dict[str, Any] = {
            "query": {"bool": {"filter": wanted}},
            "sort": in_time("asc" if direction == "after" else "desc"),
            "size": limit + 1,
            "track_total_hits": False,
            "_source": SHOWN if part.as_of is None else AS_SEEN,
        }
        if place is not None:
            body["search_after"] = [place.instant, place.place]
        found = [hit["_source"] for hit in self._hits(body)]
        kept = found[:limit][: fitting(found[:limit])]
        ordered = kept if direction == "after" else kept[::-1]
        shown = ordered if part.as_of is None else as_seen(ordered, part.as_of)
        return shown, len(found) > len(kept)

    def _hits(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            answer = self._engine.search(read_alias(self._tenant), body)
        except NoSuchIndexError:
            return []
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        return hits

    def _stretch(self, part: _Part, documents: list[Document], before: bool, after: bool) -> Stretch:
        if not documents:
            return Stretch([], None, None)
        scope = self._scope(part)
        first, last = _place(documents[0]), _place(documents[-1])
        return Stretch(documents, encode(scope, first) if before else None, encode(scope, last) if after else None)

    def _scope(self, part: _Part) -> str:
        moment = [] if part.as_of is None else [part.as_of]
        return scope_of(self._tenant, "conversation", part.channel, *moment)


def _place(document: Document) -> Place:
    return Place(int(document["instant"]), document["place"])
