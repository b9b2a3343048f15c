"""Who reacted to a message how, and when: folded from its events in the order they happened."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from quire.domain.events import ANYONE, Actor, Event, Reaction


@dataclass(frozen=True, slots=True)
class ReactionState:
    """An emoji and who set it; ``removed_at`` once it was taken back."""

    emoji: str
    actor: Actor
    added_at: str | None = None
    removed_at: str | None = None


def reaction_states(ordered: Iterable[Event]) -> tuple[ReactionState, ...]:
    """All that were ever set, in order of when."""
    standing: dict[tuple[str, str], ReactionState] = {}
    past: list[ReactionState] = []
    for event in ordered:
        body = event.body
        if not isinstance(body, Reaction):
            continue
        key = (body.actor.id, body.emoji)
        if event.kind == "reaction.removed":
            past.extend(_taken_back(standing, body, event.occurred_at))
            continue
        if body.exclusive and key not in standing:
            past.extend(_taken_back(standing, body.model_copy(update={"emoji": ""}), event.occurred_at))
        current = standing.get(key)
        if current is None or (current.added_at is None and body.timed):
            standing[key] = ReactionState(
                emoji=body.emoji, actor=body.actor, added_at=event.occurred_at if body.timed else None
            )
    return tuple(
        sorted(
            [*past, *standing.values()],
            key=lambda r: (r.added_at or "", r.emoji, r.actor.id, r.removed_at or ""),
        )
    )


def _taken_back(standing: dict[tuple[str, str], ReactionState], removal: Reaction, at: str) -> list[ReactionState]:
    """Take what a removal is about out of ``standing``; one that was never seen to be set is told all the same."""
    anyone, any_emoji = removal.actor.id == ANYONE.id, not removal.emoji
    gone = [
        standing.pop((actor, emoji))
        for actor, emoji in list(standing)
        if (anyone or actor == removal.actor.id) and (any_emoji or emoji == removal.emoji)
    ]
    if not gone and not anyone and not any_emoji:
        gone = [ReactionState(emoji=removal.emoji, actor=removal.actor)]
    return [replace(state, removed_at=at) for state in gone]
