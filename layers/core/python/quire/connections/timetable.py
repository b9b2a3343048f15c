"""Which tasks a connection has, and when they are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from quire.aws.control import Connection
from quire.aws.schedules import Schedules
from quire.aws.task_queue import TaskQueue, WantedTask
from quire.domain.work import Step, Task, Tasks, Work

ROTATE = "rotate"
"""Renews tokens ahead of time; every connection has it whose access ends and is renewed."""
ROTATE_EVERY = timedelta(hours=1)


def due(tasks: Tasks, *, rotates: bool) -> dict[str, timedelta]:
    """How often each task of a connection runs; ``rotates``: its access ends and is renewed."""
    return ({ROTATE: ROTATE_EVERY} if rotates else {}) | {name: task.every for name, task in tasks.items()}


def task_of(tasks: Tasks, name: str, rotate: Callable[[], None]) -> Task | None:
    """The task of this name; rotation is ours where the connector has none of its own."""
    if name == ROTATE and name not in tasks:
        return Task(_rotation(rotate), ROTATE_EVERY)
    return tasks.get(name)


def _rotation(rotate: Callable[[], None]) -> Callable[[Work], Iterator[Step]]:
    def run(_: Work) -> Iterator[Step]:
        rotate()
        yield from ()

    return run


class Timetable:
    """Keeps the schedules of connections. ``due_of`` says by platform how often each task runs."""

    def __init__(
        self, schedules: Schedules, queue: TaskQueue, due_of: Callable[[str], Mapping[str, timedelta]]
    ) -> None:
        self._schedules = schedules
        self._queue = queue
        self._due_of = due_of

    def begin(self, connection: Connection) -> None:
        """Schedule the connection's tasks, and let each run now; safe to repeat.

        Raises:
            UnavailableError: not all of them are scheduled.
        """
        tenant, known = connection.tenant_id, connection.connection_id
        for task, every in self._due_of(connection.platform).items():
            self._schedules.keep(tenant, known, task, every)
            self._queue.send(WantedTask(tenant_id=tenant, connection_id=known, task=task, cause="hand"))

    def end(self, connection: Connection) -> None:
        """Schedule them no more; safe to repeat.

        Raises:
            UnavailableError: some may be scheduled still; they do nothing while the connection is not at work.
        """
        for task in self._due_of(connection.platform):
            self._schedules.remove(connection.tenant_id, connection.connection_id, task)
