"""EventBridge Scheduler: when each task of each connection is due."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from quire.aws.errors import translated
from quire.aws.layout import schedule_name
from quire.aws.task_queue import WantedTask
from quire.domain.ids import ConnectionId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

_MOST_SPREAD = 15
"""Minutes."""


@dataclass(frozen=True)
class Place:
    """The group that schedules are in, the queue they fill, and the role by which they may."""

    group: str
    queue_arn: str
    role_arn: str


class Schedules:
    """Makes and removes schedules, one a connection and task."""

    def __init__(self, client: EventBridgeSchedulerClient, place: Place) -> None:
        self._client = client
        self._place = place

    def keep(self, tenant: TenantId, connection: ConnectionId, task: str, every: timedelta) -> None:
        """Let the task run ``every`` so often (whole minutes, rounded up), at no particular second.

        Raises:
            UnavailableError: Scheduler did not answer.
        """
        minutes = max(1, ceil(every.total_seconds() / 60))
        spread = min(minutes // 4, _MOST_SPREAD)
        window: dict[str, Any] = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": spread} if spread else {"Mode": "OFF"}
        wanted = WantedTask(tenant_id=tenant, connection_id=connection, task=task, cause="schedule")
        schedule: dict[str, Any] = {
            "Name": schedule_name(tenant, connection, task),
            "GroupName": self._place.group,
            "Description": f"{tenant} {connection} {task}",
            "ScheduleExpression": f"rate({minutes} minute{'' if minutes == 1 else 's'})",
            "FlexibleTimeWindow": window,
            "State": "ENABLED",
            "Target": {
                "Arn": self._place.queue_arn,
                "RoleArn": self._place.role_arn,
                "Input": wanted.text(),
                "RetryPolicy": {"MaximumEventAgeInSeconds": max(60, minutes * 60), "MaximumRetryAttempts": 10},
            },
        }
        with translated("scheduler CreateSchedule"):
            try:
                self._client.create_schedule(**schedule)
            except self._client.exceptions.ConflictException:
                self._client.update_schedule(**schedule)

    def remove(self, tenant: TenantId, connection: ConnectionId, task: str) -> None:
        """Let the task run no more on its own; nothing happens where it did not.

        Raises:
            UnavailableError: Scheduler did not answer.
        """
        with translated("scheduler DeleteSchedule"), suppress(self._client.exceptions.ResourceNotFoundException):
            self._client.delete_schedule(Name=schedule_name(tenant, connection, task), GroupName=self._place.group)
