"""Conversations while the index does not answer: from the event rows, as far back as these go; never a guess.

A row lives for some months. A message is told only where all its rows must still be there, so that what is told of it
is all there is.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from quire.aws.event_rows import EventRow, EventRows, Span
from quire.domain.errors import UnavailableError
from quire.domain.ids import ChannelId, MessageId, TenantId
from quire.domain.message import message_state
from quire.domain.time import from_datetime, from_unix, nanoseconds, sort_key
from quire.search.cursor import Place
from quire.search.documents import Document, Known, document, fitting
from quire.search.known import KnownEvents
from quire.search.mapping import place_in_time
from quire.search.moments import seen_at
from quire.search.stretches import Direction, Part, Run, backwards, cut

MOST_ROWS = 4_000
"""Of one conversation that one request looks at; what lies beyond is told to be out of reach."""
_PAGE = 200
_WORKERS = 16
_LAST = "~"  # greater than any event's id


@dataclass(frozen=True)
class _Sent:
    """A message that a row tells was sent."""

    message: MessageId
    place: Place
    at: str


class Recent:
    """Reads a tenant's conversations by its rows. ``clock`` gives aware times."""

    def __init__(
        self,
        rows: EventRows,
        events: KnownEvents,
        tenant: TenantId,
        ids_of: Callable[[ChannelId], Sequence[ChannelId]],
        clock: Callable[[], datetime],
    ) -> None:
        self._rows = rows
        self._events = events
        self._tenant = tenant
        self._ids_of = ids_of
        self._clock = clock

    @property
    def since(self) -> str:
        """Messages sent from then on can be told."""
        return from_datetime(self._clock() - self._events.life)

    def run(self, part: Part, direction: Direction, place: Place | None, limit: int) -> Run:
        """Up to ``limit`` messages next to a place, of those sent within reach; ``since`` says how far that was.

        Raises:
            UnavailableError: the table or bucket did not answer.
            CorruptError: a row points to where its event is not.
        """
        found: list[_Sent] = []
        reached = self.since
        for channel in self._ids_of(part.channel):
            sent, until = self._sent(channel, part, direction, place, limit)
            found += sent
            reached = max(reached, until, key=nanoseconds)
        within = [each for each in found if nanoseconds(each.at) >= nanoseconds(reached)]
        order = sorted(within, key=lambda each: (each.place.instant, each.place.place), reverse=direction == "before")
        told = self._documents(order, part, limit)
        run = cut(told, limit, fitting(told[:limit]))
        return replace(run if direction == "after" else backwards(run), since=reached)

    def _sent(
        self, channel: ChannelId, part: Part, direction: Direction, place: Place | None, limit: int
    ) -> tuple[list[_Sent], str]:
        """More than ``limit`` messages from a place on, and since when all that were sent are among them."""
        found: list[_Sent] = []
        for seen, row in enumerate(self._from(channel, part, direction, place)):
            each = self._message(row, part)
            at = row.at.partition("#")[0] if row.at else ""
            if len(found) > limit and at != sort_key(found[-1].at):
                break
            if seen >= MOST_ROWS and direction == "before":
                return found, from_unix(f"{(nanoseconds(at) + 1) // 10**9}.{(nanoseconds(at) + 1) % 10**9:09d}")
            if seen >= MOST_ROWS:
                raise UnavailableError("so much happened after this that the rows alone do not tell what was next")
            if each is not None and (place is None or _beyond(each.place, place, direction)):
                found.append(each)
        return found, self.since

    def _from(self, channel: ChannelId, part: Part, direction: Direction, place: Place | None) -> Iterator[EventRow]:
        """Rows from a place on (those of its very instant included), until the reach's or the part's end."""
        after, before = sort_key(self.since), f"{sort_key(part.as_of)}#{_LAST}" if part.as_of else None
        if place is not None and direction == "before":
            before = min(filter(None, (before, f"{_instant(place)}#{_LAST}")))
        elif place is not None:
            after = max(after, _instant(place))
        while True:
            page = self._rows.timeline(
                self._tenant, channel, Span(after, before), limit=_PAGE, newest_first=direction == "before"
            )
            yield from page
            if len(page) < _PAGE:
                return
            after, before = (after, page[-1].at) if direction == "before" else (page[-1].at or after, before)

    def _message(self, row: EventRow, part: Part) -> _Sent | None:
        told: Any = orjson.loads(row.event) if row.event is not None else self._events.of_row(row).event.as_json()
        if told["kind"] != "message.created":
            return None
        if part.thread is not None and part.thread not in (
            told.get("thread_id"),
            told.get("parent_message_id"),
            told["message_id"],
        ):
            return None
        at, message = told["occurred_at"], MessageId(told["message_id"])
        return _Sent(message, Place(*place_in_time(at, message)), at)

    def _documents(self, sent: Sequence[_Sent], part: Part, limit: int) -> list[Document]:
        """At least one more than ``limit`` of the messages, where there are as many."""
        now, found = self._clock(), list[Document]()
        with ThreadPoolExecutor(_WORKERS) as pool:
            for start in range(0, len(sent), limit + 1):
                batch = sent[start : start + limit + 1]
                found += [each for each in pool.map(lambda one: self._document(one, part, now), batch) if each]
                if len(found) > limit:
                    break
        return found

    def _document(self, sent: _Sent, part: Part, now: datetime) -> Document | None:
        told = self._events.of_message(self._tenant, sent.message, now)
        return _folded(told.known, part.as_of, now) if told.whole else None


def _folded(known: Sequence[Known], as_of: str | None, now: datetime) -> Document | None:
    if as_of is not None:
        return seen_at(known, as_of)
    state = message_state(each.event for each in known)
    return None if state is None else document(state, known, from_datetime(now))


def _beyond(place: Place, other: Place, direction: Direction) -> bool:
    here, there = (place.instant, place.place), (other.instant, other.place)
    return here < there if direction == "before" else here > there


def _instant(place: Place) -> str:
    """The instant of a place as rows have it: nine digits."""
    seconds, micros = divmod(place.instant, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{micros:06d}{place.place[:3]}Z"
