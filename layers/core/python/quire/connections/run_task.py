"""Use case: one task of one connection, run once: by one worker at a time, from its last checkpoint.

Whatever happens, it is told and not looped: a platform that asks for patience or does not answer is asked again after
a while, lost access degrades the connection, and what is at fault on our side shows in the connection's health.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from quire.aws.control import Connection, Control
from quire.aws.leases import Leases
from quire.aws.secrets import Secrets
from quire.aws.task_queue import MOST_SECONDS, TaskQueue, WantedTask
from quire.aws.task_states import TaskRecord
from quire.connections.apply_steps import Sinks, TaskRun, TaskStoppedError
from quire.connections.failures import Failure, failure_of
from quire.connections.grants import OutsideOf
from quire.connections.health import HealthBook
from quire.connections.timetable import task_of
from quire.domain.errors import CorruptError, GrantLostError
from quire.domain.ids import ConnectionId, TenantId
from quire.domain.time import from_datetime, nanoseconds
from quire.domain.work import Task, Tasks, Work

if TYPE_CHECKING:
    from quire.outbound.gcra import Priority

CONTINUED = "continued"
HELD_SECONDS = 20.0
"""A task that is wanted while it runs comes again after this long."""
_LEASE_EXTRA = 15.0
_TOLERANCE_SECONDS = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How a message was dealt with: one stable word, how many ``pages`` went onto the stream, the ``platform`` where a
    task was found, and ``again``: seconds after which the task comes again, where it does."""

    word: str
    pages: int = 0
    platform: str = "unknown"
    again: float | None = None


@dataclass(frozen=True)
class Workshop:
    """What tasks are run with. ``tasks_of`` is by platform; ``chance`` gives numbers from 0 to 1; ``now`` is aware."""

    control: Control
    secrets: Secrets
    leases: Leases
    queue: TaskQueue
    health: HealthBook
    sinks: Sinks
    tasks_of: Callable[[str], Tasks]
    outside_of: OutsideOf
    hooks_url: str
    now: Callable[[], datetime]
    chance: Callable[[], float]


class TaskRunner:
    """Runs tasks."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    def run(self, wanted: WantedTask, sent_at: datetime | None, remaining: Callable[[], float]) -> Outcome:
        """Run what is ``wanted``; ``sent_at`` (aware) is when it was, ``remaining`` the seconds this process has left.

        Raises:
            UnavailableError: a store of ours did not answer: the message has to come again.
        """
        shop = self._shop
        connection = shop.control.connection(wanted.tenant_id, wanted.connection_id)
        if connection is None or not connection.at_work:
            return Outcome("not_at_work")
        turn = _Turn(shop, connection, wanted, remaining)
        task = task_of(shop.tasks_of(connection.platform), wanted.task, turn.rotate)
        if task is None:
            return Outcome("unknown_task", platform=connection.platform)
        name = f"{wanted.tenant_id}#{wanted.connection_id}#{wanted.task}"
        with shop.leases.held(f"task#{name}", remaining() + _LEASE_EXTRA) as lease:
            outcome = self._held(wanted, connection, name) if lease is None else turn.take(task, sent_at)
        if outcome.again is not None:
            half_way = wanted.cause == "continue" or outcome.word == CONTINUED
            again = wanted.model_copy(update={"cause": "continue" if half_way else "retry"})
            shop.queue.send(again, min(outcome.again, MOST_SECONDS))
        return outcome

    def _held(self, wanted: WantedTask, connection: Connection, name: str) -> Outcome:
        """Another worker runs it. A schedule comes again by itself; for all others together one message does."""
        word, platform = "held", connection.platform
        if wanted.cause == "schedule" or self._shop.leases.take(f"again#{name}", HELD_SECONDS) is None:
            return Outcome(word, platform=platform)
        return Outcome(word, platform=platform, again=HELD_SECONDS + 1)


class _Turn:
    """One worker's turn at a task, under its lease."""

    def __init__(
        self, shop: Workshop, connection: Connection, wanted: WantedTask, remaining: Callable[[], float]
    ) -> None:
        self._shop = shop
        self._connection = connection
        self._wanted = wanted
        self._began = shop.now()
        self._run = TaskRun(shop.sinks, connection, wanted.task, remaining)
        self._let_in = False

    def rotate(self) -> None:
        """Renew the connection's token where it ends soon."""
        self._let_in = self._shop.sinks.grants.ahead(self._connection)

    def take(self, task: Task, sent_at: datetime | None) -> Outcome:
        """Run the task, unless this is not the time for it."""
        known = self._shop.sinks.states.read(*self._place)
        if (waits := self._waits(known.record, sent_at)) is not None:
            return waits
        try:
            state = known.state()
        except CorruptError as error:
            self._shop.health.report(self._connection, self._wanted.task, "state_corrupt", error.detail, degraded=True)
            return self._ended("state_corrupt", known.record.failures + 1)
        try:
            whole = self._run.go(task.run, self._work(task, state))
        except TaskStoppedError as stopped:
            return self._failed(failure_of(stopped.__cause__), stopped.__cause__, known.record)
        except (GrantLostError, CorruptError) as unusable:  # the connection's secrets
            return self._failed(failure_of(unusable), unusable, known.record)
        # A run that goes on where another ended has not looked at everything again.
        whole_look = whole and self._wanted.cause != "continue"
        self._shop.health.ran(
            self._connection, self._wanted.task, self._run.noticed, whole=whole_look, proven=self._let_in
        )
        return self._ended("done", 0) if whole else self._ended(CONTINUED, 0, again=0)

    @property
    def _place(self) -> tuple[TenantId, ConnectionId, str]:
        return self._wanted.tenant_id, self._wanted.connection_id, self._wanted.task

    def _waits(self, record: TaskRecord, sent_at: datetime | None) -> Outcome | None:
        """What becomes of it when it is not to run now."""
        platform = self._connection.platform
        if record.resume_at:
            seconds = _seconds_until(record.resume_at, self._began)
            if seconds > _TOLERANCE_SECONDS:
                own = self._wanted.cause in {"continue", "retry"}
                return Outcome("waits", platform=platform, again=seconds if own else None)
        # A wake is served by any run that began after it.
        done = self._wanted.cause == "wake" and sent_at is not None and record.last_outcome == "done"
        if done and _seconds_until(record.last_run_at, sent_at or self._began) > 0:
            return Outcome("served", platform=platform)
        return None

    def _work(self, task: Task, state: Mapping[str, Any]) -> Work:
        shop, connection = self._shop, self._connection
        secrets = shop.secrets.get(connection.secret_id)
        if secrets is None:
            raise GrantLostError("the connection has no secrets")
        priority: Priority = "backfill" if task.source == "backfill" else "live"
        return Work(
            outside=shop.outside_of(connection, self._token, priority),
            secrets=secrets,
            configuration=connection.configuration,
            state=state,
            now=self._began,
            webhook_url=f"{shop.hooks_url}/{connection.platform}/{connection.connection_id}",
        )

    def _token(self, fresh: bool) -> str:
        token = self._shop.sinks.grants.token(self._connection, fresh=fresh)
        self._let_in = True
        return token

    def _failed(self, failure: Failure, error: BaseException | None, record: TaskRecord) -> Outcome:
        """Told where it has to be, and tried again where that may help."""
        shop, failures = self._shop, record.failures + failure.counts
        self._log_failure(failure, error)
        if failure.lost:
            shop.health.lost(self._connection, failure.detail)
        found = [*self._run.noticed, *failure.troubles(self._wanted.task, failures, from_datetime(self._began))]
        shop.health.ran(self._connection, self._wanted.task, found, whole=False)
        return self._ended(failure.word, failures, failure.again(failures, shop.chance()))

    def _ended(self, word: str, failures: int, again: float | None = None) -> Outcome:
        resume = "" if not again else from_datetime(self._shop.now() + timedelta(seconds=again))
        record = TaskRecord(from_datetime(self._began), word, failures, resume)
        self._shop.sinks.states.finish(*self._place, record)
        return Outcome(word, self._run.pages, self._connection.platform, again)

    def _log_failure(self, failure: Failure, error: BaseException | None) -> None:
        """Where it happened, never what was said: an error's text may hold what nobody may read."""
        told: Mapping[str, Any] = {
            "tenant": self._wanted.tenant_id,
            "connection": self._wanted.connection_id,
            "task": self._wanted.task,
            "outcome": failure.word,
            "error": type(error).__name__,
        }
        places = traceback.extract_tb(error.__traceback__)[-3:] if error else []
        where = [f"{PurePath(place.filename).name}:{place.lineno}" for place in places]
        _log.warning("task failed", extra={**told, "where": where})


def _seconds_until(timestamp: str, moment: datetime) -> float:
    return (nanoseconds(timestamp) - nanoseconds(from_datetime(moment))) / 1e9
