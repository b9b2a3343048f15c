"""What a search is answered with."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from quire.api.message import Message, Sources, message_fields
from quire.api.model import ApiModel, Maybe, Partial, partly
from quire.api.scope import Asked
from quire.api.search_request import SearchRequest, question_of
from quire.api.senders import persons_of
from quire.domain.errors import UnavailableError
from quire.domain.ids import ChannelId
from quire.domain.time import from_datetime
from quire.search import explain, facets, searcher
from quire.search.cursor import Place
from quire.search.directory import Names, names_for
from quire.search.facets import FacetName
from quire.search.query import Question
from quire.search.query.json_form import as_json
from quire.search.query.printing import printed
from quire.search.query.reading import parse
from quire.search.query.wording import in_words


class FoundIn(ApiModel):
    """A file that holds some of the words."""

    attachment_id: str
    name: Maybe[str] = None


class Reason(ApiModel):
    """A part of the query that the message holds: in which of its texts, and whether ``exactly`` as typed."""

    part: str
    where: list[explain.Where]
    exactly: bool
    words: str


class Explanation(ApiModel):
    """Why the message was found, and why it stands where it stands."""

    reasons: list[Reason]
    steps: list[Literal["as_asked", "now", "exactly"]]
    rank: str


class Hit(Message):
    """A message found; ``highlights`` are HTML-safe fragments with ``<mark>`` around what was looked for, ``found_in``
    the files in whose text it was found, the best first."""

    highlights: list[str]
    found_in: list[FoundIn]
    explanation: Maybe[Explanation] = None


class FacetValue(ApiModel):
    """A value, what to call it, and how many of all messages found have it."""

    value: str
    label: str
    count: int


class Facet(ApiModel):
    """How many messages each value would leave, with all other filters. Days and months in order of time, everything
    else the most frequent first. ``more``: there are values beyond these; ``exact``: no count can be too low."""

    name: FacetName
    values: list[FacetValue]
    more: bool
    exact: bool


class QueryShown(ApiModel):
    """A query as it was understood: ``text`` in the query language with every AND written out, ``words`` as a sentence,
    ``json`` as a tree. ``notes`` say whom a name stands for where that is not one, or that nobody has it."""

    text: str
    words: str
    tree: Annotated[dict[str, Any], Field(alias="json")]
    notes: list[str]


class SearchAnswer(Partial):
    """Hits in order; ``total`` is exact where ``total_relation`` is ``eq``, a lower bound where it is ``gte``.
    ``query`` is what was looked for, ``suggestion`` another query that finds something where this one does not. A
    ``partial`` answer has the newest messages first, whatever was asked for, all of those sent in its window."""

    total: int
    total_relation: Literal["eq", "gte"]
    hits: list[Hit]
    next_cursor: str | None
    query: QueryShown
    facets: Maybe[list[Facet]] = None
    suggestion: Maybe[str] = None


def answer(asked: Asked, request: SearchRequest) -> SearchAnswer:
    """Search, and put on record what was asked, how it was understood, and how much it found."""
    asked.detail.update(request.told())
    question = question_of(request, request.limit)
    place = None if request.cursor is None else asked.scope.lately.place(question, request.cursor)
    if place is not None:
        return _lately(asked, request, question, place)
    try:
        page = asked.scope.searcher.search(question, request.cursor, request.extras)
    except UnavailableError:
        if request.cursor is not None:
            raise
        return _lately(asked, request, question)
    shown = query_shown(request.query, page.notes)
    asked.detail.update({"words": shown.words, "total": page.total, "shown": len(page.hits)})
    documents = [hit.document for hit in page.hits]
    names = names_for(asked.scope.directory, asked.scope.tenant, documents)
    # One request a page, and none where nothing was passed on. Who may search may read every conversation.
    sources = asked.scope.conversations.sources(documents)
    return SearchAnswer(
        total=page.total,
        total_relation="gte" if page.at_least else "eq",
        hits=[_hit(hit, names, sources) for hit in page.hits],
        next_cursor=page.next_cursor,
        query=shown,
        facets=_facets(asked, request, page.facets) if page.facets else None,
        suggestion=page.suggestion,
    )


def _lately(asked: Asked, request: SearchRequest, question: Question, place: Place | None = None) -> SearchAnswer:
    """While the index does not answer, and on from such a page: what was captured lately. What was passed on is not
    looked for: it is the index that tells where that is."""
    page = asked.scope.lately.search(question, place)
    shown, count = query_shown(request.query, page.notes), len(page.found)
    asked.detail.update({"words": shown.words, "total": count, "shown": count, "partial": True})
    names = names_for(asked.scope.directory, asked.scope.tenant, [document for document, _ in page.found])
    return SearchAnswer(
        **partly(page.since, page.until or from_datetime(asked.scope.clock())),
        total=count,
        total_relation="gte",
        hits=[_hit(searcher.Hit(document, highlights), names, {}) for document, highlights in page.found],
        next_cursor=page.next_cursor,
        query=shown,
    )


def query_shown(text: str, notes: Sequence[str]) -> QueryShown:
    """A query that was read before, as the API shows it back."""
    query = parse(text)
    return QueryShown(text=printed(query), words=in_words(query), tree=as_json(query), notes=list(notes))


def _hit(hit: searcher.Hit, names: Names, sources: Sources) -> Hit:
    found_in = [FoundIn(attachment_id=file.attachment_id, name=file.name) for file in hit.found_in]
    told = None if hit.explanation is None else _explanation(hit.explanation)
    return Hit(
        **message_fields(hit.document, names, sources), highlights=hit.highlights, found_in=found_in, explanation=told
    )


def _explanation(told: explain.Explanation) -> Explanation:
    reasons = [
        Reason(part=each.part, where=list(each.where), exactly=each.exactly, words=each.words) for each in told.reasons
    ]
    return Explanation(reasons=reasons, steps=list(told.steps), rank=told.rank)


def _facets(asked: Asked, request: SearchRequest, found: Sequence[facets.Facet]) -> list[Facet]:
    directory, tenant = asked.scope.directory, asked.scope.tenant
    ids = [ChannelId(value.value) for each in found if each.name == "channel" for value in each.values]
    channels = directory.channels_by_id(tenant, ids)
    called: dict[str, str] = {each.channel_id: each.name or each.platform_id for each in channels.values()}
    chosen = question_of(request).filters.user_ids
    told: list[Facet] = []
    for each in found:
        counted, names = persons_of(each, asked.scope.people, chosen) if each.name == "sender" else (each, called)
        values = [FacetValue(value=v.value, label=names.get(v.value, v.value), count=v.count) for v in counted.values]
        told.append(Facet(name=each.name, values=values, more=counted.more, exact=counted.exact))
    return told
