"""Stretches of conversations: what part of one is read, what is read of it, and the cursors to go on with."""

from dataclasses import dataclass, replace
from typing import Literal

from quire.domain.ids import ChannelId, MessageId, TenantId
from quire.search.cursor import Place, decode, encode, scope_of
from quire.search.documents import Document

Direction = Literal["before", "after"]


@dataclass(frozen=True)
class Part:
    """What is read: a conversation, or one ``thread`` of it (by the message that began it), as it stands with all that
    the archive knows, or as members saw it at ``as_of`` (RFC 3339 in UTC; :mod:`quire.search.moments`)."""

    channel: ChannelId
    as_of: str | None = None
    thread: MessageId | None = None


@dataclass(frozen=True)
class Stretch:
    """Part of a conversation, oldest message first; a cursor is ``None`` where there is nothing further.

    ``since`` is given where the index did not answer and only what was sent from then on was looked at.
    """

    documents: list[Document]
    before: str | None
    after: str | None
    since: str | None = None


@dataclass(frozen=True)
class Run:
    """Messages next to a place, oldest first, and whether there are ``more`` beyond; ``since`` as in a stretch."""

    documents: list[Document]
    more: bool
    since: str | None = None


def place_of(document: Document) -> Place:
    """Where a message stands in time."""
    return Place(int(document["instant"]), document["place"])


def stretch_of(tenant: TenantId, part: Part, earlier: Run, later: Run, middle: tuple[Document, ...] = ()) -> Stretch:
    """Two runs and what is between them."""
    documents = [*earlier.documents, *middle, *later.documents]
    since = earlier.since or later.since
    if not documents:
        return Stretch([], None, None, since)
    scope = _scope(tenant, part)
    return Stretch(
        documents,
        encode(scope, place_of(documents[0])) if earlier.more else None,
        encode(scope, place_of(documents[-1])) if later.more else None,
        since,
    )


def place_from(tenant: TenantId, part: Part, cursor: str) -> Place:
    """The place that a cursor of an earlier stretch names.

    Raises:
        MalformedError: it is no cursor of this part, at this moment.
    """
    return decode(_scope(tenant, part), cursor, ranked=False)


def cut(found: list[Document], limit: int, fit: int) -> Run:
    """A run of the first of ``found``, in the order they were found."""
    kept = found[: min(limit, fit)]
    return Run(kept, len(found) > len(kept))


def backwards(run: Run) -> Run:
    """The same run the other way round."""
    return replace(run, documents=run.documents[::-1])


def _scope(tenant: TenantId, part: Part) -> str:
    return scope_of(tenant, "conversation", part.channel, part.as_of, part.thread)
