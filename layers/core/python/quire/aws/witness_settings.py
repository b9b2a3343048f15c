"""Table ``control``: whom a tenant wants its log's checkpoints sent to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import orjson

from quire.aws.errors import translated
from quire.aws.layout import WITNESSES, tenant_partition
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Witness:
    """Somebody who keeps checkpoints: ``address`` is an https address, or one of e-mail."""

    kind: Literal["url", "email"]
    address: str


class WitnessSettings:
    """The item, built and read here only: a JSON list of ``{"url"}`` and ``{"email"}``."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of(self, tenant: TenantId) -> list[Witness]:
        """A tenant's witnesses, in its order."""
        with translated("dynamodb GetItem"):
            key = {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": WITNESSES}}
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        told = [] if item is None else orjson.loads(item["witnesses"]["S"])
        return [Witness(kind, address) for each in told for kind, address in each.items()]

    def put(self, tenant: TenantId, witnesses: Sequence[Witness]) -> None:
        """Replace a tenant's witnesses; :func:`quire.archive.sealing.witnesses.check_witnesses` has passed them."""
        told = orjson.dumps([{each.kind: each.address} for each in witnesses]).decode()
        item = {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": WITNESSES}, "witnesses": {"S": told}}
        with translated("dynamodb PutItem"):
            self._client.put_item(TableName=self._table, Item=item)
