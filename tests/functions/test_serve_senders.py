"""Senders as a facet and as a filter: persons, whatever accounts they have."""

from collections.abc import Iterator
from typing import Any

import pytest

from quire.domain.ids import subject_id
from tests.deployed import TENANT
from tests.pretend import PLATFORM, fact
from tests.serving import Serving, serving, start_anew


def account(user: str) -> str:
    return subject_id(TENANT, PLATFORM, "W1", user)


def person_of(quire: Serving, user: str) -> str:
    found = quire.ask("GET", "/v1/people").body["people"]
    return next(str(p["personId"]) for p in found if account(user) in [each["userId"] for each in p["accounts"]])


@pytest.fixture
def quire() -> Iterator[Serving]:
    """Three accounts; two of them are one person's."""
    with serving() as made:
        made.capture(
            fact("1", user="U1", text="merger one"),
            fact("2", user="U2", text="merger two"),
            fact("3", user="U2", text="lunch"),
            fact("4", user="U3", text="merger three"),
        )
        assert made.index() == {"batchItemFailures": []}
        joined = made.ask("POST", f"/v1/people/{person_of(made, 'U1')}/accounts", {"userId": account("U2")})
        assert joined.status in (200, 201), joined.body
        start_anew()
        yield made


def senders(quire: Serving, query: str, **more: Any) -> tuple[list[str], dict[str, int]]:
    """What is found, and the facet's counts by value."""
    body = quire.ask("POST", "/v1/search", {"query": query, "facets": ["sender"], **more}).body
    (facet,) = body["facets"]
    assert (facet["more"], facet["exact"]) == (False, True)
    return sorted(hit["content"] for hit in body["hits"]), {each["value"]: each["count"] for each in facet["values"]}


def test_a_person_is_one_value_with_the_sum_of_their_accounts(quire: Serving) -> None:
    ours, other = person_of(quire, "U1"), person_of(quire, "U3")
    assert ours == person_of(quire, "U2")
    assert senders(quire, "")[1] == {ours: 3, other: 1}
    assert senders(quire, "merger")[1] == {ours: 2, other: 1}
    assert senders(quire, "two")[1] == {ours: 1}


def test_a_value_finds_all_accounts_of_the_person(quire: Serving) -> None:
    ours, other = person_of(quire, "U1"), person_of(quire, "U3")
    for value in (ours, [ours]):
        found, counts = senders(quire, "merger", filters={"userId": value})
        assert found == ["merger one", "merger two"]
        assert counts == {ours: 2, other: 1}
    assert senders(quire, "merger", filters={"userId": [ours, other]})[0] == [
        "merger one",
        "merger three",
        "merger two",
    ]
    assert senders(quire, "three", filters={"userId": ours}) == ([], {other: 1, ours: 0})


def test_an_account_chosen_by_itself_stays_one(quire: Serving) -> None:
    """As saved searches of before have it."""
    found, counts = senders(quire, "merger", filters={"userId": account("U2")})
    assert found == ["merger two"]
    assert counts == {account("U2"): 1, person_of(quire, "U1"): 1, person_of(quire, "U3"): 1}
    assert senders(quire, "merger", filters={"userId": "nobody"})[0] == []


def test_pages_go_on_with_a_person_as_filter(quire: Serving) -> None:
    asked = {"query": "", "limit": 2, "filters": {"userId": person_of(quire, "U1")}}
    first = quire.ask("POST", "/v1/search", asked).body
    second = quire.ask("POST", "/v1/search", {**asked, "cursor": first["nextCursor"]}).body
    assert (len(first["hits"]), len(second["hits"]), second["nextCursor"]) == (2, 1, None)
