"""``python -m infra.local.load``: many deliveries within a minute, and how long each takes until search finds it.

Half of them are Slack's, half Teams', all distinct. A message counts as captured when its delivery was answered and
as searchable when ``POST /v1/search`` returned it; the second moment is known as exactly as search is asked, twice a
second.
"""

import argparse
import asyncio
import json
import math
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from infra.local.senders.bulk import BLOCK, Bulk
from infra.local.senders.courier import GRAPH_POLICY, SLACK_POLICY, Courier
from infra.local.senders.outgoing import Outgoing, require_loopback
from infra.local.senders.slack import Retry
from infra.local.senders.stack import DEFAULT_STACK, Senders, StackFileError, read_stack, senders_of, trust

POLL_SECONDS = 0.5
PATIENCE = 120.0
"""Seconds after the last delivery until what search has not found counts as lost."""

TokenSource = Callable[[], str]


@dataclass
class Sent:
    """One delivery of the run; times are seconds since 1970, 0 while they have not come."""

    number: int
    platform: str
    status: int = 0
    captured_at: float = 0.0
    answer_seconds: float = 0.0
    searchable_at: float = 0.0


@dataclass
class Finder:
    """Asks the search API, as a user of the tenant would."""

    api: str
    token_source: TokenSource
    client: httpx.AsyncClient
    token: str = ""
    asked: int = 0
    failed: int = 0

    async def contents(self, word: str) -> list[str]:
        """The texts of all messages with ``word``; none while search does not answer, which is counted."""
        found: list[str] = []
        cursor: str | None = None
        for _ in range(BLOCK):
            page = await self._page(word, cursor)
            found.extend(str(hit.get("content", "")) for hit in page.get("hits", []))
            cursor = page.get("nextCursor")
            if not cursor:
                break
        return found

    async def _page(self, word: str, cursor: str | None) -> Mapping[str, Any]:
        question = {"query": word, "limit": BLOCK} | ({"cursor": cursor} if cursor else {})
        self.asked += 1
        for _ in range(2):
            self.token = self.token or self.token_source()
            headers = {"Authorization": f"Bearer {self.token}"}
            try:
                answer = await self.client.post(f"{self.api}/v1/search", json=question, headers=headers, timeout=15.0)
            except httpx.TransportError:
                break
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self.token = ""
                continue
            if answer.is_success:
                page: Mapping[str, Any] = answer.json()
                return page
            break
        self.failed += 1
        return {}


@dataclass
class Run:
    """One load run against one stack."""

    senders: Senders
    courier: Courier
    finder: Finder
    deliveries: int
    within: float
    bulk: Bulk = field(default_factory=lambda: Bulk("q" + secrets.token_hex(3), datetime.now(UTC)))
    behind: float = 0.0
    sending_seconds: float = 0.0

    async def measure(self) -> list[Sent]:
        """Send everything evenly, watch search meanwhile, and stop when all is found or patience ends."""
        sent = [Sent(number, "slack" if number % 2 == 0 else "teams") for number in range(self.deliveries)]
        requests = [self._request(item) for item in sent]
        began = time.monotonic()
        watching = asyncio.create_task(self._watch(sent, began + self.within + PATIENCE))
        await asyncio.gather(*(self._send(item, make, began) for item, make in zip(sent, requests, strict=True)))
        self.sending_seconds = time.monotonic() - began
        await watching
        return sent

    def _request(self, item: Sent) -> Callable[[Retry | None], Outgoing]:
        """What costs time is done before the run: only Slack's signature is made when the request leaves."""
        if item.platform == "slack":
            body = self.bulk.slack(item.number)
            return lambda retry: self.senders.slack.request(body, time.time(), retry)
        sealed = self.senders.teams.body([self.bulk.teams(item.number)], time.time())
        request = self.senders.teams.request(sealed)
        return lambda _: request

    async def _send(self, item: Sent, make: Callable[[Retry | None], Outgoing], began: float) -> None:
        due = began + item.number * self.within / self.deliveries
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        self.behind = max(self.behind, time.monotonic() - due)
        policy = SLACK_POLICY if item.platform == "slack" else GRAPH_POLICY
        answer = await self.courier.carry(make, policy.hurried(60.0, timeout=15.0, most=3))
        item.status, item.answer_seconds = answer.status, answer.seconds
        if answer.taken:
            item.captured_at = answer.answered_at

    async def _watch(self, sent: list[Sent], deadline: float) -> None:
        """Ask for every block that has something to find until all is found."""
        while time.monotonic() < deadline:
            for block in range(math.ceil(len(sent) / BLOCK)):
                awaited = [item for item in sent[block * BLOCK : (block + 1) * BLOCK] if _awaited(item)]
                if awaited:
                    await self._look(awaited)
            if all(item.status and not _awaited(item) for item in sent):
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _look(self, awaited: list[Sent]) -> None:
        texts = await self.finder.contents(self.bulk.block_word(awaited[0].number))
        now = time.time()
        words = {word for text in texts for word in text.split()[-1:]}
        for item in awaited:
            if self.bulk.own_word(item.number) in words:
                item.searchable_at = now


def _awaited(item: Sent) -> bool:
    return item.captured_at > 0 and item.searchable_at == 0


def figures(values: Iterable[float]) -> dict[str, float]:
    """p50, p95, p99 (nearest rank) and the maximum, in seconds; empty without values."""
    ordered = sorted(values)
    if not ordered:
        return {}
    ranks = {f"p{share}": ordered[math.ceil(share / 100 * len(ordered)) - 1] for share in (50, 95, 99)}
    return {name: round(value, 3) for name, value in {**ranks, "max": ordered[-1]}.items()}


def summary(run: Run, sent: list[Sent]) -> dict[str, Any]:
    """The run as plain values, for the JSON file."""
    captured = [item for item in sent if item.captured_at]
    found = [item for item in captured if item.searchable_at]
    delays = {item.number: item.searchable_at - item.captured_at for item in found}
    return {
        "run": run.bulk.run,
        "startedAt": run.bulk.start.isoformat(),
        "deliveries": len(sent),
        "withinSeconds": run.within,
        "sendingSeconds": round(run.sending_seconds, 1),
        "behindScheduleSeconds": round(run.behind, 2),
        "captured": len(captured),
        "refused": len(sent) - len(captured),
        "searchable": len(found),
        "lost": len(captured) - len(found),
        "answerSeconds": figures(item.answer_seconds for item in captured),
        "capturedToSearchableSeconds": figures(delays.values()),
        "byPlatform": {
            platform: figures(delays[item.number] for item in found if item.platform == platform)
            for platform in ("slack", "teams")
        },
        "searches": {"asked": run.finder.asked, "failed": run.finder.failed},
    }


def report(told: Mapping[str, Any]) -> str:
    """The run for people."""
    delays = ", ".join(f"{name} {value:.1f} s" for name, value in told["capturedToSearchableSeconds"].items())
    answers = ", ".join(f"{name} {value:.2f} s" for name, value in told["answerSeconds"].items())
    return "\n".join(
        [
            f"{told['deliveries']} deliveries in {told['sendingSeconds']} s (asked for {told['withinSeconds']} s, "
            f"at most {told['behindScheduleSeconds']} s behind)",
            f"captured {told['captured']}, refused {told['refused']}, answered after {answers or 'never'}",
            f"captured to searchable: {delays or 'nothing was found'}",
            f"lost: {told['lost']}",
        ]
    )


async def run_load(
    stack: Mapping[str, Any], token_source: TokenSource, deliveries: int, within: float, tenant: str = ""
) -> dict[str, Any]:
    """Measure one run against a stack and return its summary.

    Raises:
        StackFileError: the stack file lacks what a sender needs.
    """
    api = str(stack["api"]).rstrip("/")
    require_loopback(api)
    tls = trust(stack)
    async with Courier(tls, concurrency=16) as courier, httpx.AsyncClient(verify=tls, trust_env=False) as client:
        run = Run(senders_of(stack, tenant), courier, Finder(api, token_source, client), deliveries, within)
        return summary(run, await run.measure())


def user_token(stack: Mapping[str, Any], user: str) -> TokenSource:
    """Tokens as ``quire token`` gives them, of ``user`` or else of the first user of the stack."""
    from quire.cli import deployment, token

    users = [entry["email"] for tenant in stack["tenants"] for entry in tenant["users"]]
    return lambda: token.access_token(deployment.find(), user or users[0])


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when nothing was refused or lost and p99 is below the bound."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.load", description=__doc__)
    parser.add_argument("--deliveries", type=int, default=2000)
    parser.add_argument("--within", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--stack", type=Path, default=DEFAULT_STACK)
    parser.add_argument("--tenant", default="")
    parser.add_argument("--token", default="", help="a bearer token (default: one of --user)")
    parser.add_argument("--user", default="", metavar="EMAIL", help="whose token to fetch (default: the first user)")
    parser.add_argument("--p99", type=float, default=60.0, help="fail above this many seconds")
    parser.add_argument("--out", type=Path, default=Path(".local/load.json"))
    told = parser.parse_args(arguments)
    try:
        stack = read_stack(told.stack)
        os.environ["QUIRE_STACK"] = str(told.stack.resolve())  # where tokens come from, too
        source: TokenSource = (lambda: told.token) if told.token else user_token(stack, told.user)
        result = asyncio.run(run_load(stack, source, told.deliveries, told.within, told.tenant))
    except StackFileError as error:
        print(error, file=sys.stderr)
        return 2
    told.out.parent.mkdir(parents=True, exist_ok=True)
    told.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(report(result))
    worst = result["capturedToSearchableSeconds"].get("p99", math.inf)
    return 0 if not result["lost"] and not result["refused"] and worst < told.p99 else 1


if __name__ == "__main__":
    sys.exit(main())
