"""The running stack as tests see it: its addresses, its senders, its users' API, its administrator."""

import json
import os
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import httpx

from infra.local.senders.outgoing import Outgoing
from infra.local.senders.slack import SlackSender, encode
from infra.local.senders.stack import Senders, senders_of, trust
from quire.aws.task_queue import WantedTask
from quire.cli.deployment import Deployment
from quire.cli.token import access_token
from quire.domain.ids import TenantId

PATIENCE = 60.0
"""Seconds within which everything that was captured has to be found."""


@dataclass(frozen=True)
class Running:
    """One stack, by the file it wrote about itself."""

    file: Path
    document: Mapping[str, Any]

    @cached_property
    def deployment(self) -> Deployment:
        """The stack as the command line sees it, with the administrator's keys."""
        keys = self.document["admin"]
        session = boto3.Session(
            aws_access_key_id=keys["accessKeyId"],
            aws_secret_access_key=keys["secretAccessKey"],
            region_name=self.document["region"],
        )
        return Deployment("local", session, self.document, self.file.parent)

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """TLS that trusts the stack."""
        return trust(self.document)

    @cached_property
    def senders(self) -> Senders:
        """The platforms of the first tenant."""
        return senders_of(self.document)

    @property
    def journal(self) -> str:
        """The bucket of segments."""
        return str(self.document["buckets"]["journal"])

    def slack_of(self, tenant: str) -> SlackSender:
        """The Slack side of a tenant that may have nothing else."""
        connection = next(item for item in self.tenant(tenant)["connections"] if item["platform"] == "slack")
        return SlackSender(connection["webhookUrl"], connection["secrets"]["signingSecret"])

    def tenant(self, tenant: str) -> Mapping[str, Any]:
        """What the file says of a tenant."""
        found: Mapping[str, Any] = next(item for item in self.document["tenants"] if item["tenantId"] == tenant)
        return found

    def user(self, tenant: str, role: str) -> str:
        """The e-mail address of a tenant's user with this role."""
        return next(str(user["email"]) for user in self.tenant(tenant)["users"] if user["role"] == role)

    def send(self, outgoing: Outgoing) -> httpx.Response:
        """Send a request as it is."""
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in outgoing.headers.items()]
        return httpx.request(
            outgoing.method, outgoing.url, content=outgoing.body, headers=headers, verify=self.tls, timeout=30
        )

    def send_slack(self, event: Mapping[str, Any], tenant: str = "meridian") -> httpx.Response:
        """Send a signed event as Slack does."""
        return self.send(self.slack_of(tenant).request(encode(event), time.time()))

    def api(self, email: str) -> httpx.Client:
        """The REST API as this user."""
        token = access_token(self.deployment, email)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=str(self.document["api"]), headers=headers, verify=self.tls, timeout=30)

    def search(self, api: httpx.Client, query: str) -> dict[str, Any]:
        """The answer to a search; it has to be a good one."""
        answer = api.post("/v1/search", json={"query": query})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def wake(self, platform: str, task: str, tenant: str = "meridian") -> None:
        """Let a task of a tenant's connection run now: tests wait for no schedule."""
        found = next(item for item in self.tenant(tenant)["connections"] if item["platform"] == platform)
        wanted = WantedTask(tenant_id=TenantId(tenant), connection_id=found["connectionId"], task=task, cause="hand")
        queue = str(self.document["queues"]["tasks"])
        self.deployment.client("sqs").send_message(QueueUrl=queue, MessageBody=wanted.text())

    def simulated(self, platform: str) -> dict[str, Any]:
        """What a simulated platform holds."""
        state: dict[str, Any] = self._simulators("GET", f"/state/{platform}").json()
        return state

    def change(self, platform: str, members: Mapping[str, Any]) -> None:
        """Replace members of what a simulated platform holds."""
        self._simulators("PATCH", f"/state/{platform}", members)

    def asked(self, platform: str) -> list[dict[str, Any]]:
        """The requests that a simulated platform was sent."""
        requests: list[dict[str, Any]] = self._simulators("GET", f"/requests?platform={platform}").json()
        return requests

    def break_down(self, *faults: Mapping[str, Any]) -> None:
        """Let something go wrong at the simulated platforms: see ``tests/simulators/frame.py``."""
        self._simulators("POST", "/faults", list(faults))

    def _simulators(self, method: str, path: str, content: Any = None) -> httpx.Response:
        known = self.document["simulators"]
        context = ssl.create_default_context(cafile=known["ca"])
        headers = {"Host": "control.simulators.localhost"}
        answer = httpx.request(
            method, known["url"] + path, json=content, headers=headers, verify=context, trust_env=False, timeout=30
        )
        assert answer.is_success, answer.text
        return answer

    def documents(self, tenant: str) -> list[dict[str, Any]]:
        """Every document of a tenant's index, straight from the engine."""
        question = {"size": 10_000, "query": {"match_all": {}}}
        answer = httpx.post(f"{self.document['search']}/{tenant}-messages/_search", json=question, timeout=60)
        if answer.status_code == 404:
            return []
        assert answer.is_success, answer.text
        return [hit["_source"] for hit in answer.json()["hits"]["hits"]]


def read(file: Path) -> Running:
    """The stack that a file is about."""
    return Running(file, json.loads(file.read_text("utf-8")))


def file_of_stack() -> Path:
    """Where the stack under test is described; ``QUIRE_STACK`` says so, else it is the developer's own."""
    return Path(os.environ.get("QUIRE_STACK", Path(__file__).resolve().parents[2] / ".local" / "stack.json"))


def eventually[T](look: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """Look until something true is seen.

    Raises:
        AssertionError: it was not within ``seconds``; says what was waited for.
    """
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.25)
    return seen


def slack_message(text: str, stamp: str = "", channel: str = "C0TESTS") -> dict[str, Any]:
    """A Slack message event, of now unless ``stamp`` (Slack's ``ts``) says otherwise."""
    at = stamp or f"{time.time():.6f}"
    event = {
        "type": "message",
        "channel": channel,
        "channel_type": "channel",
        "user": "U0TESTS",
        "text": text,
        "ts": at,
        "event_ts": at,
        "team": "T0TESTS",
    }
    return {
        "type": "event_callback",
        "team_id": "T0TESTS",
        "api_app_id": "A0TESTS",
        "event_id": f"Ev{at}",
        "event_time": int(float(at)),
        "event": event,
    }
