"""A connection as its tasks see it: real requests to the simulated platforms, patience as the connector's own."""

import hashlib
import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

import urllib3

from quire.connectors.outward import Checkpoint, Noticed, Page, Renewed, Step, Work
from quire.connectors.registry import connector
from quire.domain.attachments import RawAt, WantedFile
from quire.domain.calls import Answer, Call, Received
from quire.domain.delivery import Delivery, DeliveryHeader
from quire.domain.errors import OutOfReachError, UnavailableError
from quire.domain.events import Event, Observation
from quire.domain.ids import ConnectionId, TenantId
from quire.domain.message import MessageState
from tests.simulators.frame import covers
from tests.simulators.running import Running
from tests.unit.connectors.reading import states

_TRIES = 5
_LONGEST = 2.0
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


class Direct:
    """The outside with nothing between: it waits as the connector's reach says, and tries again what was an outage."""

    def __init__(self, platform: str, platforms: Running, token: Callable[[bool], str]) -> None:
        reach = connector(platform).reach
        assert reach is not None
        self.reach, self._platforms, self._token = reach, platforms, token
        self._context = ssl.create_default_context(cafile=str(platforms.certificates.authority))
        self.waited: list[float] = []
        self.names: list[str] = []

    def token(self, *, fresh: bool = False) -> str:
        """The connection's token."""
        return self._token(fresh)

    def send(self, call: Call) -> Answer:
        """The answer, after as many waits as it takes."""
        self.names.append(call.name)
        for _ in range(_TRIES):
            with self._ask(call, self.reach.hosts) as got:
                answer = Answer(got.status, {k.lower(): v for k, v in got.headers.items()}, got.read())
            seconds = self.reach.pause(answer)
            if seconds is None and answer.status < 500:
                return answer
            self.waited.append(seconds or 0.0)
            time.sleep(min(seconds or 0.0, _LONGEST))
        raise UnavailableError("no answer")

    def download(self, call: Call, into: BinaryIO, most: int) -> Received:
        """A file, written as it came."""
        with self._ask(call, (*self.reach.hosts, *self.reach.files)) as got:
            headers = {k.lower(): v for k, v in got.headers.items()}
            if got.status != 200:
                return Received(got.status, headers, 0, "")
            data = got.read()
        if len(data) > most:
            raise OutOfReachError("too_large", "the file is too large")
        into.write(data)
        return Received(200, headers, len(data), hashlib.sha256(data).hexdigest(), headers.get("content-type"))

    def _ask(self, call: Call, hosts: tuple[str, ...]) -> urllib3.BaseHTTPResponse:
        parts = urlsplit(call.url)
        host = parts.hostname or ""
        if parts.scheme != "https" or not any(covers(pattern, host) for pattern in hosts):
            raise OutOfReachError("address_refused", "the address is none of the platform's")
        pool = urllib3.HTTPSConnectionPool(
            "127.0.0.1",
            self._platforms.port,
            ssl_context=self._context,
            server_hostname=host,
            assert_hostname=host,
            retries=False,
        )
        query = "&".join(part for part in (parts.query, urlencode(call.query)) if part)
        target = parts.path + (f"?{query}" if query else "")
        return pool.urlopen(
            call.method,
            target,
            body=call.body,
            headers={"Host": host, **call.headers},
            redirect=False,
            preload_content=False,
        )


@dataclass
class Connected:
    """A connection with its stream, its secrets and what its tasks remember; steps take effect in order."""

    platform: str
    platforms: Running
    secrets: dict[str, Any]
    configuration: Mapping[str, Any] = field(default_factory=dict)
    workspace: str = ""
    state: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    notices: list[Noticed] = field(default_factory=list)
    now: datetime = NOW
    webhook_url: str = "https://hooks.quire.example/hooks/platform/c1"

    def __post_init__(self) -> None:
        """Its own outside."""
        self.outside = Direct(self.platform, self.platforms, self._token)

    def _token(self, fresh: bool) -> str:
        del fresh
        grant = connector(self.platform).grant
        assert grant is not None
        return grant(self.secrets, self.configuration, self.outside, self.now).value

    def run(self, task: str = "poll", stop_after: int | None = None) -> list[Page]:
        """Run a task; its pages. With ``stop_after`` it is cut off after so many steps, as a function at its end is."""
        pages = []
        for number, step in enumerate(self._steps(task), start=1):
            if isinstance(step, Page):
                pages.append(step)
                self.deliveries.append(self._delivery(step))
            elif isinstance(step, Checkpoint):
                self.state[task] = json.loads(json.dumps(step.state))
            elif isinstance(step, Renewed):
                self.secrets = dict(step.secrets)
            else:
                self.notices.append(step)
            if number == stop_after:
                break
        return pages

    def _steps(self, task: str) -> Iterator[Step]:
        work = Work(
            self.outside, self.secrets, self.configuration, self.state.get(task, {}), self.now, self.webhook_url
        )
        return connector(self.platform).tasks[task].run(work)

    def deliver(self, body: bytes) -> None:
        """A webhook, as capture hands it on."""
        self.deliveries.append(self._delivery(Page(body), live=True))

    def _delivery(self, page: Page, live: bool = False) -> Delivery:
        header = DeliveryHeader(
            tenant_id=TenantId("meridian"),
            connection_id=ConnectionId("c1"),
            platform=self.platform,
            source="webhook" if live else page.source,
            received_at=f"{self.now:%Y-%m-%dT%H:%M:%S}.000000Z",
            sha256=hashlib.sha256(page.body).hexdigest(),
            size=len(page.body),
            workspace_id=self.workspace,
            context=page.context,
        )
        return Delivery(header=header, body=page.body)

    def observed(self) -> list[Observation]:
        """What the stream tells, duplicates included."""
        return [found for delivery in self.deliveries for found in connector(self.platform).normalise(delivery)]

    def events(self) -> list[Event]:
        """Each fact once, as the archive keeps them."""
        return list({found.event.event_id: found.event for found in reversed(self.observed())}.values())[::-1]

    def messages(self) -> list[MessageState]:
        """The messages as they stand."""
        return states(self.events())

    def codes(self) -> list[str]:
        """What was noticed."""
        return [notice.code for notice in self.notices]

    def wanted(self, name: str) -> tuple[WantedFile, bytes]:
        """The work and the raw of the file of this name."""
        for observation in self.observed():
            event, body = observation.event, observation.event.body
            for attachment in getattr(getattr(body, "content", None), "attachments", ()):
                if attachment.name == name and event.message_id and event.channel_id:
                    at = RawAt(bucket="b", key="k", version_id="v", frame=0, event_id=event.event_id)
                    work = WantedFile(
                        tenant_id=event.tenant_id,
                        connection_id=event.connection_id,
                        platform=self.platform,
                        workspace_id=event.workspace_id,
                        message_id=event.message_id,
                        channel_id=event.channel_id,
                        subject_id=event.subject_id,
                        channel=body.channel,  # type: ignore[union-attr]
                        native=body.native,  # type: ignore[union-attr]
                        attachment=attachment,
                        raw_at=at,
                    )
                    return work, observation.raw
        raise AssertionError(f"no file {name}")

    def fetch(self, name: str) -> Call | bytes:
        """Where the file of this name is to be had, or its bytes."""
        fetch = connector(self.platform).fetch
        assert fetch is not None
        found = fetch(*self.wanted(name), self.outside, self.configuration)
        return found if isinstance(found, Call) else found.data
