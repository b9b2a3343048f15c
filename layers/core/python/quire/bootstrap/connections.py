"""Connections at work: the runner of their tasks, their tokens, their health."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.aws.control import Connection
    from quire.aws.task_queue import Cause
    from quire.aws.task_states import TaskStates
    from quire.connections.grants import GrantKeeper
    from quire.connections.health import HealthBook
    from quire.connections.run_task import TaskRunner
    from quire.connections.task_batch import TaskBatch
    from quire.domain.calls import Outside
    from quire.domain.ids import ConnectionId, TenantId
    from quire.domain.work import Grant, Tasks
    from quire.outbound.gcra import Priority


def outside(connection: Connection, priority: Priority = "live") -> Outside:
    """The platform as the connection sees it, with its token."""
    return grant_keeper().outside(connection, priority)


def token_of(connection: Connection) -> Callable[[bool], str]:
    """Gives the connection's access token, a fresh one when asked with ``True``."""
    return lambda fresh: grant_keeper().token(connection, fresh=fresh)


def report_lost(connection: Connection, detail: str) -> None:
    """A platform refused the connection's access (``GrantLostError``): degrade it, and tell people once."""
    health_book().lost(connection, detail)


def run_tasks(event: Mapping[str, Any], remaining: Callable[[], float]) -> TaskBatch:
    """Run the tasks of an SQS event; ``remaining`` gives the seconds that this process has left."""
    from quire.aws.notices import NoticeRetries
    from quire.connections.task_batch import run_batch

    return run_batch(task_runner(), NoticeRetries(patient().sqs), event, remaining)


def ask_for_task(tenant: TenantId, connection: ConnectionId, task: str, cause: Cause = "hand") -> None:
    """Let a task of a connection run now."""
    from quire.aws.task_queue import WantedTask
    from quire.bootstrap.timetable import task_queue

    task_queue().send(WantedTask(tenant_id=tenant, connection_id=connection, task=task, cause=cause))


@cache
def task_runner() -> TaskRunner:
    """Runs tasks of connections of all platforms."""
    from quire.aws.deliveries import Deliveries
    from quire.aws.stream import CaptureStream
    from quire.bootstrap.archive import journal
    from quire.bootstrap.outbound import leases
    from quire.bootstrap.outbound import outside as outside_of
    from quire.bootstrap.tenants import control, secrets
    from quire.bootstrap.timetable import task_queue
    from quire.config import settings
    from quire.connections.apply_steps import Sinks
    from quire.connections.run_task import TaskRunner, Workshop

    known = settings()
    deliveries = Deliveries(journal(), CaptureStream(patient().kinesis, known.need("capture_stream")))
    return TaskRunner(
        Workshop(
            control=control(),
            secrets=secrets(),
            leases=leases(),
            queue=task_queue(),
            health=health_book(),
            sinks=Sinks(deliveries, task_states(), grant_keeper(), _now),
            tasks_of=tasks_of,
            outside_of=outside_of,
            hooks_url=known.need("hooks_url"),
            now=_now,
            chance=random.SystemRandom().random,
        )
    )


@cache
def grant_keeper() -> GrantKeeper:
    """The access tokens of this process's connections."""
    from quire.bootstrap.outbound import leases
    from quire.bootstrap.outbound import outside as outside_of
    from quire.bootstrap.tenants import secrets
    from quire.connections.grants import GrantKeeper, Surroundings

    return GrantKeeper(
        Surroundings(
            secrets=secrets(),
            leases=leases(),
            health=health_book(),
            grant_of=grant_of,
            outside_of=outside_of,
            now=_now,
            sleep=time.sleep,
        )
    )


@cache
def health_book() -> HealthBook:
    """The connections' health; people are told where the deployment has a topic for that."""
    from quire.aws.notifications import Notifications
    from quire.bootstrap.tenants import control
    from quire.config import settings
    from quire.connections.health import HealthBook

    topic = settings().notification_topic_arn
    return HealthBook(control(), Notifications(patient().sns, topic) if topic else None, _now)


@cache
def task_states() -> TaskStates:
    """Where each task stands."""
    from quire.aws.task_states import TaskStates
    from quire.config import settings

    return TaskStates(patient().dynamodb, settings().need("control_table"))


def tasks_of(platform: str) -> Tasks:
    """The tasks of a platform's connector."""
    from quire.connectors.registry import connector

    return connector(platform).tasks


def grant_of(platform: str) -> Grant | None:
    """How a platform's tokens are made."""
    from quire.connectors.registry import connector

    return connector(platform).grant


def _now() -> datetime:
    return datetime.now(UTC)
