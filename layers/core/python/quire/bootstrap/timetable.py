"""When connections' tasks run: their schedules, and the queue of those to run now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.aws.task_queue import TaskQueue
    from quire.connections.timetable import Timetable


@cache
def timetable() -> Timetable:
    """The schedules of connections' tasks."""
    from quire.aws.schedules import Place, Schedules
    from quire.config import settings
    from quire.connections.timetable import Timetable

    known = settings()
    place = Place(known.need("schedule_group"), known.need("task_queue_arn"), known.need("schedule_role_arn"))
    return Timetable(Schedules(patient().scheduler, place), task_queue(), due_of)


@cache
def task_queue() -> TaskQueue:
    """The queue of tasks to run."""
    from quire.aws.task_queue import TaskQueue
    from quire.config import settings

    return TaskQueue(patient().sqs, settings().need("task_queue_url"))


def due_of(platform: str) -> Mapping[str, timedelta]:
    """How often each task of a platform's connections runs."""
    from quire.connections.timetable import due
    from quire.connectors.registry import connector

    known = connector(platform)
    return due(known.tasks, rotates=known.grant is not None and known.manifest.grant == "oauth")
