"""Use cases: who there is, and which accounts are one person's.

Accounts are read from the directory that indexing keeps, decisions by hand from their own items; persons are made of
both whenever they are asked for, so that nothing has to be kept in step.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from quire.aws.directory import Directory, UserEntry
from quire.aws.person_decisions import Decision, PersonDecisions
from quire.domain.errors import ConflictError, NotFoundError
from quire.domain.ids import SubjectId, TenantId
from quire.domain.time import from_datetime
from quire.people import persons
from quire.people.persons import Person, assemble

_PAGE = 1000
Place = tuple[str, str]
"""Where a person stands in the list: name as it is ordered by, and id."""


@dataclass(frozen=True)
class PeoplePage:
    """Persons in order of name, those without one last; ``after`` is where the next page begins, if there is one."""

    people: list[Person]
    after: Place | None


class People:
    """The persons of one tenant. ``vouching`` gives the platforms whose directories vouch for e-mail addresses."""

    def __init__(
        self,
        tenant: TenantId,
        directory: Directory,
        decisions: PersonDecisions,
        vouching: Callable[[], Collection[str]],
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant = tenant
        self._directory = directory
        self._decisions = decisions
        self._vouching = vouching
        self._clock = clock

    def page(self, *, limit: int, after: Place | None = None, text: str = "") -> PeoplePage:
        """At most ``limit`` persons who stand after ``after``; with ``text`` only those it occurs in: in a name,
        an address or a platform's id."""
        wanted = text.casefold().split()
        matching = [person for person in self._all().persons.values() if _matches(person, wanted)]
        placed = sorted((each for each in matching if after is None or _place(each) > after), key=_place)
        people = placed[:limit]
        return PeoplePage(people, _place(people[-1]) if len(placed) > limit else None)

    def everybody(self) -> Collection[Person]:
        """Every person, in no order."""
        return self._all().persons.values()

    def among(self, subjects: Collection[SubjectId]) -> dict[SubjectId, Person]:
        """Whose each of these accounts is, if it was ever seen. Hardly any other account is read: of the persons'
        accounts not all may be told."""
        decisions = self._decisions.all(self._tenant)
        followed = (decisions[each].follows for each in subjects if each in decisions)
        wanted = [*subjects, *(each for each in followed if each is not None)]
        entries = self._directory.users_by_id(self._tenant, wanted)
        known = assemble(self._tenant, entries.values(), decisions, self._vouching())
        return {each: known.persons[known.place_of[each]] for each in subjects if each in known.place_of}

    def find(self, person_id: str) -> Person:
        """One person.

        Raises:
            NotFoundError: nobody has this id, any more or at all.
        """
        return self._found(self._all(), person_id)

    def join(self, person_id: str, subject: SubjectId, by: str) -> Person:
        """Put an account with a person's others; the person.

        Raises:
            NotFoundError: there is no such person, or no such account.
            ConflictError: it is with them already.
        """
        known = self._all()
        person = self._found(known, person_id)
        if subject not in known.place_of:
            raise NotFoundError("there is no such account")
        if known.place_of[subject] == person_id:
            raise ConflictError("the account is this person's already")
        place, follows = _company(person)
        self._leave(known.persons[known.place_of[subject]], subject, by)
        self._decide(Decision(subject, place, self._now(), by, follows))
        return self.find(person_id)

    def separate(self, person_id: str, subject: SubjectId, by: str) -> Person:
        """Take an account out of a person's; what is left of the person. Its address does not bring it back.

        Raises:
            NotFoundError: there is no such person, or the account is none of theirs.
            ConflictError: it is their only one.
        """
        known = self._all()
        person = self._found(known, person_id)
        if known.place_of.get(subject) != person_id:
            raise NotFoundError("there is no such account of this person")
        if len(person.accounts) == 1:
            raise ConflictError("the account stands alone already")
        self._leave(person, subject, by)
        at = self._now()
        self._decide(Decision(subject, persons.apart_place(self._tenant, subject, at), at, by))
        return self.find(person_id)

    def _leave(self, person: Person, subject: SubjectId, by: str) -> None:
        """Let those who were put to a leaving account stay with the others, and where they are if there are none."""
        left = Person(person.person_id, tuple(each for each in person.accounts if each.entry.subject_id != subject))
        stays = next((each.entry.subject_id for each in left.accounts if each.by_hand is None), None)
        for each in left.accounts:
            if each.by_hand is not None and each.by_hand.follows == subject:
                self._decide(Decision(each.entry.subject_id, person.person_id, self._now(), by, stays))

    def _all(self) -> persons.Directory:
        return assemble(self._tenant, self._entries(), self._decisions.all(self._tenant), self._vouching())

    def _entries(self) -> Iterator[UserEntry]:
        after: SubjectId | None = None
        while True:
            found = self._directory.users(self._tenant, limit=_PAGE, after=after)
            yield from found
            if len(found) < _PAGE:
                return
            after = found[-1].subject_id

    def _found(self, known: persons.Directory, person_id: str) -> Person:
        try:
            return known.persons[person_id]
        except KeyError as error:
            raise NotFoundError("there is no such person") from error

    def _decide(self, decision: Decision) -> None:
        self._decisions.put(self._tenant, decision)

    def _now(self) -> str:
        return from_datetime(self._clock())


def _company(person: Person) -> tuple[str, SubjectId | None]:
    """What to put somebody to who is to be with a person: an account that is there by itself, else the place."""
    for each in person.accounts:
        if each.by_hand is None:
            return person.person_id, each.entry.subject_id
    placed = next(each.by_hand for each in person.accounts if each.by_hand is not None)
    return person.person_id, placed.follows


def _place(person: Person) -> Place:
    return (person.name or "\U0010ffff").casefold(), person.person_id


def _matches(person: Person, wanted: list[str]) -> bool:
    told = (
        text.casefold()
        for each in person.accounts
        for text in (each.entry.name, each.entry.email, each.entry.platform_id)
        if text
    )
    said = "\n".join(told)
    return all(word in said for word in wanted)
