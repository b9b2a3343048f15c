"""Demo and connectors, written apart, agree: every delivery is let in and read as the story meant it."""

from collections import Counter

import pytest

from infra.local.demo.deliveries import week_deliveries
from infra.local.demo.facts import MessageFact, expected_facts
from infra.local.demo.markup import parse
from infra.local.demo.plan import Planned, shuffled
from infra.local.demo.story import read_week
from infra.local.demo.worlds import worlds
from quire.domain.delivery import Accepted, Challenge
from quire.domain.events import Event, UserChanged
from quire.domain.message import MessageState
from tests.unit.demo.archived import admitted, events_of, guild_events, observed, request_of, states_of

WEEK = read_week()
PLANNED = week_deliveries(WEEK)
FACTS = expected_facts(WEEK)
WORLDS = worlds(WEEK)
LINES = {(line.place, line.key): line for line in WEEK.story.lines}

RESTATED = frozenset({"message.created", "message.edited", "reaction.added", "reaction.removed"})
"""Graph sends the whole message with every change, so facts already known come along; their ids are the same."""
ANNOUNCED = frozenset({"member.joined", "member.left", "channel.changed"})
"""What an announcement or a list of members tells besides."""


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return events_of(PLANNED)


@pytest.fixture(scope="module")
def states(events: list[Event]) -> dict[tuple[str, str, str], MessageState]:
    everything = states_of([*events, *guild_events()])
    return {(state.platform, state.channel.id, state.native.message): state for state in everything}


def _where(message: MessageFact) -> tuple[str, str, str]:
    return message.platform, message.channel, message.native


def test_every_delivery_is_let_in() -> None:
    for planned in PLANNED:
        answer = admitted(planned.platform, request_of(planned))
        if "handshake" in planned.kinds:
            assert isinstance(answer, Challenge), planned.kinds
            assert planned.challenge in {"", answer.body}
        else:
            assert isinstance(answer, Accepted), planned.kinds


def test_every_delivery_is_read_as_it_was_meant() -> None:
    for planned in PLANNED:
        found = Counter[str](observation.event.kind for observation in observed(planned))
        expected = Counter(planned.expects)
        assert not expected - found, f"{planned.kinds} at {planned.arrives}: {expected - found} not read"
        assert set(found - expected) <= _besides(planned), f"{planned.kinds} at {planned.arrives}: {found}"


def _besides(planned: Planned) -> frozenset[str]:
    """The kinds of event that may come along with what a delivery is about."""
    if planned.platform == "teams" and any(notice.change_type != "created" for notice in planned.teams):
        return RESTATED | ANNOUNCED
    if {"announcement", "channel"} & set(planned.kinds):
        return ANNOUNCED
    return frozenset()


def test_there_are_as_many_messages_as_were_written(states: dict[tuple[str, str, str], MessageState]) -> None:
    assert Counter(platform for platform, _, _ in states) == FACTS.distinct_messages
    assert {_where(message) for message in FACTS.messages} <= set(states)


def test_every_message_says_what_was_written(states: dict[tuple[str, str, str], MessageState]) -> None:
    for message in FACTS.messages:
        versions = states[_where(message)].versions
        line = LINES[message.place, message.key]
        said = (line.text, *(edit.text for edit in line.edits))
        assert len(versions) == len(said), message
        for version, text in zip(versions, said, strict=True):
            for span in parse(WEEK.firm, text):
                if span.kind not in {"person", "tag", "emoji"}:
                    assert span.text.strip() in version.content.text, message


def test_edits_deletions_and_reactions_stand_as_told(states: dict[tuple[str, str, str], MessageState]) -> None:
    for message in FACTS.messages:
        state = states[_where(message)]
        assert bool(state.edited_at) == message.edited, message
        assert bool(state.deleted_at) == message.deleted, message
        if message.platform == "discord":
            continue  # which tells how many reacted, and not who
        standing = Counter(mark.actor.id for mark in state.reactions if mark.removed_at is None)
        line, world = LINES[message.place, message.key], WORLDS[message.platform]
        assert standing == Counter(world.actor(line, by) for by, _ in message.reactions), message


def test_threads_hold_together(states: dict[tuple[str, str, str], MessageState]) -> None:
    by_key = {(message.place, message.key): message for message in FACTS.messages}
    for message in FACTS.messages:
        if message.thread and message.platform != "discord":  # whose threads are channels
            root = states[_where(by_key[message.place, message.thread])]
            assert states[_where(message)].thread_id == root.message_id, message


def test_everybodys_name_is_known(events: list[Event]) -> None:
    told = (event.body for event in events if event.platform == "slack")
    names = {body.user.name for body in told if isinstance(body, UserChanged)}
    assert names == {person.name for person in WEEK.firm.people_on("slack")}


@pytest.mark.parametrize("seed", [1, 2])
def test_twice_in_random_order_is_the_same_week(seed: int, events: list[Event]) -> None:
    mixed = events_of([*shuffled(PLANNED, seed), *shuffled(PLANNED, seed + 100)])
    once = {state.message_id: state for state in states_of(events)}
    twice = {state.message_id: state for state in states_of(mixed)}
    assert twice == once
