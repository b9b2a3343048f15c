"""Connections in table ``control``: what they are, how they are, and the route by which a webhook finds its tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from quire.aws.errors import code_of, translated
from quire.aws.layout import CONNECTIONS, ROUTE, connection_sort, route_partition, tenant_partition
from quire.domain.errors import ConflictError, UnavailableError
from quire.domain.ids import ConnectionId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

ACTIVE, DEGRADED, PAUSED, REMOVED = "active", "degraded", "paused", "removed"
AT_WORK = frozenset({ACTIVE, DEGRADED})
"""Statuses of connections whose deliveries are taken and whose tasks run."""
_TRIES = 8


@dataclass(frozen=True)
class Trouble:
    """Something wrong with a connection. ``code`` is one stable word, ``detail`` safe to show, ``since`` a timestamp.

    ``source`` is the task that found it, or ``grant``. ``degraded``: messages may be missed until somebody acts.
    ``told`` says that those who want to know have been notified, ``telling`` when somebody last set out to do so.
    """

    source: str
    code: str
    detail: str
    since: str
    degraded: bool = False
    told: bool = False
    telling: str = ""


@dataclass(frozen=True)
class Health:
    """How a connection is. ``last_task_at`` is a timestamp, empty before the first task; oldest troubles first."""

    last_task_at: str = ""
    troubles: tuple[Trouble, ...] = ()

    @property
    def worst(self) -> Trouble | None:
        """The trouble to show first: one that degrades the connection, else the oldest."""
        return next((one for one in self.troubles if one.degraded), next(iter(self.troubles), None))

    @property
    def last_error(self) -> str:
        """Code of the worst trouble; empty when all is well."""
        return self.worst.code if self.worst else ""

    @property
    def since(self) -> str:
        """Since when it is so; empty when all is well."""
        return self.worst.since if self.worst else ""


@dataclass(frozen=True)
class Connection:
    """A tenant's link to one workspace of a platform. ``configuration`` holds no secret; ``secret_id`` names it.

    ``workspace_id`` is the platform's own id of the workspace, empty while the deliveries themselves tell it.
    ``status`` is one of ``active``, ``degraded``, ``paused``, ``removed``.
    """

    tenant_id: TenantId
    connection_id: ConnectionId
    platform: str
    name: str
    secret_id: str
    created_at: str
    status: str = ACTIVE
    workspace_id: str = ""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    health: Health = Health()

    @property
    def at_work(self) -> bool:
        """Whether its deliveries are taken and its tasks run."""
        return self.status in AT_WORK


@dataclass(frozen=True)
class Route:
    """Whose a connection is, found before a tenant is known."""

    tenant_id: TenantId
    platform: str


class ConnectionItems:
    """The items, each built and read here only. Reads are strongly consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put_connection(self, connection: Connection) -> None:
        """Write a connection and its route, both or neither; an existing one of the same tenant is replaced.

        Raises:
            ConflictError: the id is another tenant's, or another platform's.
        """
        route = {
            "pk": route_partition(connection.connection_id),
            "sk": ROUTE,
            "tenant_id": connection.tenant_id,
            "platform": connection.platform,
        }
        unclaimed = "attribute_not_exists(pk) OR (tenant_id = :t AND platform = :p)"
        with translated("dynamodb TransactWriteItems"):
            try:
                self._client.transact_write_items(
                    TransactItems=[
                        {"Put": {"TableName": self._table, "Item": _item(connection)}},
                        {
                            "Put": {
                                "TableName": self._table,
                                "Item": strings(route),
                                "ConditionExpression": unclaimed,
                                "ExpressionAttributeValues": strings(
                                    {":t": connection.tenant_id, ":p": connection.platform}
                                ),
                            }
                        },
                    ]
                )
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = {str(reason.get("Code")) for reason in error.response.get("CancellationReasons", [])}
                if "ConditionalCheckFailed" in reasons:
                    raise ConflictError("this connection id is taken") from error
                raise UnavailableError(f"dynamodb TransactWriteItems: {code_of(error)}") from error

    def route(self, connection: ConnectionId) -> Route | None:
        """Whose the connection is, if there is one of this id."""
        item = self._get(route_partition(connection), ROUTE)
        return None if item is None else Route(TenantId(item["tenant_id"]["S"]), item["platform"]["S"])

    def connection(self, tenant: TenantId, connection: ConnectionId) -> Connection | None:
        """The tenant's connection, if it has one of this id."""
        item = self._get(tenant_partition(tenant), connection_sort(connection))
        return None if item is None else _connection(item)

    def connections(self, tenant: TenantId) -> list[Connection]:
        """All connections of a tenant, in order of id."""
        found: list[Connection] = []
        start: dict[str, Any] = {}
        while True:
            with translated("dynamodb Query"):
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
                    ExpressionAttributeValues=strings({":p": tenant_partition(tenant), ":s": CONNECTIONS}),
                    ConsistentRead=True,
                    **start,
                )
            found.extend(_connection(item) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def revise(
        self, tenant: TenantId, connection: ConnectionId, alter: Callable[[Connection], Connection]
    ) -> tuple[Connection, Connection] | None:
        """Change a connection's status and health, and nothing else of it: as it was, and as it is now.

        ``alter`` is asked again where somebody else changed them meanwhile. ``None`` when there is no such connection.

        Raises:
            UnavailableError: too many others change it, or DynamoDB did not answer.
        """
        for _ in range(_TRIES):
            before = self.connection(tenant, connection)
            if before is None:
                return None
            after = alter(before)
            if (after.status, after.health) == (before.status, before.health) or self._revised(before, after):
                return before, after
        raise UnavailableError("dynamodb UpdateItem: others change this connection")

    def _revised(self, before: Connection, after: Connection) -> bool:
        """Write status and health unless they are no longer as ``before``."""
        same = "health = :old"
        if before.health == Health():
            same = f"({same} OR attribute_not_exists(health))"
        with translated("dynamodb UpdateItem"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=strings(
                        {"pk": tenant_partition(before.tenant_id), "sk": connection_sort(before.connection_id)}
                    ),
                    UpdateExpression="SET #status = :is, health = :new",
                    ConditionExpression=f"#status = :was AND {same}",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues=strings(
                        {
                            ":was": before.status,
                            ":is": after.status,
                            ":old": _health_text(before.health),
                            ":new": _health_text(after.health),
                        }
                    ),
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _get(self, pk: str, sk: str) -> Mapping[str, Any] | None:
        with translated("dynamodb GetItem"):
            answer = self._client.get_item(
                TableName=self._table, Key=strings({"pk": pk, "sk": sk}), ConsistentRead=True
            )
        return answer.get("Item")


def strings(values: Mapping[str, str]) -> dict[str, AttributeValueTypeDef]:
    """Attributes that all are strings."""
    return {name: {"S": value} for name, value in values.items()}


def _item(connection: Connection) -> dict[str, AttributeValueTypeDef]:
    return strings(
        {
            "pk": tenant_partition(connection.tenant_id),
            "sk": connection_sort(connection.connection_id),
            "tenant_id": connection.tenant_id,
            "connection_id": connection.connection_id,
            "platform": connection.platform,
            "name": connection.name,
            "status": connection.status,
            "workspace_id": connection.workspace_id,
            "secret_id": connection.secret_id,
            "created_at": connection.created_at,
            "configuration": orjson.dumps(dict(connection.configuration)).decode(),
            "health": _health_text(connection.health),
        }
    )


def _connection(item: Mapping[str, Any]) -> Connection:
    return Connection(
        tenant_id=TenantId(item["tenant_id"]["S"]),
        connection_id=ConnectionId(item["connection_id"]["S"]),
        platform=item["platform"]["S"],
        name=item["name"]["S"],
        secret_id=item["secret_id"]["S"],
        created_at=item["created_at"]["S"],
        status=item["status"]["S"],
        workspace_id=item["workspace_id"]["S"],
        configuration=orjson.loads(item["configuration"]["S"]),
        health=_health(item["health"]["S"]) if "health" in item else Health(),
    )


def _health_text(health: Health) -> str:
    return orjson.dumps(health).decode()


def _health(text: str) -> Health:
    told = orjson.loads(text)
    troubles = tuple(Trouble(**each) for each in told.pop("troubles"))
    return Health(**told, troubles=troubles)
