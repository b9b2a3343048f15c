"""/v1/people: who there is, and which accounts are one person's."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import orjson
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from quire.api.model import ApiModel, Maybe
from quire.api.routing import Api
from quire.domain.errors import MalformedError, NotFoundError
from quire.domain.ids import SubjectId
from quire.identity.actions import Action
from quire.people import persons
from quire.people.directory import Place

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII)


class Account(ApiModel):
    """Somebody's account on one platform.

    ``email_verified``: the platform's directory vouches for the address, so that it may join accounts.
    ``placed_at`` and ``placed_by`` say when and by whom it was put where it is, when it is not there by itself.
    """

    user_id: str
    platform: str
    platform_id: str
    workspace_id: str
    name: Maybe[str] = None
    email: Maybe[str] = None
    email_verified: bool
    type: Maybe[str] = None
    seen_at: str
    placed_at: Maybe[str] = None
    placed_by: Maybe[str] = None


class Person(ApiModel):
    """One person, with their accounts in order of platform."""

    person_id: str
    name: Maybe[str] = None
    emails: list[str]
    accounts: list[Account]


class PersonList(ApiModel):
    """Persons in order of name, those without one last; ``next_cursor`` is ``null`` at the end."""

    people: list[Person]
    next_cursor: str | None


class JoinedAccount(ApiModel):
    """The account to put with the person's others: a ``user_id``."""

    user_id: Annotated[str, Field(max_length=64)]


def register(api: Api) -> None:
    """Put the routes on the API."""
    _register_reading(api)
    _register_changing(api)


def _register_reading(api: Api) -> None:
    @api.route("GET", "/v1/people", action=Action.LIST_PEOPLE, summary="List people")
    def list_people(
        query: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=4096)] = None,
    ) -> PersonList:
        """Everybody who was ever named; with ``query`` those in whose names, addresses or ids it occurs."""
        after = None if cursor is None else _place_of(cursor)
        page = api.asked().scope.people.page(limit=limit, after=after, text=query)
        next_cursor = None if page.after is None else _cursor_of(page.after)
        return PersonList(people=[_person(each) for each in page.people], next_cursor=next_cursor)

    @api.route(
        "GET", "/v1/people/<person_id>", action=Action.READ_PERSON, parameter="person_id", summary="Read a person"
    )
    def read_person(person_id: str) -> Person:
        """One person with their accounts."""
        return _person(api.asked().scope.people.find(person_id))


def _register_changing(api: Api) -> None:
    @api.route(
        "POST",
        "/v1/people/<person_id>/accounts",
        action=Action.JOIN_ACCOUNTS,
        parameter="person_id",
        summary="Put an account with a person's others",
    )
    def join_accounts(person_id: str, joined: JoinedAccount) -> Person:
        """By hand, whatever the addresses say; the person as it is now."""
        asked = api.asked()
        asked.detail["account"] = joined.user_id
        subject = _account_id(joined.user_id)
        return _person(asked.scope.registrar().join(person_id, subject, asked.principal.subject))

    @api.route(
        "DELETE",
        "/v1/people/<person_id>/accounts/<user_id>",
        action=Action.SEPARATE_ACCOUNTS,
        parameter="person_id",
        summary="Take an account out of a person's",
    )
    def separate_accounts(person_id: str, user_id: str) -> Person:
        """The account stands alone from then on, whatever its address says; what is left of the person."""
        asked = api.asked()
        asked.detail["account"] = user_id
        subject = _account_id(user_id)
        return _person(asked.scope.registrar().separate(person_id, subject, asked.principal.subject))


def _cursor_of(place: Place) -> str:
    return urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def _place_of(cursor: str) -> Place:
    """The place a cursor tells.

    Raises:
        MalformedError: it tells none.
    """
    try:
        name, person_id = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError) as error:
        raise MalformedError("this is not a cursor that was given out here") from error
    if not isinstance(name, str) or not isinstance(person_id, str):
        raise MalformedError("this is not a cursor that was given out here")
    return name, person_id


def _account_id(text: str) -> SubjectId:
    if not _ID.match(text):
        raise NotFoundError("there is no such account")
    return SubjectId(text)


def _person(person: persons.Person) -> Person:
    return Person(
        person_id=person.person_id,
        name=person.name,
        emails=person.emails,
        accounts=[_account(each) for each in person.accounts],
    )


def _account(account: persons.Account) -> Account:
    entry, placed = account.entry, account.by_hand
    return Account(
        user_id=entry.subject_id,
        platform=entry.platform,
        platform_id=entry.platform_id,
        workspace_id=entry.workspace_id,
        name=entry.name,
        email=entry.email,
        email_verified=account.verified_email is not None,
        type=entry.type,
        seen_at=entry.seen_at,
        placed_at=placed.at if placed else None,
        placed_by=placed.by if placed else None,
    )
