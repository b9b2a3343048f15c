"""What a person did in a stretch of time, on all platforms, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from quire.domain.acts import Act, act_of
from quire.domain.ids import SubjectId
from quire.domain.time import from_unix, nanoseconds
from quire.search.documents import Document, fitting, known_events
from quire.search.engine_errors import NoSuchIndexError
from quire.search.mapping import indexable_time
from quire.search.searcher import SHOWN
from quire.search.tenant_engine import TenantEngine

MOST_MESSAGES = 200
"""That one page is about; a longer time is told in more of them."""

_LEAST_NANOSECONDS = 1_000_000
_WITH_EVENTS = {"excludes": [name for name in SHOWN["excludes"] if name != "events"]}


@dataclass(frozen=True)
class Done:
    """An act, and the message it was done to, as it stands."""

    act: Act
    document: Document


class Days:
    """Reads what people of one tenant did."""

    def __init__(self, engine: TenantEngine) -> None:
        self._engine = engine

    def done(self, accounts: Sequence[SubjectId], since: str, until: str) -> tuple[list[Done], str | None]:
        """What the accounts did from ``since`` on (RFC 3339 in UTC, itself included) until ``until`` (left out), in
        order of time; and until when that goes, where it is not to the end.

        The time is halved until the messages of its first part fit on a page, so that every page is whole.

        Raises:
            UnavailableError: the engine did not answer.
        """
        begun, whole = nanoseconds(since), nanoseconds(until)
        ended = whole
        while True:
            documents = self._documents(accounts, since, _time(ended))
            fits = len(documents) <= MOST_MESSAGES and fitting(documents) == len(documents)
            if fits or ended - begun <= _LEAST_NANOSECONDS:
                break
            ended = begun + (ended - begun) // 2
        found = [each for document in documents for each in _done(document, set(accounts), begun, ended)]
        ordered = sorted(found, key=lambda each: (nanoseconds(each.act.at), each.document["message_id"]))
        return ordered, _time(ended) if ended < whole else None

    def _documents(self, accounts: Sequence[SubjectId], since: str, until: str) -> list[Document]:
        """Messages that the accounts had to do with and to which something happened in the time; at most one more than
        fit on a page."""
        window = {"gte": indexable_time(since), "lt": indexable_time(until)}
        body: dict[str, Any] = {
            "query": {
                "bool": {
                    "filter": [
                        {"terms": {"actors": list(accounts)}},
                        {"range": {"changed_at": window}},
                    ]
                }
            },
            "sort": [{"instant": "asc"}, {"place": "asc"}],
            "size": MOST_MESSAGES + 1,
            "track_total_hits": False,
            "_source": _WITH_EVENTS,
        }
        try:
            answer = self._engine.search(body)
        except NoSuchIndexError:
            return []
        return [hit["_source"] for hit in answer["hits"]["hits"]]


def _done(document: Document, accounts: set[SubjectId], begun: int, ended: int) -> Iterator[Done]:
    for known in known_events(document):
        act = act_of(known.event)
        if act is not None and act.subject_id in accounts and begun <= nanoseconds(act.at) < ended:
            yield Done(act, document)


def _time(instant: int) -> str:
    return from_unix(f"{instant // 10**9}.{instant % 10**9:09d}")
