"""Senders as a facet: accounts were counted, persons are shown."""

from collections.abc import Collection
from dataclasses import replace

from quire.domain.errors import NotFoundError
from quire.domain.ids import SubjectId
from quire.people.directory import People
from quire.people.persons import Person
from quire.search.facets import Facet, Value

MOST = 50


def persons_of(facet: Facet, people: People, chosen: Collection[str]) -> tuple[Facet, dict[str, str]]:
    """The facet with one value for each person, by the person's id, and what to call each value.

    An account that is itself ``chosen`` as a filter, or that the directory does not know, stands for itself.
    """
    accounts = [SubjectId(each.value) for each in facet.values if each.value not in chosen or each.count]
    known = people.among(accounts)
    counts: dict[str, int] = {}
    called: dict[str, str] = {}
    for each in facet.values:
        person = known.get(SubjectId(each.value))
        value = each.value if person is None or each.value in chosen else person.person_id
        counts[value] = counts.get(value, 0) + each.count
        if person is not None:
            called[value] = _name(person, SubjectId(each.value) if value == each.value else None)
    unnamed = [value for value in chosen if value in counts and value not in called]
    called |= {value: _name(found, None) for value in unnamed if (found := _find(people, value)) is not None}
    return _cut(facet, counts, chosen), called


def _cut(facet: Facet, counts: dict[str, int], chosen: Collection[str]) -> Facet:
    ordered = sorted((Value(value, count) for value, count in counts.items()), key=lambda each: -each.count)
    shown = [*ordered[:MOST], *(each for each in ordered[MOST:] if each.value in chosen)]
    more = facet.more or len(shown) < len(ordered)
    return replace(facet, values=tuple(shown), more=more, exact=facet.exact and not facet.more)


def _find(people: People, person_id: str) -> Person | None:
    try:
        return people.find(person_id)
    except NotFoundError:
        return None


def _name(person: Person, account: SubjectId | None) -> str:
    entries = [each.entry for each in person.accounts if account is None or each.entry.subject_id == account]
    name = person.name if account is None else entries[0].name
    return name or next((each.email for each in entries if each.email), None) or entries[0].platform_id
