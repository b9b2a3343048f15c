"""Who is whom depends neither on the order in which it was heard nor on how often; what was taken apart stays apart."""

import random
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from quire.aws.directory import UserEntry
from quire.aws.person_decisions import Decision
from quire.domain.ids import SubjectId, TenantId
from quire.people.directory import People
from quire.people.persons import assemble
from tests.moto_aws import NOW

TENANT = TenantId("acme")
VOUCHING = frozenset({"slack", "teams"})
ADDRESSES = (None, "a@x.example", "A@x.example ", "b@x.example", "broken", "c@x.example")


class Kept:
    """The directory and the decisions of a tenant, in memory."""

    def __init__(self, entries: list[UserEntry]) -> None:
        self.entries = {entry.subject_id: entry for entry in entries}
        self.decisions: dict[SubjectId, Decision] = {}
        self.ticks = 0

    def users(self, _: TenantId, *, limit: int, after: SubjectId | None = None) -> list[UserEntry]:
        later = [entry for key, entry in sorted(self.entries.items()) if after is None or key > after]
        return later[:limit]

    def put(self, _: TenantId, decision: Decision) -> None:
        self.decisions[decision.subject_id] = decision

    def all(self, _: TenantId) -> dict[SubjectId, Decision]:
        return dict(self.decisions)

    def clock(self) -> datetime:
        self.ticks += 1
        return NOW + timedelta(seconds=self.ticks)

    def people(self) -> People:
        kept: Any = self
        return People(TENANT, kept, kept, lambda: VOUCHING, self.clock)

    def groups(self, *, without: str = "") -> set[frozenset[str]]:
        known = assemble(TENANT, self.entries.values(), self.decisions, VOUCHING)
        return {
            frozenset(str(each.entry.subject_id) for each in person.accounts) - {without}
            for person in known.persons.values()
        } - {frozenset()}


def entry(number: int, platform: str, email: str | None, kind: str | None = "user") -> UserEntry:
    return UserEntry(SubjectId(f"s{number:02}"), platform, f"U{number}", "W", "2026-03-02", f"N{number}", email, kind)


entries = st.lists(
    st.tuples(
        st.sampled_from(["slack", "teams", "telegram"]),
        st.sampled_from(ADDRESSES),
        st.sampled_from(["user", "user", "bot", None]),
    ),
    min_size=1,
    max_size=8,
).map(lambda told: [entry(number, *each) for number, each in enumerate(told)])
moves = st.lists(st.tuples(st.sampled_from(["join", "separate"]), st.integers(0, 7), st.integers(0, 7)), max_size=12)


def moved(kept: Kept, kind: str, one: int, other: int) -> None:
    """Carry out a move that makes sense, as a person would who looks at the page."""
    people, subjects = kept.people(), sorted(kept.entries)
    subject, target = subjects[one % len(subjects)], subjects[other % len(subjects)]
    known = assemble(TENANT, kept.entries.values(), kept.decisions, VOUCHING)
    if kind == "join" and known.place_of[subject] != known.place_of[target]:
        people.join(known.place_of[target], subject, "officer")
    elif kind == "separate" and len(known.persons[known.place_of[subject]].accounts) > 1:
        people.separate(known.place_of[subject], subject, "officer")


@given(told=entries, made=moves, seed=st.integers(0, 2**32))
def test_the_order_of_hearing_does_not_matter(
    told: list[UserEntry], made: list[tuple[str, int, int]], seed: int
) -> None:
    kept = Kept(told)
    for move in made:
        moved(kept, *move)
    shuffled, decisions = told * 2, list(kept.decisions.items())
    random.Random(seed).shuffle(shuffled)  # noqa: S311
    random.Random(seed).shuffle(decisions)  # noqa: S311
    once = assemble(TENANT, told, kept.decisions, VOUCHING)
    again = assemble(TENANT, shuffled, dict(decisions), VOUCHING)
    assert once == again
    assert sum(len(person.accounts) for person in once.persons.values()) == len(told)
    assert all(
        subject in {a.entry.subject_id for a in once.persons[p].accounts} for subject, p in once.place_of.items()
    )


@given(told=entries)
def test_only_vouched_addresses_join_by_themselves(told: list[UserEntry]) -> None:
    known = assemble(TENANT, told, {}, VOUCHING)
    for person in known.persons.values():
        if len(person.accounts) > 1:
            assert len({each.verified_email for each in person.accounts}) == 1
            assert all(each.verified_email and each.entry.type != "bot" for each in person.accounts)
            assert all(each.entry.platform in VOUCHING for each in person.accounts)


@given(told=entries, made=moves, who=st.integers(0, 7), changes=st.lists(st.sampled_from(ADDRESSES), max_size=8))
def test_what_was_taken_apart_stays_apart(
    told: list[UserEntry], made: list[tuple[str, int, int]], who: int, changes: list[str | None]
) -> None:
    kept = Kept(told)
    for move in made:
        moved(kept, *move)
    subject = sorted(kept.entries)[who % len(told)]
    known = assemble(TENANT, kept.entries.values(), kept.decisions, VOUCHING)
    if len(known.persons[known.place_of[subject]].accounts) == 1:
        return
    before = kept.groups(without=str(subject))
    kept.people().separate(known.place_of[subject], subject, "officer")
    assert kept.groups() == before | {frozenset({str(subject)})}, "nobody else moves"
    for number, address in enumerate(changes):  # whatever addresses are told from now on
        old = told[number % len(told)]
        kept.entries[old.subject_id] = UserEntry(**{**vars(old), "email": address, "platform": "slack"})
    assert frozenset({str(subject)}) in kept.groups()


@given(told=entries, made=moves, one=st.integers(0, 7), other=st.integers(0, 7))
def test_a_join_moves_one_account_and_can_be_undone(
    told: list[UserEntry], made: list[tuple[str, int, int]], one: int, other: int
) -> None:
    kept = Kept(told)
    for move in made:
        moved(kept, *move)
    subjects = sorted(kept.entries)
    subject, target = subjects[one % len(told)], subjects[other % len(told)]
    known = assemble(TENANT, kept.entries.values(), kept.decisions, VOUCHING)
    if known.place_of[subject] == known.place_of[target]:
        return
    before = kept.groups(without=str(subject))
    person = kept.people().join(known.place_of[target], subject, "officer")
    assert {subject, target} <= {each.entry.subject_id for each in person.accounts}
    assert kept.groups(without=str(subject)) == before, "nobody else moves"
    kept.people().separate(person.person_id, subject, "officer")
    assert kept.groups() == before | {frozenset({str(subject)})}
