"""Slack and Teams at work as deployed: tasks run by the runner, tokens kept by the keeper, secrets in their store."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from quire.aws.control import Connection
from quire.aws.deliveries import Deliveries
from quire.aws.leases import Leases
from quire.aws.task_queue import TaskQueue, WantedTask
from quire.aws.task_states import TaskStates
from quire.connections.apply_steps import Sinks
from quire.connections.grants import GrantKeeper, Surroundings
from quire.connections.health import HealthBook
from quire.connections.run_task import TaskRunner, Workshop
from quire.connectors.registry import connector
from quire.connectors.slack.install import SCOPES
from quire.domain.calls import Outside
from quire.domain.delivery import read_header, with_body
from quire.domain.events import UserChanged
from quire.domain.ids import ConnectionId, TenantId
from quire.outbound.gcra import Priority
from quire.outbound.patience import Patience
from quire.outbound.platform import PlatformOutside, seen_by
from quire.outbound.transport import Pace, Transport
from quire.outbound.whereabouts import gateway
from quire.tenants.add_connection import NewConnection, add_connection
from quire.tenants.create_tenant import create_tenant
from tests.moto_aws import Stack, stack
from tests.outside import World
from tests.simulated.slack_firm import TEAM, open_slack
from tests.simulated.teams_firm import TENANT, connected, open_teams
from tests.simulators.running import Running

MERIDIAN, ID = TenantId("meridian"), ConnectionId("c1")


class Deployed:
    """One connection among the stores, and a process that runs its tasks."""

    def __init__(self, aws: Stack, platforms: Running, platform: str, secrets: Mapping[str, Any], **more: Any) -> None:
        self.aws, self.news = aws, list[Any]()
        create_tenant(aws.control, MERIDIAN, "Meridian", self.now())
        new = NewConnection(MERIDIAN, ID, platform, "Head office", secrets, more.get("configuration", {}), TEAM)
        described = {platform: connector(platform).manifest}
        self.secret_id = add_connection(aws.control, aws.secrets, described, new, self.now()).secret_id
        transport = Transport(gateway(platforms.address), str(platforms.certificates.authority))
        self.transport = transport
        around = World(patience=Patience(tries=2), pace=Pace(connect=5, idle=10, total=30)).around(transport)

        def outside(connection: Connection, token: Callable[[bool], str], priority: Priority) -> Outside:
            return PlatformOutside(seen_by(connection, connector(platform).reach, priority), token, around)

        leases = Leases(aws.aws.dynamodb, "limits", lambda: self.now().timestamp())
        health = HealthBook(aws.control, None, self.now)
        keeper = GrantKeeper(
            Surroundings(aws.secrets, leases, health, lambda p: connector(p).grant, outside, self.now, lambda _: None)
        )
        states = TaskStates(aws.aws.dynamodb, "control")
        queue = TaskQueue(aws.aws.sqs, aws.aws.sqs.create_queue(QueueName="tasks")["QueueUrl"])
        self.runner = TaskRunner(
            Workshop(
                control=aws.control,
                secrets=aws.secrets,
                leases=leases,
                queue=queue,
                health=health,
                sinks=Sinks(Deliveries(aws.journal, aws.stream), states, keeper, self.now),
                tasks_of=lambda p: connector(p).tasks,
                outside_of=outside,
                hooks_url=more.get("hooks_url", "http://127.0.0.1:1/hooks"),
                now=self.now,
                chance=lambda: 0.5,
            )
        )

    @staticmethod
    def now() -> datetime:
        """The machine's time."""
        return datetime.now(UTC)

    def run(self, task: str) -> str:
        """How a run ended."""
        wanted = WantedTask(tenant_id=MERIDIAN, connection_id=ID, task=task, cause="hand")
        return self.runner.run(wanted, None, lambda: 300.0).word

    def secrets(self) -> Mapping[str, Any]:
        """As they are stored."""
        found = self.aws.secrets.current(self.secret_id)
        assert found is not None
        return found

    def troubles(self) -> list[tuple[str, bool]]:
        """What is wrong with the connection."""
        found = self.aws.control.connection(MERIDIAN, ID)
        assert found is not None
        return [(one.code, one.degraded) for one in found.health.troubles]

    def people(self) -> list[str | None]:
        """The addresses of the people that the stream tells of."""
        deliveries = [with_body(*read_header(record)) for record in self.aws.records()]
        events = [found.event for each in deliveries for found in connector(each.header.platform).normalise(each)]
        return [event.body.user.email for event in events if isinstance(event.body, UserChanged)]


Deploy = Callable[..., Deployed]


@pytest.fixture
def deploy(platforms: Running) -> Iterator[Deploy]:
    made: list[Deployed] = []
    with stack() as aws:

        def one(platform: str, secrets: Mapping[str, Any], **more: Any) -> Deployed:
            made.append(Deployed(aws, platforms, platform, secrets, **more))
            return made[-1]

        yield one
    for each in made:
        each.transport.close()


def test_slack_with_a_token_that_rotates(platforms: Running, deploy: Deploy) -> None:
    slack = open_slack(platforms).state("slack")
    slack["refreshTokens"]["xoxe-1-first"] = "1.2"
    app = {"signingSecret": "s", "clientId": "1.2", "clientSecret": "shh", "refreshToken": "xoxe-1-first"}
    deployed = deploy("slack", app)
    assert deployed.run("rotate") == "done"
    stored = deployed.secrets()
    assert stored["botToken"] in slack["tokens"]
    assert stored["refreshToken"] in slack["refreshTokens"]
    assert deployed.run("directory") == "done"
    assert deployed.people()[:2] == ["p1@meridian.example", "p2@meridian.example"]
    assert deployed.troubles() == []

    slack["tokens"][stored["botToken"]]["expiresAt"] = 0
    assert deployed.run("rotate") == "done"
    assert deployed.secrets()["refreshToken"] != stored["refreshToken"]
    slack["tokens"].clear()
    slack["refreshTokens"].clear()
    deployed.run("rotate")
    assert deployed.troubles() == [("grant_lost", True)]
    assert deployed.secrets()["signingSecret"] == "s"


def test_slack_with_a_token_that_was_revoked_and_replaced(platforms: Running, deploy: Deploy) -> None:
    slack = open_slack(platforms).state("slack")
    deployed = deploy("slack", {"signingSecret": "s", "botToken": "xoxb-1"})
    slack["tokens"]["xoxb-1"]["error"] = "token_revoked"
    deployed.run("rotate")
    assert deployed.troubles() == [("grant_lost", True)]
    slack["tokens"]["xoxb-2"] = {"scopes": list(SCOPES)}
    deployed.aws.secrets.put(deployed.secret_id, {"signingSecret": "s", "botToken": "xoxb-2"})
    assert deployed.run("rotate") == "done"
    assert deployed.troubles() == []


def test_teams_directory_and_a_key_that_is_stored_before_it_is_used(platforms: Running, deploy: Deploy) -> None:
    open_teams(platforms)
    told = connected(platforms, certificates={})
    deployed = deploy("teams", told.secrets, configuration=told.configuration)
    assert deployed.run("directory") == "done"
    assert "p1@meridian.example" in deployed.people()
    deployed.run("subscriptions")
    (stored,) = deployed.secrets()["certificates"]
    asked = [entry for entry in platforms.requests("graph") if entry["method"] == "POST" and "subscr" in entry["path"]]
    assert asked
    assert all(stored in entry["body"] for entry in asked)
    assert deployed.troubles() == [("subscription_invalid", True)]
    assert TENANT in told.configuration["issuer"]
