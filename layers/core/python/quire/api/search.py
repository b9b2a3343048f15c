"""POST /v1/search, POST /v1/search/parse, GET /v1/search/complete"""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from quire.api.complete import KINDS, Completion, Kind, completions
from quire.api.model import ApiModel
from quire.api.routing import Api
from quire.api.search_answer import QueryShown, SearchAnswer, answer, query_shown
from quire.api.search_request import QueryText, SearchRequest, Zone
from quire.identity.actions import Action
from quire.search.query import Question


class ParseRequest(ApiModel):
    """A query to be shown back."""

    query: QueryText
    zone: Zone = "UTC"


class CompletionList(ApiModel):
    """What may be meant, people first, then conversations, then one's own past queries."""

    completions: list[Completion]


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route("POST", "/v1/search", action=Action.SEARCH_MESSAGES, summary="Search messages")
    def search_messages(request: Annotated[SearchRequest, Body()]) -> SearchAnswer:
        """Words must all occur, "quoted phrases" exactly as written; texts before edits and deletions count too. A
        query that cannot be read is answered with ``query-malformed``, the ``column`` and what was ``expected``."""
        return answer(api.asked(), request)

    @api.route("POST", "/v1/search/parse", action=Action.SEARCH_MESSAGES, summary="Show a query back")
    def parse_query(request: Annotated[ParseRequest, Body()]) -> QueryShown:
        """How a query is understood, without running it. Errors as of a search."""
        asked = api.asked()
        asked.detail.update({"query": request.query, "only": "parse"})
        question = Question(text=request.query, zone=request.zone)
        return query_shown(request.query, asked.scope.searcher.meaning(question).notes)

    @api.route("GET", "/v1/search/complete", action=Action.COMPLETE_QUERY, summary="Complete what is being typed")
    def complete_query(
        prefix: Annotated[str, Query(max_length=100)] = "",
        kind: Annotated[Literal["person", "channel", "query"] | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=20)] = 8,
    ) -> CompletionList:
        """People, conversations and one's own past queries that begin so; of each kind at most ``limit``."""
        asked = api.asked()
        kinds: tuple[Kind, ...] = KINDS if kind is None else (kind,)
        return CompletionList(completions=[one for each in kinds for one in completions(asked, each, prefix, limit)])
