"""POST /v1/search"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from quire.api.message import Message, message_fields
from quire.api.model import ApiModel, Maybe, Time
from quire.api.routing import Api
from quire.identity.actions import Action
from quire.search import searcher
from quire.search.cursor import MAX_LENGTH
from quire.search.directory import Names, names_for
from quire.search.query import Filters, Question, Sort, limits
from quire.search.query.json_form import as_json
from quire.search.query.printing import printed
from quire.search.query.reading import parse
from quire.search.query.wording import in_words

_Word = Annotated[str, Field(min_length=1, max_length=200)]
_AnyOf = _Word | Annotated[list[_Word], Field(min_length=1, max_length=50)]
_Zone = Annotated[str, Field(min_length=1, max_length=64)]


class SearchFilters(ApiModel):
    """Each is one value, or several of which any will do."""

    platform: _AnyOf | None = None
    channel_id: _AnyOf | None = None
    user_id: _AnyOf | None = None
    workspace_id: _AnyOf | None = None


class SearchRequest(ApiModel):
    """What to look for. ``from`` is included, ``to`` is left out. Without ``sort`` words rank by relevance, and
    everything else comes newest first. A ``cursor`` goes on where an answer to the same request ended. ``zone`` is
    the IANA name of the time zone in which days named in the query begin."""

    query: Annotated[str, Field(max_length=limits.MAX_LENGTH)] = ""
    zone: _Zone = "UTC"
    filters: SearchFilters = SearchFilters()
    from_: Annotated[Time | None, Field(alias="from")] = None
    to: Time | None = None
    sort: Sort | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 25
    cursor: Annotated[str, Field(max_length=MAX_LENGTH)] | None = None


class FoundIn(ApiModel):
    """A file that holds some of the words."""

    attachment_id: str
    name: Maybe[str] = None


class Hit(Message):
    """A message found; ``highlights`` are HTML-safe fragments with ``<mark>`` around what was looked for, ``found_in``
    the files in whose text it was found, the best first."""

    highlights: list[str]
    found_in: list[FoundIn]


class ParseRequest(ApiModel):
    """A query to be shown back."""

    query: Annotated[str, Field(max_length=limits.MAX_LENGTH)]
    zone: _Zone = "UTC"


class QueryShown(ApiModel):
    """A query as it was understood: ``text`` in the query language with every AND written out, ``words`` as a sentence,
    ``json`` as a tree. ``notes`` say whom a name stands for where that is not one, or that nobody has it."""

    text: str
    words: str
    tree: Annotated[dict[str, Any], Field(alias="json")]
    notes: list[str]


class SearchAnswer(ApiModel):
    """Hits in order; ``total`` is exact where ``total_relation`` is ``eq``, a lower bound where it is ``gte``.
    ``query`` is what was looked for."""

    total: int
    total_relation: Literal["eq", "gte"]
    hits: list[Hit]
    next_cursor: str | None
    query: QueryShown


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route("POST", "/v1/search", action=Action.SEARCH_MESSAGES, summary="Search messages")
    def search_messages(request: Annotated[SearchRequest, Body()]) -> SearchAnswer:
        """Words must all occur, "quoted phrases" exactly as written; texts before edits and deletions count too. A
        query that cannot be read is answered with ``query-malformed``, the ``column`` and what was ``expected``."""
        asked = api.asked()
        asked.detail.update(request.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"cursor"}))
        page = asked.scope.searcher.search(question_of(request), request.cursor)
        asked.detail["total"] = page.total
        names = names_for(asked.scope.directory, asked.scope.tenant, [hit.document for hit in page.hits])
        return SearchAnswer(
            total=page.total,
            total_relation="gte" if page.at_least else "eq",
            hits=[_shown(hit, names) for hit in page.hits],
            next_cursor=page.next_cursor,
            query=query_shown(request.query, page.notes),
        )

    @api.route("POST", "/v1/search/parse", action=Action.SEARCH_MESSAGES, summary="Show a query back")
    def parse_query(request: Annotated[ParseRequest, Body()]) -> QueryShown:
        """How a query is understood, without running it. Errors as of a search."""
        asked = api.asked()
        asked.detail.update({"query": request.query, "only": "parse"})
        question = Question(text=request.query, zone=request.zone)
        return query_shown(request.query, asked.scope.searcher.meaning(question).notes)


def query_shown(text: str, notes: Sequence[str]) -> QueryShown:
    """A query that was read before, as the API shows it back."""
    query = parse(text)
    return QueryShown(text=printed(query), words=in_words(query), tree=as_json(query), notes=list(notes))


def _shown(hit: searcher.Hit, names: Names) -> Hit:
    found_in = [FoundIn(attachment_id=file.attachment_id, name=file.name) for file in hit.found_in]
    return Hit(**message_fields(hit.document, names), highlights=hit.highlights, found_in=found_in)


def question_of(request: SearchRequest) -> Question:
    """The request as the search room asks it."""
    filters = request.filters
    return Question(
        text=request.query,
        filters=Filters(
            platforms=_several(filters.platform),
            channel_ids=_several(filters.channel_id),
            user_ids=_several(filters.user_id),
            workspace_ids=_several(filters.workspace_id),
        ),
        since=request.from_,
        until=request.to,
        sort=request.sort,
        limit=request.limit,
        zone=request.zone,
    )


def _several(value: str | list[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
