"""Search: a question in, a page of hits out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from quire.domain.time import from_datetime, nanoseconds
from quire.search.cursor import First, decode, encode, scope_of
from quire.search.documents import Document, fitting
from quire.search.engine_errors import NoSuchIndexError, TooWideError
from quire.search.explain import Explanation, Here, explained
from quire.search.facets import Counting, Facet, FacetName, counted, counting
from quire.search.highlight import AFTER, BEFORE, fragments
from quire.search.interpreter import Interpreter, wall_clock
from quire.search.paging import Pages, continued, place_after
from quire.search.query import COUNTED_UP_TO, Question, sorting
from quire.search.query.ast import Query
from quire.search.query.compiling import FOUND_IN_FILES, compiled, highlighted, in_files, marked_fields
from quire.search.query.errors import QueryError
from quire.search.query.marking import marked
from quire.search.query.meaning import Meaning
from quire.search.query.reading import parse
from quire.search.query.texts import ALL, TEXT_FIELDS, Texts
from quire.search.suggest import suggestion
from quire.search.tenant_engine import TenantEngine

_UNSHOWN = "events attachment_text attachments.extracted_text words_* tokens parts unspaced unspaced_before changed_at"
SHOWN: dict[str, list[str]] = {"excludes": _UNSHOWN.split()}
"""What of a document is read to show it."""
_NARROWER = "more letters before the first * or ? of a wildcard beside NEAR or BEFORE, or a longer fuzzy word there"


@dataclass(frozen=True)
class FoundIn:
    """A file, by the attachment's id."""

    attachment_id: str
    name: str | None


@dataclass(frozen=True)
class Hit:
    """A message found; ``highlights`` are HTML-safe fragments with ``<mark>`` around what was looked for.

    ``found_in`` are its files in which some of the words are, the best first; ``explanation`` is there when asked for.
    """

    document: Document
    highlights: list[str]
    found_in: list[FoundIn] = field(default_factory=list)
    explanation: Explanation | None = None


@dataclass(frozen=True)
class Extras:
    """What a page may tell beside its hits: facets of the whole result (first page only), why each hit is there, and,
    where nothing is found, what may have been meant."""

    facets: tuple[FacetName, ...] = ()
    explain: bool = False
    suggest: bool = False


NONE = Extras()


@dataclass(frozen=True)
class Page:
    """Hits in order; ``total`` is exact unless ``at_least``; ``next_cursor`` is ``None`` on the last page.

    ``notes`` say what names in the query stand for where that is not obvious; ``suggestion`` is another query.
    """

    total: int
    at_least: bool
    hits: list[Hit]
    next_cursor: str | None
    notes: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    suggestion: str | None = None


@dataclass(frozen=True)
class _Asked:
    """A question as it was read: its query, what that means now, and what is counted beside it."""

    question: Question
    query: Query
    meaning: Meaning
    counting: Counting


class Searcher:
    """Searches the messages of one tenant; the tenant is part of the object, never of a question.

    ``interpreter`` says what its questions mean, ``where`` are the texts to look at.
    """

    def __init__(
        self,
        engine: TenantEngine,
        interpreter: Interpreter | None = None,
        clock: Callable[[], datetime] = wall_clock,
        where: Texts = ALL,
    ) -> None:
        self._engine = engine
        self._tenant = engine.tenant
        self._interpreter = interpreter or Interpreter(clock=clock)
        self._clock = clock
        self._where = where
        self._here = Here(engine, where)
        self._pages = Pages(engine)

    def search(self, question: Question, cursor: str | None = None, extras: Extras = NONE) -> Page:
        """One page. A page begins after a place, not at a number: what comes meanwhile moves nothing.

        By time every message comes once, because its place never changes. An edit may change its rank: ranked pages
        from the second on are read from one point in time, as long as the engine keeps it, without what the first page
        showed and what was captured after it. The second begins with what rose meanwhile. Where there is no room for
        points in time, a message edited between later pages may be missing or come twice.

        Raises:
            QueryError: the query cannot be read, or would cost too much.
            MalformedError: the cursor or the time zone is none.
            UnavailableError: the engine or the directory did not answer.
        """
        asked = self._asked(question, extras.facets if cursor is None else ())
        scope = scope_of(self._tenant, asdict(replace(question, limit=0)))
        now = nanoseconds(from_datetime(self._clock())) // 1000
        place = None if cursor is None else decode(scope, cursor, ranked=question.ranked)
        try:
            answer, snapshot = self._pages.read(continued(self._body(asked), place), place)
        except TooWideError as error:
            raise QueryError(0, len(question.text), _NARROWER) from error
        except NoSuchIndexError:
            return Page(0, False, [], None, asked.meaning.notes)
        found = answer["hits"]["hits"]
        shown = found[: fitting([hit["_source"] for hit in found[: question.limit]])]
        more = len(found) > len(shown)
        if not more:
            self._pages.close(snapshot)
        total = answer["hits"]["total"]
        first = place.first if place else First(now, tuple(hit["_id"] for hit in shown)) if question.ranked else None
        last = place_after(shown[-1]["sort"], place, snapshot, first) if more else None
        return Page(
            total=int(total["value"]) + (len(place.first.shown) if place and place.first else 0),
            at_least=total["relation"] != "eq",
            hits=self._hits(asked, shown, extras),
            next_cursor=None if last is None else encode(scope, last),
            notes=asked.meaning.notes,
            facets=tuple(counted(answer, extras.facets, question.filters)),
            suggestion=self._suggestion(asked) if extras.suggest and not found and cursor is None else None,
        )

    def count(self, question: Question) -> int:
        """How many messages match; raises as :meth:`search`."""
        asked = self._asked(question, ())
        body = {"query": self._wanted(asked), "size": 0, "track_total_hits": COUNTED_UP_TO}
        try:
            return int(self._engine.search(body)["hits"]["total"]["value"])
        except NoSuchIndexError:
            return 0

    def fresh(self, question: Question, *, indexed_since: str, captured_since: str, most: int) -> tuple[list[str], int]:
        """Ids of at most ``most`` messages that match, indexed and captured since, the latest captured first; and how
        many there are at least. Raises as :meth:`search`."""
        wanted = self._wanted(self._asked(question, ()))
        since = {"indexed_at": indexed_since, "captured_at": captured_since}
        wanted["bool"]["filter"] += [{"range": {name: {"gte": moment}}} for name, moment in since.items()]
        body = {
            "query": wanted,
            "size": most,
            "sort": [{"captured_at": {"order": "desc"}}, {"place": {"order": "desc"}}],
            "track_total_hits": COUNTED_UP_TO,
            "_source": False,
        }
        try:
            hits = self._engine.search(body)["hits"]
        except NoSuchIndexError:
            return [], 0
        return [str(hit["_id"]) for hit in hits["hits"]], int(hits["total"]["value"])

    def meaning(self, question: Question) -> Meaning:
        """What the names and times of a question's query stand for now.

        Raises:
            QueryError: the query cannot be read, or would cost too much.
            MalformedError: the question's time zone is none.
            UnavailableError: the directory did not answer.
        """
        query, meaning = self._interpreter.read(question)
        compiled(self._tenant, question, query, meaning, self._where)
        return meaning

    def _asked(self, question: Question, facets: Sequence[FacetName]) -> _Asked:
        query, meaning = self._interpreter.read(question)
        return _Asked(question, query, meaning, counting(self._interpreter.meant(question), facets))

    def _wanted(self, asked: _Asked) -> dict[str, Any]:
        return compiled(self._tenant, asked.counting.question, asked.query, asked.meaning, self._where)

    def _hits(self, asked: _Asked, shown: Sequence[Mapping[str, Any]], extras: Extras) -> list[Hit]:
        hits = [_hit(hit, asked.query) for hit in shown]
        if not extras.explain:
            return hits
        ids = [hit.document["message_id"] for hit in hits]
        told = explained(self._here, asked.question, asked.query, asked.meaning, ids)
        return [replace(hit, explanation=told[name]) for hit, name in zip(hits, ids, strict=True)]

    def _suggestion(self, asked: _Asked) -> str | None:
        def finds(text: str) -> bool:
            return self.count(replace(asked.question, text=text)) > 0

        return suggestion(self._here, parse(asked.question.text), finds)

    def _body(self, asked: _Asked) -> dict[str, Any]:
        wanted, files, question = self._wanted(asked), in_files(asked.query), asked.question
        if files is not None:
            wanted["bool"]["filter"].append(files)
        body: dict[str, Any] = {
            "query": wanted,
            "sort": sorting(question),
            "size": question.limit + 1,
            "track_total_hits": COUNTED_UP_TO,
            "_source": SHOWN,
        }
        if asked.counting.aggregations:
            body["aggs"] = asked.counting.aggregations
        if asked.counting.after is not None:
            body["post_filter"] = asked.counting.after
        marks = highlighted(asked.query, BEFORE, AFTER, self._where)
        if marks is not None:
            body["highlight"] = marks
        return body


def _hit(hit: Mapping[str, Any], query: Query) -> Hit:
    files = hit.get("inner_hits", {}).get(FOUND_IN_FILES, {}).get("hits", {}).get("hits", [])
    found_in = [FoundIn(file["_source"]["attachment_id"], file["_source"].get("name")) for file in files]
    marks = fragments(hit.get("highlight", {}), marked_fields())
    # Engines mark no part of a word, and nothing in scripts without spaces.
    return Hit(hit["_source"], marks or fragments(marked(query, hit["_source"]), TEXT_FIELDS), found_in)
