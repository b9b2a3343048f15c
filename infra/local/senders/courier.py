"""Carries requests over HTTP as the platforms do: bounded in number, repeated when they fail, timed."""

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from infra.local.senders.outgoing import Outgoing, require_loopback
from infra.local.senders.slack import Retry


@dataclass(frozen=True)
class Policy:
    """How a platform repeats what was not answered with 2xx: the pause before each repetition, in seconds."""

    pauses: tuple[float, ...]
    timeout: float

    def hurried(self, factor: float, timeout: float, most: int = 3) -> "Policy":
        """At most ``most`` repetitions, with pauses ``factor`` times shorter and an own patience."""
        return Policy(tuple(pause / factor for pause in self.pauses[:most]), timeout)


SLACK_POLICY = Policy(pauses=(0.0, 60.0, 300.0), timeout=3.0)
"""Three retries, almost at once, after a minute, after five: https://docs.slack.dev/apis/events-api"""

GRAPH_POLICY = Policy(pauses=tuple(min(15.0 * 2**n, 1800.0) for n in range(14)), timeout=10.0)
"""Exponential back-off for up to four hours, ten seconds an attempt.

https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
"""


META_POLICY = Policy(pauses=(30.0, 60.0, 300.0, 900.0, 3600.0), timeout=10.0)
"""Repeated with falling frequency for up to seven days; the beginning of it.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

TELEGRAM_POLICY = Policy(pauses=(1.0, 2.0, 4.0, 8.0, 60.0), timeout=30.0)
"""Telegram names neither number nor pauses: "a reasonable amount of attempts".

https://core.telegram.org/bots/api#setwebhook
"""

DISCORD_POLICY = Policy(pauses=(1.0, 4.0, 15.0, 60.0, 300.0), timeout=3.0)
"""Exponential back-off for up to ten minutes, three seconds an attempt.

https://docs.discord.com/developers/events/webhook-events
"""

GENERIC_POLICY = Policy(pauses=(1.0, 5.0, 30.0, 120.0), timeout=10.0)
"""What a careful sender does."""

POLICIES: Mapping[str, Policy] = {
    "slack": SLACK_POLICY,
    "teams": GRAPH_POLICY,
    "whatsapp": META_POLICY,
    "telegram": TELEGRAM_POLICY,
    "discord": DISCORD_POLICY,
    "generic": GENERIC_POLICY,
}


@dataclass(frozen=True)
class Answer:
    """How it ended: ``status`` of the last attempt (0: none came), and the seconds that attempt took."""

    status: int
    seconds: float
    attempts: int
    answered_at: float
    body: str = ""
    failure: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver acknowledged the delivery."""
        return 200 <= self.status < 300


class Courier:
    """An HTTP client for this machine only; use as ``async with``. At most ``concurrency`` requests at a time."""

    def __init__(
        self,
        verify: ssl.SSLContext | bool = True,
        concurrency: int = 8,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        self._client = httpx.AsyncClient(
            verify=verify, limits=limits, trust_env=False, follow_redirects=False, transport=transport
        )
        self._slots = asyncio.Semaphore(concurrency)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def carry(self, make: Callable[[Retry | None], Outgoing], policy: Policy) -> Answer:
        """Send what ``make`` gives, and again as ``policy`` says; ``make`` is told which repetition it is.

        A pause holds no slot. A receiver that answers ``X-Slack-No-Retry: 1`` is left alone.
        """
        retry: Retry | None = None
        answer, stop = await self._attempt(make(retry), policy.timeout, 1)
        for number, pause in enumerate(policy.pauses, start=1):
            if answer.taken or stop:
                break
            await asyncio.sleep(pause)
            retry = Retry(number, answer.failure or "http_error")
            answer, stop = await self._attempt(make(retry), policy.timeout, number + 1)
        return answer

    async def _attempt(self, outgoing: Outgoing, timeout: float, attempt: int) -> tuple[Answer, bool]:
        require_loopback(outgoing.url)
        async with self._slots:
            began = time.monotonic()
            try:
                response = await self._client.request(
                    outgoing.method,
                    outgoing.url,
                    content=outgoing.body,
                    headers=dict(outgoing.headers),
                    timeout=timeout,
                )
            except httpx.TimeoutException:
                return _failed("http_timeout", began, attempt), False
            except httpx.TransportError as error:
                reason = "ssl_error" if isinstance(error.__cause__, ssl.SSLError) else "connection_failed"
                return _failed(reason, began, attempt), False
            answer = Answer(
                status=response.status_code,
                seconds=time.monotonic() - began,
                attempts=attempt,
                answered_at=time.time(),
                body=response.text,
                failure="" if response.is_success else "http_error",
            )
            return answer, response.headers.get("x-slack-no-retry") == "1"


def _failed(reason: str, began: float, attempt: int) -> Answer:
    return Answer(status=0, seconds=time.monotonic() - began, attempts=attempt, answered_at=time.time(), failure=reason)
