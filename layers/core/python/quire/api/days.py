"""GET /v1/people/{personId}/day"""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from quire.api.message import Message, message_of
from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.domain.errors import MalformedError
from quire.domain.time import NotATimeError, nanoseconds, parse
from quire.identity.actions import Action
from quire.search.days import Done
from quire.search.directory import Names, names_for
from quire.search.query.times import NotASpanError, Span, span, zone_named

_Date = Annotated[str, Query(pattern=r"^\d{4}-\d\d-\d\d$")]
_Zone = Annotated[str, Query(max_length=64)]
_Cursor = Annotated[str | None, Query(max_length=64)]


class DayAct(ApiModel):
    """Something the person did by one of their accounts, and the message they did it to, as it stands. ``text`` is what
    they wrote then, ``emoji`` what they reacted with or took back."""

    at: str
    kind: Literal["wrote", "edited", "deleted", "reacted", "unreacted"]
    user_id: str
    text: Maybe[str] = None
    emoji: Maybe[str] = None
    message: Message


class Day(ApiModel):
    """What a person did on a day of a zone, on all platforms, in order of time. ``from`` is included, ``to`` is not;
    ``next_cursor`` is ``null`` at the day's end."""

    person_id: str
    name: Maybe[str] = None
    date: str
    zone: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    acts: list[DayAct]
    next_cursor: str | None


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route(
        "GET",
        "/v1/people/<person_id>/day",
        action=Action.READ_DAY,
        parameter="person_id",
        summary="Read a person's day",
    )
    def read_day(person_id: str, date: _Date, zone: _Zone = "UTC", cursor: _Cursor = None) -> Day:
        """Everything that all accounts of a person wrote, edited, deleted and reacted to on one day."""
        asked = api.asked()
        asked.detail.update({"date": date, "zone": zone})
        scope = asked.scope
        try:
            day = span(date, zone_named(zone), scope.clock())
        except NotASpanError as error:
            raise MalformedError("there is no such day") from error
        person = scope.people.find(person_id)
        accounts = [account.entry.subject_id for account in person.accounts]
        done, onward = scope.days.done(accounts, _begin(day, cursor), day.end)
        names = names_for(scope.directory, scope.tenant, [each.document for each in done])
        return Day(
            person_id=person.person_id,
            name=person.name,
            date=date,
            zone=zone,
            from_=day.start,
            to=day.end,
            acts=[_act(each, names) for each in done],
            next_cursor=onward,
        )


def _begin(day: Span, cursor: str | None) -> str:
    """Where to go on: a cursor is the time at which the page before ended."""
    if cursor is None:
        return day.start
    try:
        at = parse(cursor)
    except NotATimeError as error:
        raise MalformedError("this is not a cursor that was given out here") from error
    if not nanoseconds(day.start) <= nanoseconds(at) < nanoseconds(day.end):
        raise MalformedError("the cursor belongs to another day")
    return at


def _act(done: Done, names: Names) -> DayAct:
    act = done.act
    return DayAct(
        at=act.at,
        kind=act.kind,
        user_id=act.subject_id,
        text=act.text,
        emoji=act.emoji,
        message=message_of(done.document, names),
    )
