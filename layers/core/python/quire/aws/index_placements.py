"""Table ``control``: where a tenant's messages are indexed, told with the tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from quire.aws.errors import translated
from quire.aws.layout import TENANT, tenant_partition
from quire.domain.errors import NotFoundError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class IndexPlacements:
    """One property of a tenant's item, read and changed here only: ``pooled``, or else its own."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of(self, tenant: TenantId) -> Literal["own", "pooled"]:
        """Where this tenant's are: its own indexes, until somebody puts it into the pool."""
        with translated("dynamodb GetItem"):
            key = {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": TENANT}}
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})
        return "pooled" if item.get("search_index", {}).get("S") == "pooled" else "own"

    def put(self, tenant: TenantId, placement: Literal["own", "pooled"]) -> None:
        """Say where they are from now on.

        Raises:
            NotFoundError: there is no such tenant.
        """
        with translated("dynamodb UpdateItem"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": tenant_partition(tenant)}, "sk": {"S": TENANT}},
                    UpdateExpression="SET search_index = :p",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeValues={":p": {"S": placement}},
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise NotFoundError("no such tenant") from error
