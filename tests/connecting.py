"""Connections at work over mocked AWS: a made-up platform with pages and refresh tokens that work once, its connector,
and the runner of its tasks, each of whose effects can be made to fail."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, NoReturn

import orjson

from quire.aws.control import Connection, Control, Health
from quire.aws.deliveries import Deliveries
from quire.aws.leases import Leases
from quire.aws.notifications import Notification
from quire.aws.task_queue import Cause, TaskQueue, WantedTask, read_task
from quire.aws.task_states import TaskStates
from quire.connections.apply_steps import Sinks
from quire.connections.grants import GrantKeeper, Surroundings
from quire.connections.health import HealthBook
from quire.connections.run_task import Outcome, TaskRunner, Workshop
from quire.domain.calls import Answer, Call, Received
from quire.domain.delivery import read_header
from quire.domain.errors import GrantLostError
from quire.domain.ids import ConnectionId, TenantId
from quire.domain.work import STALE, Checkpoint, Page, Step, Task, Token, Work
from quire.tenants.add_connection import NewConnection, add_connection
from quire.tenants.create_tenant import create_tenant
from tests.archiving import Kill
from tests.moto_aws import NOW, Stack

TENANT, ID = TenantId("acme"), ConnectionId("acme-pretend")
PLANTED = ("xo-access-", "xo-refresh-")
"""What every secret of the platform begins with."""
HOUR = timedelta(hours=1)


class Platform:
    """The made-up platform: ``messages`` in pages of two; its access tokens last twelve hours."""

    def __init__(self, messages: int) -> None:
        self.messages = [f"message {n}" for n in range(messages)]
        self.refresh, self.access, self.made = f"{PLANTED[1]}0", f"{PLANTED[0]}0", 0
        self.spent: list[str] = []
        self.asked: list[str] = []
        self.revoked = False
        self.fault: Callable[[Call], None] = lambda _: None

    def answer(self, call: Call) -> Answer:
        """As the platform does."""
        self.asked.append(call.name)
        self.fault(call)
        if call.name == "token":
            return self._token((call.body or b"").decode())
        if self.revoked or call.headers["authorization"] != self.access:
            return Answer(401, {}, b"{}")
        cursor = int(call.query["cursor"])
        page = self.messages[cursor : cursor + 2]
        return Answer(200, {}, orjson.dumps({"page": page, "next": cursor + len(page)}))

    def _token(self, refresh: str) -> Answer:
        self.spent.append(refresh)
        if self.revoked or refresh != self.refresh:
            return Answer(400, {}, b'{"error":"invalid_refresh_token"}')
        self.made += 1
        self.refresh, self.access = f"{PLANTED[1]}{self.made}", f"{PLANTED[0]}{self.made}"
        return Answer(200, {}, orjson.dumps({"access": self.access, "refresh": self.refresh}))


class PlatformOutside:
    """The platform as one connection sees it."""

    def __init__(self, platform: Platform, token: Callable[[bool], str]) -> None:
        self._platform = platform
        self._token = token

    def token(self, *, fresh: bool = False) -> str:
        """The keeper's."""
        return self._token(fresh)

    def send(self, call: Call) -> Answer:
        """The platform's answer."""
        return self._platform.answer(call)

    def download(self, call: Call, into: BinaryIO, most: int) -> Received:
        """It has no files."""
        raise NotImplementedError


def grant(secrets: Mapping[str, Any], configuration: Mapping[str, Any], outside: Any, now: datetime) -> Token:
    """The connector's: the token of the secrets while it lasts, else a new one for the refresh token."""
    ends = datetime.fromisoformat(secrets["endsAt"])
    if secrets["access"] != secrets.get(STALE) and ends > now + timedelta(minutes=10):
        return Token(secrets["access"], ends)
    answer = outside.send(Call("POST", "https://pretend.example/token", "token", body=secrets["refresh"].encode()))
    if answer.status != 200:
        raise GrantLostError("the platform does not renew the token")
    ends = now + 12 * HOUR
    renewed = {**secrets, **answer.json(), "endsAt": ends.isoformat()}
    return Token(renewed["access"], ends, renewed)


def poll(work: Work) -> Iterator[Step]:
    """The connector's: pages from its cursor to the end, a checkpoint after each."""
    cursor = work.state.get("cursor", 0)
    while True:
        answer = _asked(work, cursor)
        if not answer["page"]:
            return
        yield Page(orjson.dumps(answer), {"cursor": str(cursor)})
        cursor = answer["next"]
        yield Checkpoint({"cursor": cursor})


def _asked(work: Work, cursor: int) -> Any:
    for fresh in (False, True):
        headers = {"authorization": work.outside.token(fresh=fresh)}
        url = "https://pretend.example/messages"
        answer = work.outside.send(Call("GET", url, "messages", headers, {"cursor": str(cursor)}))
        if answer.status == 200:
            return answer.json()
    raise GrantLostError("the platform lets nobody in")


TASKS = {"poll": Task(poll, timedelta(minutes=1))}


class Effects:
    """Counts what a process does to the world, and ends it before or right after effect number ``at``."""

    def __init__(self, at: int | None = None, *, after: bool = False) -> None:
        self.at = at
        self.after = after
        self.seen: list[str] = []
        self.dead = False

    def over(self, what: str, store: Any, *names: str) -> Any:
        """The store, some of whose methods are effects."""
        return _Counted(self, what, store, names)

    def run(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """One effect."""
        if self.dead:  # a process that was killed does nothing more, not even in its ``finally``
            raise Kill
        number = len(self.seen)
        self.seen.append(name)
        if number == self.at and not self.after:
            self._die()
        result = method(*args, **kwargs)
        if number == self.at:
            self._die()
        return result

    def _die(self) -> NoReturn:
        self.dead = True
        raise Kill


class _Counted:
    def __init__(self, effects: Effects, what: str, store: Any, names: tuple[str, ...]) -> None:
        self._effects, self._what, self._store, self._names = effects, what, store, names

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in self._names:
            return method
        return lambda *args, **kwargs: self._effects.run(f"{self._what}.{name}", method, *args, **kwargs)


@dataclass
class Told:
    """Stands for the topic."""

    news: list[Notification] = field(default_factory=list)

    def publish(self, news: Notification) -> None:
        """Keep it."""
        self.news.append(news)

    @property
    def codes(self) -> list[str]:
        """What people were told."""
        return [news.code for news in self.news]


class Desk:
    """One connection of the made-up platform, and processes that run its tasks."""

    def __init__(self, aws: Stack, messages: int = 5, ends_in: timedelta = 12 * HOUR) -> None:
        self.aws = aws
        self.platform = Platform(messages)
        self.told = Told()
        self.now = NOW
        self.tasks: dict[str, Task] = dict(TASKS)
        self.priorities: list[str] = []
        create_tenant(aws.control, TENANT, "Acme & Co.", NOW)
        secrets = {
            "access": self.platform.access,
            "refresh": self.platform.refresh,
            "endsAt": (NOW + ends_in).isoformat(),
            "signingSecret": "kept",
        }
        described: Any = _Described()
        new = NewConnection(TENANT, ID, "pretend", "Head office", secrets, {"where": "here"}, "W1")
        self.secret_id = add_connection(aws.control, aws.secrets, {"pretend": described}, new, NOW).secret_id
        self.queue_url = aws.aws.sqs.create_queue(QueueName="tasks")["QueueUrl"]
        self.states = TaskStates(aws.aws.dynamodb, "control")

    @property
    def connection(self) -> Connection:
        """As it is now."""
        found = self.aws.control.connection(TENANT, ID)
        assert found is not None
        return found

    @property
    def health(self) -> Health:
        """Of the connection."""
        return self.connection.health

    def secrets(self) -> Mapping[str, Any]:
        """As they are stored."""
        found = self.aws.secrets.current(self.secret_id)
        assert found is not None
        return found

    def process(self, effects: Effects | None = None) -> "Process":
        """A new process, with nothing in its memory."""
        return Process(self, effects or Effects())

    def run(self, task: str = "poll", cause: Cause = "schedule", **options: Any) -> Outcome:
        """Run a task in a new process."""
        return self.process().run(task, cause, **options)

    def pages(self) -> list[str]:
        """Messages on the stream, in order, as often as they are there."""
        bodies = [read_header(record)[1] for record in self.aws.records()]
        return list(itertools.chain.from_iterable(json.loads(body)["page"] for body in bodies))

    def sent(self) -> list[WantedTask]:
        """Tasks that were asked for since the last look; delays are not waited for."""
        found = self.aws.aws.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        return [read_task(message["Body"]) for message in found.get("Messages", [])]

    def later(self, span: timedelta) -> None:
        """Time passes."""
        self.now += span


class Process:
    """One process of the function, whose memory is its own and whose effects are counted."""

    def __init__(self, desk: Desk, effects: Effects) -> None:
        aws = desk.aws
        self._desk = desk
        self.delays: list[float] = []
        control: Control = effects.over("control", aws.control, "revise")
        leases = effects.over(
            "leases", Leases(aws.aws.dynamodb, "limits", lambda: desk.now.timestamp()), "take", "free"
        )
        leases = _WithHeld(leases)
        secrets = effects.over("secrets", aws.secrets, "put")
        health = HealthBook(control, effects.over("topic", desk.told, "publish"), lambda: desk.now)
        self.grants = GrantKeeper(
            Surroundings(secrets, leases, health, lambda _: grant, self._outside, lambda: desk.now, self._sleep)
        )
        stream = effects.over("stream", aws.stream, "put")
        states = effects.over("states", desk.states, "checkpoint", "finish")
        self._runner = TaskRunner(
            Workshop(
                control=control,
                secrets=secrets,
                leases=leases,
                queue=effects.over("queue", _Delays(self, TaskQueue(aws.aws.sqs, desk.queue_url)), "send"),
                health=health,
                sinks=Sinks(Deliveries(aws.journal, stream), states, self.grants, lambda: desk.now),
                tasks_of=lambda _: desk.tasks,
                outside_of=self._outside,
                hooks_url="https://hooks.example/hooks",
                now=lambda: desk.now,
                chance=lambda: 0.5,
            )
        )

    def run(
        self,
        task: str = "poll",
        cause: Cause = "schedule",
        *,
        sent_at: datetime | None = None,
        remaining: Callable[[], float] = lambda: 300.0,
    ) -> Outcome:
        """Run a task."""
        wanted = WantedTask(tenant_id=TENANT, connection_id=ID, task=task, cause=cause)
        return self._runner.run(wanted, sent_at, remaining)

    def _outside(self, _: Connection, token: Callable[[bool], str], priority: str) -> PlatformOutside:
        self._desk.priorities.append(priority)
        return PlatformOutside(self._desk.platform, token)

    def _sleep(self, seconds: float) -> None:
        self._desk.later(timedelta(seconds=seconds))


class _Delays:
    """Remembers how long messages wait, and sends them at once."""

    def __init__(self, process: Process, queue: TaskQueue) -> None:
        self._process = process
        self._queue = queue

    def send(self, wanted: WantedTask, after: float = 0) -> None:
        self._process.delays.append(after)
        self._queue.send(wanted)


class _WithHeld(Leases):
    """``held`` made of counted ``take`` and ``free``."""

    def __init__(self, counted: Any) -> None:
        self.take = counted.take  # type: ignore[method-assign]
        self.free = counted.free  # type: ignore[method-assign]


class _Described:
    configuration: Mapping[str, Any] = {}
    secrets: Mapping[str, Any] = {}


def at(text: str) -> datetime:
    """A time of day on the first day."""
    return datetime.fromisoformat(f"2026-03-02T{text}").replace(tzinfo=UTC)
