"""A search that is answered without the index: by the rules that the engines are held against, over recent messages."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from quire.domain.errors import MalformedError
from quire.domain.ids import TenantId
from quire.domain.time import from_unix
from quire.search.cursor import Place, decode, encode, scope_of
from quire.search.documents import Document
from quire.search.highlight import fragments
from quire.search.interpreter import Interpreter
from quire.search.query import Filters, Question
from quire.search.query.filters import FIELDS, FLAG_FIELDS
from quire.search.query.marking import marked
from quire.search.query.matching import matches
from quire.search.query.texts import TEXT_FIELDS
from quire.search.recent_search import RecentSearch


@dataclass(frozen=True)
class LatePage:
    """Messages that match, newest first, each with its highlights. Of those sent from ``since`` on until ``until``
    (``None``: now) all that match are on this page and those before it; ``next_cursor`` goes on further back."""

    found: list[tuple[Document, list[str]]]
    since: str
    until: str | None
    next_cursor: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Lately:
    """Searches the recent messages of one tenant."""

    tenant: TenantId
    recent: RecentSearch
    interpreter: Interpreter

    def place(self, question: Question, cursor: str) -> Place | None:
        """Where a cursor of an earlier page of this kind goes on; ``None`` where it is none of these."""
        try:
            return decode(self._scope(question), cursor, ranked=False)
        except MalformedError:
            return None

    def search(self, question: Question, before: Place | None = None) -> LatePage:
        """The newest messages that match, whatever order was asked for, from a place on.

        Raises:
            QueryError: the query cannot be read, or would cost too much.
            MalformedError: the time zone is none.
            UnavailableError: table, bucket or directory did not answer.
        """
        query, meaning = self.interpreter.read(question)
        filters = self.interpreter.meant(question).filters

        def wanted(document: Document) -> bool:
            return _lets_pass(filters, document) and matches(query, document, meaning)

        found = self.recent.find(wanted, question.limit, question.since, question.until, before)
        return LatePage(
            [(each, fragments(marked(query, each), TEXT_FIELDS)) for each in found.documents],
            found.since,
            question.until if before is None else _time(before),
            None if found.next is None else encode(self._scope(question), found.next),
            tuple(meaning.notes),
        )

    def _scope(self, question: Question) -> str:
        return scope_of(self.tenant, "lately", asdict(replace(question, limit=0)))


def _lets_pass(filters: Filters, document: Document) -> bool:
    return _has_flag(filters, document) and all(
        _has_one(document.get(field), getattr(filters, kind)) for kind, field in FIELDS.items()
    )


def _has_one(told: Any, any_of: Sequence[str]) -> bool:
    values = [told] if isinstance(told, str) else told or ()
    return not any_of or not set(values).isdisjoint(any_of)


def _has_flag(filters: Filters, document: Mapping[str, Any]) -> bool:
    return not filters.flags or any(document.get(FLAG_FIELDS[each]) for each in filters.flags)


def _time(place: Place) -> str:
    seconds, micros = divmod(place.instant, 10**6)
    return from_unix(f"{seconds}.{micros:06d}{place.place[:3]}")
