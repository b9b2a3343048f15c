"""Accounts as persons, where there are many."""

from typing import Any, cast

from quire.api.senders import MOST, persons_of
from quire.domain.errors import NotFoundError
from quire.people.directory import People
from quire.search.facets import Facet, Value


class Nobody:
    """A directory that knows no account."""

    def among(self, _: object) -> dict[str, Any]:
        return {}

    def find(self, _: str) -> Any:
        raise NotFoundError("there is no such person")


def shown(facet: Facet, chosen: tuple[str, ...] = ()) -> Facet:
    return persons_of(facet, cast("People", Nobody()), chosen)[0]


def test_the_most_frequent_are_shown_and_what_is_chosen() -> None:
    values = tuple(Value(f"u{number}", 1_000 - number) for number in range(MOST + 5))
    last = values[-1]
    found = shown(Facet("sender", values), (last.value,))
    assert found.values == (*values[:MOST], last)
    assert (found.more, found.exact) == (True, True)


def test_no_sum_is_exact_where_accounts_were_not_counted() -> None:
    found = shown(Facet("sender", (Value("u", 1),), more=True))
    assert (found.values, found.more, found.exact) == ((Value("u", 1),), True, False)
