"""What the archive tells of a message, and the document that follows from it.

Rows and documents only say where an event lies; what it says is read there. An event whose frame was erased is not
told of by anybody. One whose segment is damaged is taken as it was last known, for nothing is lost by that, and the
segment is named.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import ValidationError

from quire.domain.errors import CorruptError
from quire.domain.ids import EventId, TenantId
from quire.search.documents import Document, Known, known_events
from quire.search.drift.comparing import Pointer, pointers
from quire.search.drift.findings import Look
from quire.search.drift.objects import Objects
from quire.search.drift.shelf import Lying
from quire.search.writes import Write

Fold = Callable[[TenantId, Sequence[Known]], Write]
"""The document of a message, from all that is known of it."""


class Truth:
    """Finds out what the archive tells."""

    def __init__(self, objects: Objects, fold: Fold) -> None:
        self._objects = objects
        self._fold = fold

    def of(
        self, look: Look, tenant: TenantId, held: Sequence[Known], rows: Sequence[Known], lying: Iterable[Lying]
    ) -> dict[EventId, Known]:
        """Every event of a message: those ``held`` were read from a segment; ``rows`` and documents say where others
        may be. Where an event lies more than once, the row says where it counts."""
        found: dict[EventId, Known] = {each.event.event_id: each for each in held}
        counted = {row.event.event_id for row in rows}
        for row in rows:
            checked = self._checked(look, tenant, _pointer(row), found.get(row.event.event_id), row)
            if checked is not None:
                found[row.event.event_id] = checked
        by_rows = counted & found.keys()
        for document in lying:
            stored = {each.event.event_id: each for each in _stored(document.source)}
            for pointer in pointers(document.source):
                if pointer.event_id in by_rows:
                    continue
                so_far = found.get(pointer.event_id)
                checked = self._checked(look, tenant, pointer, so_far, so_far or stored.get(pointer.event_id))
                if checked is not None and checked.event.message_id == document.message_id:
                    found[pointer.event_id] = checked
        return found

    def document(
        self, look: Look, tenant: TenantId, told: Mapping[EventId, Known], due: Iterable[EventId], lying: Lying
    ) -> Document | None:
        """What a document should be: folded from the events that it names and that the archive has, in its order, and
        those that are ``due``. It may say where they lie, if they do; ``None`` where there are none."""
        known: dict[EventId, Known] = {}
        stored = {each.event.event_id: each for each in _stored(lying.source)}
        for pointer in pointers(lying.source):
            event_id = pointer.event_id
            checked = self._checked(look, tenant, pointer, told.get(event_id), told.get(event_id, stored.get(event_id)))
            if checked is not None:
                known[event_id] = checked
        for event_id in due:
            known.setdefault(event_id, told[event_id])
        about = [each for each in known.values() if each.event.message_id == lying.message_id]
        return self._fold(tenant, about).document if about else None

    def _checked(
        self, look: Look, tenant: TenantId, pointer: Pointer, held: Known | None, known: Known | None
    ) -> Known | None:
        """The event as it lies where the pointer says; else as it is ``held``, and where its segment is damaged as it
        is ``known``."""
        if held is not None and _pointer(held) == pointer:
            return held
        try:
            event = self._objects.at(tenant, pointer)
        except CorruptError:
            look.fault(pointer.segment)
            if known is None:
                return held
            event = known.event
        return held if event is None else Known(event, *pointer[1:])


def _pointer(known: Known) -> Pointer:
    return Pointer(known.event.event_id, known.segment, known.version_id, known.frame)


def _stored(source: Document) -> list[Known]:
    """The events of a document; none where it holds what no document of ours does."""
    try:
        return known_events(source)
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError):
        return []
