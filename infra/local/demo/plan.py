"""A planned delivery, and the order in which deliveries arrive."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from infra.local.senders.teams import Notice


@dataclass(frozen=True)
class Planned:
    """One delivery: what it tells (``kinds``, for the run's summary) and when it comes in.

    ``expects`` are the kinds of event an archive should read from it, one entry a fact; ``slack`` is the JSON Slack
    would post, ``teams`` the items of a Graph collection, ``body`` what any other platform posts, ``challenge`` the
    word that a handshake of Graph's or Meta's wants back. ``resent`` gives the reason why this is the platform's
    second attempt at the same bytes. ``prompt`` is false for what comes in late or again: it is not put into one
    collection with anything else.
    """

    platform: str
    kinds: tuple[str, ...]
    arrives: datetime
    expects: tuple[str, ...]
    slack: Mapping[str, Any] | None = None
    teams: tuple[Notice, ...] = ()
    body: Mapping[str, Any] | None = None
    challenge: str = ""
    resent: str = ""
    prompt: bool = True


def by_arrival(planned: Iterable[Planned]) -> list[Planned]:
    """The deliveries as they come in; those at one instant keep their order."""
    return sorted(planned, key=lambda delivery: delivery.arrives)


def shuffled(planned: Iterable[Planned], seed: int) -> list[Planned]:
    """The deliveries in an order that depends on ``seed`` only."""
    mixed = list(planned)
    random.Random(seed).shuffle(mixed)  # noqa: S311 (an order, not a secret)
    return mixed


def collected(planned: Iterable[Planned], within: timedelta = timedelta(seconds=12), most: int = 4) -> list[Planned]:
    """Graph's deliveries by arrival, with changes that follow each other closely gathered into one collection."""
    gathered: list[Planned] = []
    for delivery in by_arrival(planned):
        last = gathered[-1] if gathered else None
        if last and _joinable(last, delivery) and len(last.teams) < most and delivery.arrives - last.arrives < within:
            gathered[-1] = replace(
                last,
                kinds=last.kinds + delivery.kinds,
                expects=last.expects + delivery.expects,
                teams=last.teams + delivery.teams,
            )
        else:
            gathered.append(delivery)
    return gathered


def _joinable(last: Planned, delivery: Planned) -> bool:
    ordinary = all(item.prompt and item.teams and not item.teams[0].lifecycle for item in (last, delivery))
    return ordinary and last.teams[0].tenant_id == delivery.teams[0].tenant_id
