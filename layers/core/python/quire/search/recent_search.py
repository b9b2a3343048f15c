"""Search while the index does not answer: through what was captured lately, newest first, message by message.

The rows are read in ever longer stretches of time, each whole before the one before it, so that what is said to have
been looked through has been. It is slow, bounded, and told as what it is.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from quire.aws.directory import ChannelEntry, Directory
from quire.aws.event_rows import EventRow, EventRows, Span
from quire.domain.ids import ChannelId, MessageId, TenantId
from quire.domain.message import message_state
from quire.domain.time import from_datetime, from_unix, nanoseconds, sort_key
from quire.search.cursor import Place
from quire.search.documents import Document, document, fitting
from quire.search.known import KnownEvents
from quire.search.mapping import place_in_time
from quire.search.stretches import place_of

MOST_MESSAGES = 2_000
"""That one search looks at."""
MOST_CHANNELS = 2_000
"""With messages in a stretch of time, whose rows one search reads."""
_FIRST, _LEAST = 3600 * 10**9, 10**9
"""Nanoseconds of the first stretch of time; with shorter ones than the least it is not tried any more."""
_AHEAD = timedelta(hours=1)
_PAGE = 500
_WORKERS = 16


@dataclass(frozen=True)
class Found:
    """Messages that match, newest first. All that were sent from ``since`` on, before where the page begins, are among
    them. ``next`` is where to go on, where there may be others within reach."""

    documents: list[Document]
    since: str
    next: Place | None = None


class RecentSearch:
    """Searches a tenant's rows. ``clock`` gives aware times."""

    def __init__(
        self,
        rows: EventRows,
        events: KnownEvents,
        directory: Directory,
        tenant: TenantId,
        clock: Callable[[], datetime],
    ) -> None:
        self._rows = rows
        self._events = events
        self._directory = directory
        self._tenant = tenant
        self._clock = clock

    def find(
        self,
        wanted: Callable[[Document], bool],
        limit: int,
        since: str | None = None,
        until: str | None = None,
        before: Place | None = None,
    ) -> Found:
        """The newest ``limit`` messages that are ``wanted`` of those sent from ``since`` on (included) until ``until``
        (left out) and before the place ``before``, as far back as rows and bounds allow.

        Raises:
            UnavailableError: table or bucket did not answer.
            CorruptError: a row points to where its event is not.
        """
        now = self._clock()
        floor = max(from_datetime(now - self._events.life), since or "", key=_instant)
        ceiling = _instant(until or from_datetime(now + _AHEAD))  # platforms' clocks may be ahead of ours
        if before is not None:
            ceiling = min(ceiling, _after(before))
        channels = list(self._channels())
        found: list[Document] = []
        reached, looked, length, growing = ceiling, 0, _FIRST, True
        while reached > _instant(floor) and length >= _LEAST:
            begun = max(_instant(floor), reached - length)
            sent = self._sent(channels, begun, reached, MOST_MESSAGES - looked)
            if sent is None:
                length, growing = length // 2, False
                continue
            looked += len(sent)
            fitting_ = (each for each in self._documents(sent, now) if _is_before(each, before) and wanted(each))
            found += sorted(fitting_, key=_newest, reverse=True)
            reached, length = begun, length * 2 if growing else length // 2
            if len(found) > limit or (len(found) == limit and reached > _instant(floor)):
                return _first(found, limit)
        shown = found[: fitting(found)]
        if len(shown) < len(found):
            return _first(found, len(shown))
        more = _instant(floor) < reached < ceiling
        return Found(found, _time(reached), Place(*place_in_time(_time(reached), "")) if more else None)

    def _channels(self) -> Iterator[ChannelEntry]:
        after: ChannelId | None = None
        while True:
            page = self._directory.channels(self._tenant, limit=_PAGE, after=after)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].channel_id

    def _sent(self, channels: Sequence[ChannelEntry], begun: int, ended: int, most: int) -> list[MessageId] | None:
        """The messages sent in a stretch of time; ``None`` where they are more than may still be looked at."""
        active = [each for each in channels if _instant(each.last_message_at) >= begun]
        if len(active) > MOST_CHANNELS:
            return None
        span = Span(sort_key(_time(begun)), sort_key(_time(ended)))
        found: list[MessageId] = []
        with ThreadPoolExecutor(_WORKERS) as pool:
            for sent in pool.map(lambda each: self._of_channel(each.channel_id, span, most), active):
                found += sent
                if len(found) > most:
                    return None
        return found

    def _of_channel(self, channel: ChannelId, span: Span, most: int) -> list[MessageId]:
        """More than ``most`` messages mean that there may be others."""
        found: list[MessageId] = []
        after = span.after
        while len(found) <= most:
            page = self._rows.timeline(self._tenant, channel, Span(after, span.before), limit=_PAGE)
            found += [message for message in map(self._created, page) if message is not None]
            if len(page) < _PAGE:
                break
            after = page[-1].at
        return found

    def _created(self, row: EventRow) -> MessageId | None:
        told = orjson.loads(row.event) if row.event is not None else self._events.of_row(row).event.as_json()
        return MessageId(told["message_id"]) if told["kind"] == "message.created" else None

    def _documents(self, sent: Sequence[MessageId], now: datetime) -> list[Document]:
        with ThreadPoolExecutor(_WORKERS) as pool:
            return [each for each in pool.map(lambda message: self._document(message, now), sent) if each is not None]

    def _document(self, message: MessageId, now: datetime) -> Document | None:
        told = self._events.of_message(self._tenant, message, now)
        state = message_state(each.event for each in told.known) if told.whole else None
        return None if state is None else document(state, told.known, from_datetime(now))


def _first(found: Sequence[Document], limit: int) -> Found:
    """The first of them; older ones than the last were not all looked for."""
    shown = list(found[: min(limit, fitting(found[:limit]))])
    exact = shown[-1].get("exact_times", {}).get("timestamp", shown[-1]["timestamp"])
    return Found(shown, exact, place_of(shown[-1]))


def _is_before(document_: Document, place: Place | None) -> bool:
    return place is None or _newest(document_) < (place.instant, place.place)


def _after(place: Place) -> int:
    """The first nanosecond after a place's own: what was sent at the very same instant may be on either side."""
    return place.instant * 1000 + int(place.place[:3]) + 1


def _newest(document_: Document) -> tuple[int, str]:
    return document_["instant"], document_["place"]


def _instant(at: str | None) -> int:
    """Nanoseconds since 1970; long ago where there is no time."""
    return nanoseconds(at) if at else -(10**20)


def _time(instant: int) -> str:
    return from_unix(f"{instant // 10**9}.{instant % 10**9:09d}")
