"""Time travel: documents of messages as members saw them at an instant. Pure."""

from collections.abc import Sequence

from quire.domain.moment import state_at
from quire.search.documents import Document, Known, document, known_events

AS_SEEN = ["events", "attachments.attachment_id", "instant", "place"]
"""What of a document is read to fold it at another instant, and to tell where it stands."""


def seen_at(known: Sequence[Known], at: str) -> Document | None:
    """The document of one message at ``at`` (RFC 3339 in UTC, itself included), ``None`` before it was sent.

    See :func:`quire.domain.moment.state_at`. Besides what a document has: ``seen_at`` is ``at``; ``is_tombstone``, it
    was deleted by then; ``is_untold``, it was there, but what it said is not known.
    """
    state = state_at([each.event for each in known], at)
    if state is None:
        return None
    happened = set(state.event_ids)
    until_then = [each for each in known if each.event.event_id in happened]
    made = {name: value for name, value in document(state, until_then, at).items() if name != "events"}
    made["seen_at"] = at
    made["is_tombstone"] = state.deleted_at is not None
    made["is_untold"] = state.deleted_at is None and state.content is None
    return made


def as_seen(documents: Sequence[Document], at: str) -> list[Document]:
    """Indexed documents (at least :data:`AS_SEEN` of them) as they were at ``at``, those sent by then, in order.

    Raises:
        pydantic.ValidationError: they hold events of a schema this version does not read.
    """
    told = (seen_at(known_events(document_), at) for document_ in documents)
    return [each for each in told if each is not None]
