"""What a tenant's questions mean: their words, names and times. The index is not asked for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from quire.search.query import Question
from quire.search.query.ast import Query
from quire.search.query.meaning import Meaning, meaning_of
from quire.search.query.names import Names, nobody
from quire.search.query.reading import parse
from quire.search.query.synonyms import Synonyms, widened
from quire.search.query.times import zone_named


def wall_clock() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


class Interpreter:
    """Reads the questions of one tenant.

    ``names`` makes, for one question, the directory in which it looks up whom it names; ``synonyms`` gives what words
    stand for each other.
    """

    def __init__(
        self,
        names: Callable[[], Names] = nobody,
        clock: Callable[[], datetime] = wall_clock,
        synonyms: Callable[[], Synonyms] = Synonyms,
    ) -> None:
        self._names = names
        self._clock = clock
        self._synonyms = synonyms

    def read(self, question: Question) -> tuple[Query, Meaning]:
        """A question's query with the tenant's synonyms, and what its names and times stand for now.

        Raises:
            QueryError: the query cannot be read.
            MalformedError: the question's time zone is none.
            UnavailableError: the directory did not answer.
        """
        query, notes = widened(parse(question.text), self._synonyms())
        meaning = meaning_of(query, self._names(), zone_named(question.zone), self._clock())
        return query, replace(meaning, notes=(*notes, *meaning.notes))

    def meant(self, question: Question) -> Question:
        """The question with all accounts of the persons among its senders.

        Raises:
            UnavailableError: the directory did not answer.
        """
        if not question.filters.user_ids:
            return question
        names = self._names()
        accounts = dict.fromkeys(one for each in question.filters.user_ids for one in names.accounts(each))
        return replace(question, filters=replace(question.filters, user_ids=tuple(accounts)))
