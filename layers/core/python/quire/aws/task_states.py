"""Where each task of each connection stands: items of table ``control``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from quire.aws.connection_items import strings
from quire.aws.errors import translated
from quire.aws.layout import task_sort, tasks_prefix, tenant_partition
from quire.domain.errors import CorruptError, TooLargeError
from quire.domain.ids import ConnectionId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_STATE_BYTES = 300_000


@dataclass(frozen=True)
class TaskRecord:
    """How a task's last run went. ``last_run_at`` is when it began, ``resume_at`` before when none is worth it
    (timestamps, empty where there is none); ``failures`` are counted since the last success."""

    last_run_at: str = ""
    last_outcome: str = ""
    failures: int = 0
    resume_at: str = ""


@dataclass(frozen=True)
class TaskState:
    """A task's record, and what its last checkpoint held."""

    record: TaskRecord = TaskRecord()
    text: str = "{}"

    def state(self) -> Mapping[str, Any]:
        """What the last checkpoint held; empty before the first.

        Raises:
            CorruptError: what is stored is no JSON object.
        """
        try:
            state = orjson.loads(self.text)
        except orjson.JSONDecodeError as error:
            raise CorruptError("a task's state is not JSON") from error
        if not isinstance(state, dict):
            raise CorruptError("a task's state is not a JSON object")
        return state


class TaskStates:
    """The items; reads are strongly consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, tenant: TenantId, connection: ConnectionId, task: str) -> TaskState:
        """Where the task stands; all empty before its first run."""
        with translated("dynamodb GetItem"):
            answer = self._client.get_item(
                TableName=self._table, Key=_key(tenant, connection, task), ConsistentRead=True
            )
        item = answer.get("Item", {})
        return TaskState(_record(item), item["state"]["S"] if "state" in item else "{}")

    def records(self, tenant: TenantId, connection: ConnectionId) -> dict[str, TaskRecord]:
        """How the last run of each task of a connection went."""
        prefix = tasks_prefix(connection)
        with translated("dynamodb Query"):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
                ExpressionAttributeValues=strings({":p": tenant_partition(tenant), ":s": prefix}),
                ProjectionExpression="sk, last_run_at, last_outcome, failures, resume_at",
                ConsistentRead=True,
            )
        return {item["sk"]["S"].removeprefix(prefix): _record(item) for item in answer["Items"]}

    def checkpoint(self, tenant: TenantId, connection: ConnectionId, task: str, state: Mapping[str, Any]) -> None:
        """Keep where the next run starts.

        Raises:
            TooLargeError: it has more than 300 KB.
            UnavailableError: nothing is known about the write.
        """
        text = orjson.dumps(dict(state))
        if len(text) > MAX_STATE_BYTES:
            raise TooLargeError("a task's state may have 300 KB")
        self._update(tenant, connection, task, "SET #state = :s", {":s": {"S": text.decode()}}, {"#state": "state"})

    def finish(self, tenant: TenantId, connection: ConnectionId, task: str, record: TaskRecord) -> None:
        """Keep how a run went."""
        values: dict[str, Any] = strings(
            {":at": record.last_run_at, ":o": record.last_outcome, ":r": record.resume_at}
        ) | {":f": {"N": str(record.failures)}}
        update = "SET last_run_at = :at, last_outcome = :o, resume_at = :r, failures = :f"
        self._update(tenant, connection, task, update, values)

    def forget(self, tenant: TenantId, connection: ConnectionId, task: str) -> None:
        """Let the task begin from nothing."""
        with translated("dynamodb DeleteItem"):
            self._client.delete_item(TableName=self._table, Key=_key(tenant, connection, task))

    def _update(
        self,
        tenant: TenantId,
        connection: ConnectionId,
        task: str,
        update: str,
        values: dict[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> None:
        extra: dict[str, Any] = {"ExpressionAttributeNames": dict(names)} if names else {}
        with translated("dynamodb UpdateItem"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(tenant, connection, task),
                UpdateExpression=update,
                ExpressionAttributeValues=values,
                **extra,
            )


def _key(tenant: TenantId, connection: ConnectionId, task: str) -> dict[str, Any]:
    return dict(strings({"pk": tenant_partition(tenant), "sk": task_sort(connection, task)}))


def _record(item: Mapping[str, Any]) -> TaskRecord:
    if "last_run_at" not in item:
        return TaskRecord()
    return TaskRecord(
        item["last_run_at"]["S"], item["last_outcome"]["S"], int(item["failures"]["N"]), item["resume_at"]["S"]
    )
