"""A connection's outside that leads to the simulators by the real way outward, with one try, its token kept."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

from quire.connectors.registry import connector
from quire.domain.calls import Answer, Call, Received
from quire.domain.ids import TenantId
from quire.domain.work import STALE, Checkpoint, Renewed, Step, Work
from quire.outbound.patience import Patience
from quire.outbound.platform import PlatformOutside, Seen
from quire.outbound.transport import Pace, Transport
from quire.outbound.whereabouts import gateway
from tests.outside import World
from tests.simulators.running import Running

_OPEN: list[Transport] = []
WEBHOOK = "https://hooks.quire.example/hooks/connection"


def close_all() -> None:
    """End the connections that were left open for more calls."""
    while _OPEN:
        _OPEN.pop().close()


class Direct:
    """See the module. ``secrets`` are the connection's, with every renewal in them; ``granted`` counts the tokens."""

    def __init__(
        self,
        platforms: Running,
        platform: str,
        secrets: Mapping[str, Any],
        configuration: Mapping[str, Any] | None = None,
        webhook_url: str = WEBHOOK,
        tries: int = 1,
    ) -> None:
        self.platforms, self.connector = platforms, connector(platform)
        self.secrets, self.configuration = dict(secrets), dict(configuration or {})
        self.webhook_url = webhook_url
        self.state: Mapping[str, Any] = {}
        self.clock = 0.0
        self.granted = 0
        self._token: str | None = None
        reach = self.connector.reach
        assert reach is not None
        self.world = World(patience=Patience(tries=tries), pace=Pace(connect=5, idle=10, total=30))
        seen = Seen(platform, TenantId("meridian"), "W1", reach, (*reach.hosts, *reach.files), "live")
        transport = Transport(gateway(platforms.address), str(platforms.certificates.authority))
        _OPEN.append(transport)
        self._outside = PlatformOutside(seen, lambda fresh: self.token(fresh=fresh), self.world.around(transport))

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
        """One try, by the real way outward."""
        return self._outside.send(call)

    def download(self, call: Call, into: BinaryIO, most: int) -> Received:
        """A file, by the real way outward."""
        return self._outside.download(call, into, most)

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
