"""A search that is answered without the index: by the rules that the engines are held against, over recent messages."""

from collections.abc import Callable
from dataclasses import dataclass

from quire.search.documents import Document
from quire.search.query import Filters, Question
from quire.search.query.ast import Query
from quire.search.query.matching import matches
from quire.search.query.meaning import Meaning
from quire.search.recent_search import Found, RecentSearch


@dataclass(frozen=True)
class Lately:
    """Searches the recent messages of one tenant. ``read`` gives a question's query and what it means now."""

    recent: RecentSearch
    read: Callable[[Question], tuple[Query, Meaning]]

    def search(self, question: Question) -> tuple[Found, tuple[str, ...]]:
        """The newest messages that match, whatever order was asked for, and the notes of
        :class:`quire.search.searcher.Page`.

        Raises:
            QueryError: the query cannot be read, or would cost too much.
            MalformedError: the time zone is none.
            UnavailableError: table, bucket or directory did not answer.
        """
        query, meaning = self.read(question)

        def wanted(document: Document) -> bool:
            return _lets_pass(question.filters, document) and matches(query, document, meaning)

        return self.recent.find(wanted, question.limit, question.since, question.until), tuple(meaning.notes)


def _lets_pass(filters: Filters, document: Document) -> bool:
    told = {
        "platform": filters.platforms,
        "channel_id": filters.channel_ids,
        "user_id": filters.user_ids,
        "workspace_id": filters.workspace_ids,
    }
    return all(not any_of or document.get(name) in any_of for name, any_of in told.items())
