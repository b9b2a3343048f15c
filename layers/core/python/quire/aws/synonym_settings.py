"""Table ``control``: which words a tenant's searches take for the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from quire.aws.errors import translated
from quire.aws.layout import SYNONYMS, tenant_partition
from quire.domain.errors import ConflictError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class SynonymSettings:
    """The item, built and read here only: a JSON list of groups of terms, and a version that counts its changes."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of(self, tenant: TenantId) -> tuple[list[list[str]], int]:
        """A tenant's groups in its order, and their version; 0 before the first."""
        with translated("dynamodb GetItem"):
            key = {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": SYNONYMS}}
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return ([], 0) if item is None else (orjson.loads(item["groups"]["S"]), int(item["version"]["N"]))

    def put(self, tenant: TenantId, groups: Sequence[Sequence[str]], version: int) -> int:
        """Replace the groups whose version is ``version``; the new version.

        Raises:
            ConflictError: they were changed meanwhile.
        """
        item = {
            "pk": {"S": tenant_partition(tenant)},
            "sk": {"S": SYNONYMS},
            "groups": {"S": orjson.dumps(groups).decode()},
            "version": {"N": str(version + 1)},
        }
        with translated("dynamodb PutItem"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="version = :v" if version else "attribute_not_exists(pk)",
                    **({"ExpressionAttributeValues": {":v": {"N": str(version)}}} if version else {}),  # type: ignore[arg-type]
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise ConflictError("somebody else has changed the synonyms meanwhile: read them again") from error
        return version + 1
