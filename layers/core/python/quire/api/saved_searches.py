"""/v1/searches: searches under a name, what they find, and what is new among it."""

from typing import Annotated

import orjson
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field

from quire.api.model import ApiModel, Maybe, Time
from quire.api.routing import Api
from quire.api.scope import Asked
from quire.api.search_answer import SearchAnswer, answer
from quire.api.search_request import PageRequest, SavedRequest, SearchRequest, question_of
from quire.aws.saved_searches import SavedSearch as Kept
from quire.identity.actions import Action
from quire.search.query.reading import parse
from quire.search.query.wording import in_words

_Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
_PATH = "/v1/searches/<search_id>"


class SavedSearch(ApiModel):
    """A search under a name; ``words`` say what it looks for. ``mine``: the reader saved it, and may change it.

    ``alerts``: new hits are told. ``checked_until`` is up to when what was indexed was looked at for them.
    """

    search_id: str
    name: str
    request: SavedRequest
    words: str
    shared: bool
    mine: bool
    owner_id: str
    alerts: bool
    checked_until: Maybe[str] = None
    created_at: str
    changed_at: str


class SavedSearchList(ApiModel):
    """One's own and those that are shared, by name."""

    searches: list[SavedSearch]


class NewSearch(ApiModel):
    """A search to be saved. ``shared`` lets everybody who may search see and run it; ``alerts`` tells new hits."""

    name: _Name
    request: SavedRequest
    shared: bool = False
    alerts: bool = False


class SearchChange(ApiModel):
    """What is to be otherwise; what is not given stays."""

    name: _Name | None = None
    request: SavedRequest | None = None
    shared: bool | None = None
    alerts: bool | None = None


class Deleted(ApiModel):
    """What is gone."""

    search_id: str


class AlertShown(ApiModel):
    """New hits among what was indexed from ``since`` to ``until``; ``count`` is a lower bound where ``at_least``.

    ``message_ids`` are those counted, the latest captured first; ``told``: the notification went out.
    """

    since: str
    until: str
    count: int
    at_least: bool
    message_ids: list[str]
    told: bool


class AlertList(ApiModel):
    """Alerts, the latest first; to go on, ask for those ``before`` the last one's ``until``."""

    alerts: list[AlertShown]


def register(api: Api) -> None:
    """Put the routes on the API."""
    _register_reading(api)
    _register_running(api)
    _register_changing(api)


def _register_reading(api: Api) -> None:
    @api.route("GET", "/v1/searches", action=Action.LIST_SEARCHES, summary="List saved searches")
    def list_searches() -> SavedSearchList:
        """One's own, and those that others share."""
        asked = api.asked()
        return SavedSearchList(
            searches=[_shown(asked, each) for each in asked.scope.saved.visible(asked.principal.subject)]
        )

    @api.route("GET", _PATH, action=Action.READ_SEARCH, parameter="search_id", summary="Read a saved search")
    def read_search(search_id: str) -> SavedSearch:
        """One saved search."""
        asked = api.asked()
        return _shown(asked, asked.scope.saved.find(asked.principal.subject, search_id))

    @api.route(
        "GET",
        f"{_PATH}/alerts",
        action=Action.READ_SEARCH,
        parameter="search_id",
        summary="List what alerts of a saved search found",
    )
    def list_alerts(
        search_id: str,
        limit: Annotated[int, Query(ge=1, le=100)] = 25,
        before: Annotated[Time | None, Query()] = None,
    ) -> AlertList:
        """What was new, run by run."""
        asked = api.asked()
        found = asked.scope.saved.find(asked.principal.subject, search_id)
        alerts = asked.scope.alerts.latest(asked.scope.tenant, found.search_id, limit, before)
        return AlertList(
            alerts=[
                AlertShown(
                    since=each.since,
                    until=each.until,
                    count=each.count,
                    at_least=each.at_least,
                    message_ids=list(each.message_ids),
                    told=each.told,
                )
                for each in alerts
            ]
        )


def _register_running(api: Api) -> None:
    @api.route("POST", f"{_PATH}/run", action=Action.RUN_SEARCH, parameter="search_id", summary="Run a saved search")
    def run_search(search_id: str, page: Annotated[PageRequest, Body()]) -> SearchAnswer:
        """What it finds now; answers and errors as of a search."""
        asked = api.asked()
        found = asked.scope.saved.find(asked.principal.subject, search_id)
        request = _request(found)
        return answer(asked, SearchRequest(**{**dict(request), **dict(page)}))


def _register_changing(api: Api) -> None:
    @api.route("POST", "/v1/searches", action=Action.SAVE_SEARCH, summary="Save a search", status=201)
    def save_search(new: Annotated[NewSearch, Body()]) -> SavedSearch:
        """The search as it is kept. A query that cannot be read is refused as a search would be."""
        asked = api.asked()
        _checked(asked, new.request)
        kept = asked.scope.saving().create(
            asked.principal.subject, new.name, _text(new.request), shared=new.shared, alerts=new.alerts
        )
        asked.detail["search"] = kept.search_id
        return _shown(asked, kept)

    @api.route("PATCH", _PATH, action=Action.CHANGE_SEARCH, parameter="search_id", summary="Change a saved search")
    def change_search(search_id: str, change: Annotated[SearchChange, Body()]) -> SavedSearch:
        """The search as it is now. One that alerts and asks for something else begins to look anew."""
        asked = api.asked()
        if change.request is not None:
            _checked(asked, change.request)
        kept = asked.scope.saving().change(
            asked.principal.subject,
            search_id,
            name=change.name,
            asked=None if change.request is None else _text(change.request),
            shared=change.shared,
            alerts=change.alerts,
        )
        return _shown(asked, kept)

    @api.route("DELETE", _PATH, action=Action.DELETE_SEARCH, parameter="search_id", summary="Delete a saved search")
    def delete_search(search_id: str) -> Deleted:
        """It alerts no more."""
        asked = api.asked()
        asked.scope.saving().delete(asked.principal.subject, search_id)
        return Deleted(search_id=search_id)


def _checked(asked: Asked, request: SavedRequest) -> None:
    """Put it on record, and see that it can be asked."""
    asked.detail.update(request.model_dump(mode="json", by_alias=True, exclude_none=True))
    asked.scope.searcher.meaning(question_of(request))


def _text(request: SavedRequest) -> str:
    return orjson.dumps(request.model_dump(mode="json", by_alias=True, exclude_none=True)).decode()


def _request(kept: Kept) -> SavedRequest:
    return SavedRequest.model_validate_json(kept.asked)


def _shown(asked: Asked, kept: Kept) -> SavedSearch:
    request = _request(kept)
    return SavedSearch(
        search_id=kept.search_id,
        name=kept.name,
        request=request,
        words=in_words(parse(request.query)),
        shared=kept.shared,
        mine=kept.owner == asked.principal.subject,
        owner_id=kept.owner,
        alerts=bool(kept.alerts_since),
        checked_until=kept.checked_until or None,
        created_at=kept.created_at,
        changed_at=kept.changed_at,
    )
