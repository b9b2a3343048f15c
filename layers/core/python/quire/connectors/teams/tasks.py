"""What a Teams connection does on a schedule, and when Graph tells that a subscription needs care."""

from datetime import timedelta

from quire.connectors.outward import Task, Tasks
from quire.connectors.teams.directory_task import look_up
from quire.connectors.teams.subscriptions import keep_subscriptions

TASKS: Tasks = {
    "subscriptions": Task(keep_subscriptions, every=timedelta(hours=1)),
    "directory": Task(look_up, every=timedelta(days=1)),
}
