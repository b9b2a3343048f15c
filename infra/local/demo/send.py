"""Sends planned deliveries as real requests and counts what came of them."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.demo.plan import Planned
from infra.local.senders import discord, generic, telegram, whatsapp
from infra.local.senders.courier import Answer, Courier, Policy
from infra.local.senders.outgoing import Outgoing
from infra.local.senders.slack import Retry, encode
from infra.local.senders.stack import Senders, StackFileError

SLOW = 3.0
"""Seconds after which both platforms count an answer as late."""


@dataclass
class Outcome:
    """What was sent and how it was answered. ``refused`` names deliveries that no attempt got through."""

    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    retries: int = 0
    seconds: float = 0.0

    @property
    def deliveries(self) -> int:
        """How many deliveries there were, repeated ones included."""
        return len(self.times)

    @property
    def slow(self) -> int:
        """Answers later than the platforms like."""
        return sum(1 for seconds in self.times if seconds > SLOW)


@dataclass
class Sending:
    """One run: the senders, the line to this machine, and how long each platform would be patient."""

    senders: Senders
    courier: Courier
    policies: Mapping[str, Policy]
    _bodies: dict[tuple[tuple[str, str, str], ...], bytes] = field(default_factory=dict)

    async def send(self, planned: Iterable[Planned]) -> Outcome:
        """Send in order, as many at a time as the courier carries."""
        outcome = Outcome()
        began = time.monotonic()
        await asyncio.gather(*(self._one(delivery, outcome) for delivery in planned))
        outcome.seconds = time.monotonic() - began
        return outcome

    async def _one(self, delivery: Planned, outcome: Outcome) -> None:
        answer = await self.courier.carry(self._maker(delivery), self.policies[delivery.platform])
        outcome.kinds.update(f"{delivery.platform}: {kind}" for kind in delivery.kinds)
        outcome.statuses[str(answer.status or answer.failure)] += 1
        outcome.times.append(answer.seconds)
        outcome.retries += answer.attempts - 1
        if not answer.taken or not _echoed(delivery, answer):
            outcome.refused.append(f"{delivery.platform} {delivery.kinds[0]} at {delivery.arrives:%a %H:%M:%S}")

    def _maker(self, delivery: Planned) -> Callable[[Retry | None], Outgoing]:
        """Makes the request of each attempt; who signs a time signs every one anew, the others repeat the same."""
        if delivery.slack is not None:
            body = encode(delivery.slack)
            first = Retry(1, delivery.resent) if delivery.resent else None
            return lambda retry: self.senders.slack.request(body, time.time(), retry or first)
        if delivery.body is not None or delivery.platform == "whatsapp":
            return lambda _: other_request(self.senders, delivery, time.time())
        if delivery.challenge:
            return lambda _: self.senders.teams.handshake(delivery.challenge)
        request = self.senders.teams.request(self._body(delivery))
        return lambda _: request

    def _body(self, delivery: Planned) -> bytes:
        """The bytes of a collection: those of its first attempt where it is a repetition."""
        key = tuple((n.resource, n.change_type, str((n.data or {}).get("etag"))) for n in delivery.teams)
        if not delivery.resent or key not in self._bodies:
            self._bodies[key] = self.senders.teams.body(delivery.teams, time.time())
        return self._bodies[key]


def other_request(senders: Senders, delivery: Planned, now: float) -> Outgoing:
    """The request of a delivery that is neither Slack's nor Teams', made at ``now`` (seconds since 1970).

    Raises:
        StackFileError: the tenant has no connection to its platform.
    """
    body: Mapping[str, Any] = delivery.body or {}
    match delivery.platform:
        case "whatsapp" if senders.whatsapp:
            if delivery.challenge:
                return senders.whatsapp.handshake(delivery.challenge)
            return senders.whatsapp.request(whatsapp.encode(body))
        case "telegram" if senders.telegram:
            return senders.telegram.request(telegram.encode(body))
        case "discord" if senders.discord:
            return senders.discord.request(discord.encode(body), now)
        case "generic" if senders.generic:
            return senders.generic.request(generic.encode(body["events"]), now)
        case platform:
            raise StackFileError(f"the tenant has no {platform} connection")


def _echoed(delivery: Planned, answer: Answer) -> bool:
    """Whether a handshake was answered with its own words; anything else needs no particular answer."""
    if delivery.challenge:
        return answer.body == delivery.challenge
    challenge = (delivery.slack or {}).get("challenge")
    if challenge is None:
        return True
    return answer.body == challenge or answer.body == json.dumps({"challenge": challenge}, separators=(",", ":"))
