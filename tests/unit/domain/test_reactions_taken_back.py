"""Reactions that go without their emoji, or without a name: what stands afterwards."""

import itertools
from typing import Any

from quire.domain import ids
from quire.domain.events import ANYONE, Actor, ChannelRef, ConnectorRef, DeliveryRef, Event, Kind, Native, Reaction
from quire.domain.ids import ConnectionId, TenantId
from quire.domain.message import message_state

TENANT = TenantId("meridian")
MESSAGE = ids.message_id(TENANT, "toy", "w", "c", "m")
ADA, BEN = Actor(id="ada"), Actor(id="ben")


def reaction(kind: Kind, second: int, actor: Actor, emoji: str, **more: Any) -> Event:
    """A reaction at a second of one minute."""
    at = f"2026-03-02T09:00:{second:02d}Z"
    return Event(
        event_id=ids.event_id(MESSAGE, kind, f"{actor.id}|{emoji}|{second}"),
        tenant_id=TENANT,
        connection_id=ConnectionId("c1"),
        platform="toy",
        workspace_id="w",
        kind=kind,
        message_id=MESSAGE,
        subject_id=ids.subject_id(TENANT, "toy", "w", actor.id),
        occurred_at=at,
        captured_at=at,
        source="webhook",
        body=Reaction(channel=ChannelRef(id="c"), native=Native(message="m"), emoji=emoji, actor=actor, **more),
        raw_sha256="0" * 64,
        delivery=DeliveryRef(sha256="0" * 64, received_at=at),
        connector=ConnectorRef(name="toy", version="1"),
    )


def standing(events: list[Event]) -> set[tuple[str, str]]:
    """Who stands with which emoji, whatever the order of arrival."""
    found = set()
    for order in itertools.permutations(events):
        state = message_state(order)
        assert state is not None
        found.add(frozenset((r.actor.id, r.emoji) for r in state.reactions if r.removed_at is None))
    assert len(found) == 1
    return set(found.pop())


def test_a_removal_without_an_emoji_takes_what_its_actor_set() -> None:
    events = [
        reaction("reaction.added", 1, ADA, "👍"),
        reaction("reaction.added", 2, BEN, "👍"),
        reaction("reaction.removed", 3, ADA, ""),
    ]
    assert standing(events) == {("ben", "👍")}


def test_one_that_is_the_only_one_stands_in_place_of_the_one_before() -> None:
    events = [
        reaction("reaction.added", 1, ADA, "👍", exclusive=True),
        reaction("reaction.added", 2, BEN, "👍", exclusive=True),
        reaction("reaction.added", 3, ADA, "❤", exclusive=True),
    ]
    assert standing(events) == {("ada", "❤"), ("ben", "👍")}
    state = message_state(events)
    assert state is not None
    assert {(r.emoji, r.removed_at) for r in state.reactions if r.actor.id == "ada"} == {
        ("👍", "2026-03-02T09:00:03Z"),
        ("❤", None),
    }


def test_a_removal_by_anyone_takes_everybodys() -> None:
    added = [reaction("reaction.added", 1, ADA, "👍"), reaction("reaction.added", 2, BEN, "❤")]
    assert standing([*added, reaction("reaction.removed", 3, ANYONE, "")]) == set()
    assert standing([*added, reaction("reaction.removed", 3, ANYONE, "👍")]) == {("ben", "❤")}


def test_what_was_never_seen_is_told_where_it_has_a_name() -> None:
    named = message_state([reaction("reaction.removed", 3, ADA, "👍")])
    nameless = message_state([reaction("reaction.removed", 3, ANYONE, "")])
    assert named is not None
    assert nameless is not None
    assert [(r.emoji, r.removed_at) for r in named.reactions] == [("👍", "2026-03-02T09:00:03Z")]
    assert nameless.reactions == ()
