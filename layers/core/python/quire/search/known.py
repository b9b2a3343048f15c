"""What is known of a message: its event rows, and where an event was too large for its row, the segment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from quire.aws.event_rows import EventRow, EventRows
from quire.domain.errors import CorruptError
from quire.domain.events import event_from_json
from quire.domain.ids import EventId, MessageId, TenantId
from quire.domain.time import from_datetime, nanoseconds
from quire.search.documents import Known

_MARGIN = timedelta(days=2)
"""Rows vanish within days around their expiry; from this long before it on they are not relied on."""


@dataclass(frozen=True)
class SegmentEvents:
    """How segments are read: all events of one, and the events of one frame of one.

    Both raise ``NotFoundError`` when there is no such object, ``CorruptError`` when it is not what it says.
    """

    all_of: Callable[[str, str], Iterable[Known]]
    """By object key and version."""
    frame_of: Callable[[str, str, int], Iterable[Known]]
    """By object key, version and the frame's number."""


@dataclass(frozen=True)
class Told:
    """The events of one message. ``whole`` says that no other can exist: none of its rows can have expired."""

    known: list[Known]
    whole: bool


class KnownEvents:
    """Reads events by message. ``row_days`` is how long a row lives."""

    def __init__(self, rows: EventRows, segments: SegmentEvents, row_days: int) -> None:
        self._rows = rows
        self._segments = segments
        self._life = timedelta(days=row_days) - _MARGIN

    @property
    def life(self) -> timedelta:
        """A message that was sent no longer ago has all its rows."""
        return self._life

    def of_row(self, row: EventRow) -> Known:
        """The event of a row. Raises as :meth:`of_message`."""
        return self._known(row, {})

    def of_message(self, tenant: TenantId, message: MessageId, now: datetime, held: Sequence[Known] = ()) -> Told:
        """The message's events by its rows (strongly consistent), and those in hand already.

        Where both know an event, the row says where it counts: a segment may have lost the race for it. No event of
        a message is older than its creation, so while the creation's row is young, no row can have expired.

        Raises:
            UnavailableError: table or bucket did not answer.
            CorruptError: a row points to where its event is not.
        """
        by_id = {each.event.event_id: each for each in held}
        by_row = [self._known(row, by_id) for row in self._rows.of_message(tenant, message)]
        oldest = nanoseconds(from_datetime(now - self._life))
        created = [each.event for each in by_row if each.event.kind == "message.created"]
        whole = any(nanoseconds(event.occurred_at) > oldest for event in created)
        return Told(list({each.event.event_id: each for each in (*held, *by_row)}.values()), whole)

    def _known(self, row: EventRow, held: Mapping[EventId, Known]) -> Known:
        ours = held.get(row.event_id)
        if ours is not None and (ours.segment, ours.version_id, ours.frame) == (row.segment, row.version_id, row.frame):
            return ours  # the very event that the row was written of
        if row.event is not None:
            stored = orjson.loads(row.event)
            return Known(event_from_json(stored), row.segment, row.version_id, row.frame, stored)
        known = ours or self._from_segment(row)
        return Known(known.event, row.segment, row.version_id, row.frame, known.stored)

    def _from_segment(self, row: EventRow) -> Known:
        for each in self._segments.frame_of(row.segment, row.version_id, row.frame):
            if each.event.event_id == row.event_id:
                return each
        raise CorruptError("a row points to a frame that does not hold its event")
