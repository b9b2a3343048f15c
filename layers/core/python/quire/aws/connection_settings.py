"""Table ``control``: what people may change of a connection. Its status and health are changed elsewhere, meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from quire.aws.errors import translated
from quire.aws.layout import connection_sort, tenant_partition
from quire.domain.errors import NotFoundError
from quire.domain.ids import ConnectionId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ConnectionSettings:
    """Name, configuration and workspace of a tenant's connections."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def rename(self, tenant: TenantId, connection: ConnectionId, name: str) -> None:
        """Give it another name. All of these raise ``NotFoundError`` where there is no such connection."""
        self._set(tenant, connection, "name", name)

    def configure(self, tenant: TenantId, connection: ConnectionId, configuration: Mapping[str, Any]) -> None:
        """Replace its configuration."""
        self._set(tenant, connection, "configuration", orjson.dumps(dict(configuration)).decode())

    def place(self, tenant: TenantId, connection: ConnectionId, workspace_id: str) -> None:
        """Say which workspace it is of."""
        self._set(tenant, connection, "workspace_id", workspace_id)

    def _set(self, tenant: TenantId, connection: ConnectionId, attribute: str, value: str) -> None:
        with translated("dynamodb UpdateItem"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": tenant_partition(tenant)}, "sk": {"S": connection_sort(connection)}},
                    UpdateExpression="SET #a = :v",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeNames={"#a": attribute},
                    ExpressionAttributeValues={":v": {"S": value}},
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise NotFoundError("there is no such connection") from error
