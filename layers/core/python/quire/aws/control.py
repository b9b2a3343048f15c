"""Table ``control``: tenants, their connections (with the route by which a webhook finds its tenant), principals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from quire.aws.errors import code_of, translated
from quire.aws.layout import (
    CONNECTIONS,
    PRINCIPAL,
    ROUTE,
    TENANT,
    connection_sort,
    principal_partition,
    route_partition,
    tenant_partition,
)
from quire.domain.errors import ConflictError, UnavailableError
from quire.domain.ids import ConnectionId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


@dataclass(frozen=True)
class Tenant:
    """A customer. ``created_at`` is a timestamp (:mod:`quire.domain.time`)."""

    tenant_id: TenantId
    name: str
    created_at: str
    status: str = "active"


@dataclass(frozen=True)
class Connection:
    """A tenant's link to one workspace of a platform. ``configuration`` holds no secret; ``secret_id`` names it.

    ``workspace_id`` is the platform's own id of the workspace, empty while the deliveries themselves tell it.
    """

    tenant_id: TenantId
    connection_id: ConnectionId
    platform: str
    name: str
    secret_id: str
    created_at: str
    status: str = "active"
    workspace_id: str = ""
    configuration: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """Whose a connection is, found before a tenant is known."""

    tenant_id: TenantId
    platform: str


@dataclass(frozen=True)
class Principal:
    """A person who may sign in; ``subject`` is the identity provider's ``sub``."""

    subject: str
    tenant_id: TenantId
    role: str
    email: str


class Control:
    """The table's items, each built and read here only. Reads are strongly consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put_tenant(self, tenant: Tenant) -> bool:
        """Write a new tenant; ``False``, and nothing written, when the id is taken."""
        item = {
            "pk": tenant_partition(tenant.tenant_id),
            "sk": TENANT,
            "tenant_id": tenant.tenant_id,
            "name": tenant.name,
            "created_at": tenant.created_at,
            "status": tenant.status,
        }
        with translated("dynamodb PutItem"):
            try:
                self._client.put_item(
                    TableName=self._table, Item=_strings(item), ConditionExpression="attribute_not_exists(pk)"
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def tenant(self, tenant: TenantId) -> Tenant | None:
        """The tenant, if there is one of this id."""
        item = self._get(tenant_partition(tenant), TENANT)
        if item is None:
            return None
        return Tenant(tenant, item["name"]["S"], item["created_at"]["S"], item["status"]["S"])

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
        with translated("dynamodb TransactWriteItems"):
            try:
                self._client.transact_write_items(
                    TransactItems=[
                        {"Put": {"TableName": self._table, "Item": _connection_item(connection)}},
                        {
                            "Put": {
                                "TableName": self._table,
                                "Item": _strings(route),
                                "ConditionExpression": "attribute_not_exists(pk) OR (tenant_id = :t AND platform = :p)",
                                "ExpressionAttributeValues": _strings(
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
                    ExpressionAttributeValues=_strings({":p": tenant_partition(tenant), ":s": CONNECTIONS}),
                    ConsistentRead=True,
                    **start,
                )
            found.extend(_connection(item) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def put_principal(self, principal: Principal) -> None:
        """Write (or replace) who a signed-in person is."""
        item = {
            "pk": principal_partition(principal.subject),
            "sk": PRINCIPAL,
            "tenant_id": tenant_partition(principal.tenant_id).removeprefix("T#"),
            "role": principal.role,
            "email": principal.email,
        }
        with translated("dynamodb PutItem"):
            self._client.put_item(TableName=self._table, Item=_strings(item))

    def principal(self, subject: str) -> Principal | None:
        """Who the signed-in person is, if we know."""
        item = self._get(principal_partition(subject), PRINCIPAL)
        if item is None:
            return None
        return Principal(subject, TenantId(item["tenant_id"]["S"]), item["role"]["S"], item["email"]["S"])

    def _get(self, pk: str, sk: str) -> Mapping[str, Any] | None:
        with translated("dynamodb GetItem"):
            answer = self._client.get_item(
                TableName=self._table, Key=_strings({"pk": pk, "sk": sk}), ConsistentRead=True
            )
        return answer.get("Item")


def _strings(values: Mapping[str, str]) -> dict[str, AttributeValueTypeDef]:
    return {name: {"S": value} for name, value in values.items()}


def _connection_item(connection: Connection) -> dict[str, AttributeValueTypeDef]:
    item = _strings(
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
        }
    )
    return item | {"configuration": {"S": orjson.dumps(dict(connection.configuration)).decode()}}


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
    )
