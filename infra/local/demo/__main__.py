"""``python -m infra.local.demo``: send the demo week to the running stack."""

import argparse
import asyncio
import sys
from collections.abc import Collection
from pathlib import Path

from infra.local.demo.deliveries import week_deliveries
from infra.local.demo.facts import expected_facts, searches
from infra.local.demo.plan import Planned, shuffled
from infra.local.demo.send import Outcome, Sending
from infra.local.demo.story import read_week
from infra.local.senders.courier import POLICIES, Courier
from infra.local.senders.stack import DEFAULT_STACK, StackFileError, read_stack, senders_of, trust

_HURRY = 60.0
"""How much shorter the pauses between attempts are than the platforms' own."""


async def replay(stack_file: Path, tenant: str, seed: int | None, twice: bool, concurrency: int) -> Outcome:
    """Send the week (twice, in two orders, if asked) and return how it went.

    Raises:
        StackFileError: there is no stack, or it has no such tenant.
    """
    stack = read_stack(stack_file)
    senders = senders_of(stack, tenant)
    async with Courier(trust(stack), concurrency) as courier:
        sending = Sending(
            senders=senders,
            courier=courier,
            policies={name: policy.hurried(_HURRY, timeout=15.0, most=4) for name, policy in POLICIES.items()},
        )
        return await sending.send(_order(senders.platforms, seed, twice))


def _order(platforms: Collection[str], seed: int | None, twice: bool) -> list[Planned]:
    planned = week_deliveries(read_week(), platforms)
    passes = 2 if twice else 1
    if seed is None:
        return planned * passes
    return [delivery for number in range(passes) for delivery in shuffled(planned, seed + number)]


def report(outcome: Outcome) -> str:
    """What was done, for people."""
    week = read_week()
    facts = expected_facts(week)
    told = [f"  {count:5}  {kind}" for kind, count in sorted(outcome.kinds.items())]
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(outcome.statuses.items()))
    tries = [f"  {search.query:45} {search.why}" for search in searches()]
    lines = [
        f"{week.firm.name}, week of {week.firm.monday}: {outcome.deliveries} deliveries in {outcome.seconds:.1f} s",
        *told,
        f"answers: {answers}; {outcome.retries} repeated after a failure; {outcome.slow} slower than a platform likes",
        f"expect {sum(facts.distinct_messages.values())} messages: "
        + ", ".join(f"{count} on {platform}" for platform, count in sorted(facts.distinct_messages.items()))
        + f"; {len(facts.edited)} edited, {len(facts.deleted)} deleted",
        "try:",
        *tries,
    ]
    if outcome.refused:
        lines += [f"NOT TAKEN: {len(outcome.refused)}", *(f"  {name}" for name in outcome.refused[:20])]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when every delivery was taken."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.demo", description=__doc__)
    parser.add_argument("--stack", type=Path, default=DEFAULT_STACK, help="the stack file `make up` writes")
    parser.add_argument("--tenant", default="", help="the tenant to send to (default: the first with both platforms)")
    parser.add_argument("--shuffle", type=int, metavar="SEED", help="send in an order that depends on SEED")
    parser.add_argument("--twice", action="store_true", help="send everything twice")
    parser.add_argument("--concurrency", type=int, default=8, help="requests at a time (default: 8)")
    told = parser.parse_args(arguments)
    try:
        outcome = asyncio.run(replay(told.stack, told.tenant, told.shuffle, told.twice, told.concurrency))
    except StackFileError as error:
        print(error, file=sys.stderr)
        return 2
    print(report(outcome))
    return 1 if outcome.refused else 0


if __name__ == "__main__":
    sys.exit(main())
