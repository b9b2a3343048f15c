"""Table ``control``: installs that were begun and not yet finished, at most one a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quire.aws.errors import translated
from quire.aws.layout import install_sort, tenant_partition
from quire.domain.ids import ConnectionId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Begun:
    """An install under way: who began it (the identity provider's ``sub``), for which connection, until when it may be
    finished (a timestamp), and the SHA-256 (hex) of the state that finishes it."""

    subject: str
    connection_id: ConnectionId
    state_sha256: str
    expires_at: str


class InstallStates:
    """The items of a tenant."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def begin(self, tenant: TenantId, begun: Begun) -> None:
        """Keep an install that was begun, in place of the person's last one."""
        item = {
            "pk": tenant_partition(tenant),
            "sk": install_sort(begun.subject),
            "connection_id": begun.connection_id,
            "state_sha256": begun.state_sha256,
            "expires_at": begun.expires_at,
        }
        with translated("dynamodb PutItem"):
            self._client.put_item(TableName=self._table, Item={name: {"S": value} for name, value in item.items()})

    def take(self, tenant: TenantId, subject: str, state_sha256: str, now: str) -> ConnectionId | None:
        """The connection that this state was made for, once and in time; ``None`` for any other."""
        with translated("dynamodb DeleteItem"):
            try:
                answer = self._client.delete_item(
                    TableName=self._table,
                    Key={"pk": {"S": tenant_partition(tenant)}, "sk": {"S": install_sort(subject)}},
                    ConditionExpression="state_sha256 = :s AND expires_at > :n",
                    ExpressionAttributeValues={":s": {"S": state_sha256}, ":n": {"S": now}},
                    ReturnValues="ALL_OLD",
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return None
        return ConnectionId(answer["Attributes"]["connection_id"]["S"])
