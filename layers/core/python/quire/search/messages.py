"""One message by its id: from its rows, which are ahead of the index; else from the index, which outlives rows."""

from collections.abc import Callable, Sequence
from datetime import datetime

from quire.domain.ids import MessageId, TenantId
from quire.domain.message import message_state
from quire.domain.time import from_datetime
from quire.search.conversations import Conversations
from quire.search.documents import Document, Known, document, known_events
from quire.search.known import KnownEvents
from quire.search.moments import seen_at


class Messages:
    """Finds messages of one tenant. ``clock`` gives aware times."""

    def __init__(
        self, tenant: TenantId, events: KnownEvents, indexed: Conversations, clock: Callable[[], datetime]
    ) -> None:
        self._tenant = tenant
        self._events = events
        self._indexed = indexed
        self._clock = clock

    def find(self, message: MessageId) -> Document | None:
        """The document of a message as it stands, ``None`` when the tenant has none of this id.

        Raises:
            UnavailableError: what is needed to tell did not answer.
        """
        now = self._clock()
        known = self._known(message, now)
        state = message_state(each.event for each in known) if known else None
        return None if state is None else document(state, known, from_datetime(now))

    def find_at(self, message: MessageId, as_of: str) -> Document | None:
        """The document of a message as members saw it at ``as_of`` (RFC 3339 in UTC), ``None`` when the tenant has none
        of this id, or had none by then. Raises as :meth:`find`."""
        return seen_at(self._known(message, self._clock()), as_of)

    def events(self, message: MessageId) -> Sequence[Known]:
        """All events known of a message; none when the tenant has no message of this id. Raises as :meth:`find`."""
        return self._known(message, self._clock())

    def _known(self, message: MessageId, now: datetime) -> Sequence[Known]:
        told = self._events.of_message(self._tenant, message, now)
        if told.whole:
            return told.known
        indexed = self._indexed.message(message, with_events=True)
        older = known_events(indexed) if indexed is not None else []
        return list({each.event.event_id: each for each in (*older, *told.known)}.values())
