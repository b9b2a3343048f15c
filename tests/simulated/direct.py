"""A connection's outside that goes straight to the simulators: one try, no limits, tokens kept as a keeper does."""

import hashlib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3

from quire.connectors.registry import connector
from quire.domain.calls import Answer, Call, Reach, Received
from quire.domain.errors import BusyError, OutOfReachError, UnavailableError
from quire.domain.work import STALE, Checkpoint, Renewed, Step, Work
from tests.simulators.running import Running

WEBHOOK = "https://hooks.quire.example/hooks/connection"


class Direct:
    """See the module. ``secrets`` are the connection's, with every renewal in them; ``granted`` counts the tokens."""

    def __init__(
        self,
        platforms: Running,
        platform: str,
        secrets: Mapping[str, Any],
        configuration: Mapping[str, Any] | None = None,
        webhook_url: str = WEBHOOK,
    ) -> None:
        self.platforms, self.connector = platforms, connector(platform)
        self.secrets, self.configuration = dict(secrets), dict(configuration or {})
        self.webhook_url = webhook_url
        self.state: Mapping[str, Any] = {}
        self.clock = 0.0
        self.granted = 0
        self._token: str | None = None

    @property
    def now(self) -> datetime:
        """The time of the machine, turned on by ``clock`` seconds."""
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.clock, UTC)

    def token(self, *, fresh: bool = False) -> str:
        """The token kept, else a new one."""
        if self._token is None or fresh:
            assert self.connector.grant is not None
            secrets = {**self.secrets, STALE: self._token} if fresh and self._token else self.secrets
            given = self.connector.grant(secrets, self.configuration, self, self.now)
            self.granted += 1
            if given.renewed is not None:
                self.secrets = dict(given.renewed)
            self._token = given.value
        return self._token

    def forget(self) -> None:
        """As another process, which keeps no token yet."""
        self._token = None

    def send(self, call: Call) -> Answer:
        """One try."""
        got = self._request(call, call.url, self._reach().hosts)
        answer = Answer(got.status, {name.lower(): value for name, value in got.headers.items()}, got.data)
        wait = self._reach().pause(answer)
        if wait is not None:
            raise BusyError("the platform asks to wait", wait)
        if answer.status >= 500:
            raise UnavailableError(f"the platform answered {answer.status}")
        return answer

    def download(self, call: Call, into: BinaryIO, most: int) -> Received:
        """The file behind at most five redirects, on which no other host is given the token."""
        reach, url, headers = self._reach(), call.url, call.headers
        for _ in range(6):
            got = self._request(call._replace(headers=headers), url, (*reach.hosts, *reach.files))
            if got.status not in {301, 302, 303, 307, 308}:
                break
            onward = urljoin(url, got.headers["location"])
            if urlsplit(onward).hostname != urlsplit(url).hostname:
                headers = {}
            url = onward
        told = {name.lower(): value for name, value in got.headers.items()}
        data = got.data if got.status == 200 else b""
        assert len(data) <= most
        into.write(data)
        return Received(got.status, told, len(data), hashlib.sha256(data).hexdigest(), told.get("content-type"))

    def run(self, task: str, steps: list[Step] | None = None) -> list[Step]:
        """All steps of a task, each applied; ``steps`` takes them also where the run breaks off."""
        steps = [] if steps is None else steps
        for step in self.connector.tasks[task].run(self.work()):
            steps.append(step)
            if isinstance(step, Renewed):
                self.secrets = dict(step.secrets)
            elif isinstance(step, Checkpoint):
                self.state = step.state
        return steps

    def work(self) -> Work:
        """What the next run is given."""
        return Work(self, self.secrets, self.configuration, self.state, self.now, self.webhook_url)

    def _reach(self) -> Reach:
        assert self.connector.reach is not None
        return self.connector.reach

    def _request(self, call: Call, url: str, hosts: tuple[str, ...]) -> urllib3.BaseHTTPResponse:
        where = urlsplit(url)
        host = where.hostname or ""
        if where.scheme != "https" or not any(_covers(pattern, host) for pattern in hosts):
            raise OutOfReachError("address_refused", f"{host} is none of the platform's")
        context = ssl.create_default_context(cafile=str(self.platforms.certificates.authority))
        path = where.path + (f"?{where.query}" if where.query else "")
        if call.query:
            path += ("&" if where.query else "?") + urlencode(call.query)
        with urllib3.HTTPSConnectionPool(
            "127.0.0.1", self.platforms.port, ssl_context=context, server_hostname=host, assert_hostname=host
        ) as pool:
            headers = {**call.headers, "Host": host}
            return pool.request(call.method, path, body=call.body, headers=headers, redirect=False, retries=False)


def _covers(pattern: str, host: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
