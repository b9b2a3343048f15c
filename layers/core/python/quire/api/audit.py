"""GET /v1/audit/searches"""

import re
from datetime import date, timedelta
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.audit.searches import Place, Searched
from quire.domain.errors import MalformedError
from quire.identity.actions import Action

_CURSOR = re.compile(r"(\d{4}-\d\d-\d\d)~([0-9A-Z]{26})\Z", re.ASCII)
_DAYS = 30
_MOST_DAYS = 366


class SearchRecord(ApiModel):
    """A search that somebody made: when, what they asked (``request``), how it was understood (``words``), how much it
    found (``total``), and with which status it was answered. ``search_id`` is the saved search that was run."""

    at: str
    user_id: str
    role: str
    status: int
    words: Maybe[str] = None
    total: Maybe[int] = None
    search_id: Maybe[str] = None
    request: dict[str, Any]


class SearchRecordList(ApiModel):
    """The latest first. A page may be short although ``next_cursor`` says that there is more to look at."""

    searches: list[SearchRecord]
    next_cursor: str | None


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route("GET", "/v1/audit/searches", action=Action.LIST_SEARCH_AUDIT, summary="List who searched for what")
    def list_search_audit(
        user_id: Annotated[str | None, Query(alias="userId", max_length=128)] = None,
        first: Annotated[date | None, Query(alias="from")] = None,
        last: Annotated[date | None, Query(alias="to")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=64)] = None,
    ) -> SearchRecordList:
        """Searches of everybody, or of one person, on the days (UTC) from ``from`` to ``to``, both included; without
        them the last thirty."""
        asked = api.asked()
        until = last or asked.scope.clock().date()
        since = first or until - timedelta(days=_DAYS)
        if not timedelta(0) <= until - since <= timedelta(days=_MOST_DAYS):
            raise MalformedError(f"from must not be after to, and at most {_MOST_DAYS} days before it")
        asked.detail.update(
            {"from": since.isoformat(), "to": until.isoformat()} | ({"userId": user_id} if user_id else {})
        )
        after = None if cursor is None else _place(cursor)
        log = asked.scope.searched.page(since, until, limit=limit, after=after, subject=user_id)
        following = None if log.after is None else f"{log.after.day}~{log.after.entry_id}"
        return SearchRecordList(searches=[_record(each) for each in log.searches], next_cursor=following)


def _place(cursor: str) -> Place:
    match = _CURSOR.match(cursor)
    if match is None:
        raise MalformedError("this is not a cursor that was given out here")
    try:
        return Place(date.fromisoformat(match[1]).isoformat(), match[2])
    except ValueError as error:
        raise MalformedError("this is not a cursor that was given out here") from error


def _record(searched: Searched) -> SearchRecord:
    detail = dict(searched.detail)
    words, total = detail.pop("words", None), detail.pop("total", None)
    return SearchRecord(
        at=searched.at,
        user_id=searched.subject,
        role=searched.role,
        status=searched.status,
        words=words,
        total=total,
        search_id=searched.saved_search,
        request=detail,
    )
