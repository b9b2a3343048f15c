"""Table ``audit``: the entries of a tenant's day, and the head of their chain, which moves together with each entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from quire.aws.errors import code_of, translated
from quire.aws.layout import audit_partition
from quire.domain.errors import UnavailableError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

HEAD = "HEAD"
_RACED = frozenset({"ConditionalCheckFailed", "TransactionConflict"})

type StoredHead = tuple[int, str]
"""How many entries there are, and the hash (hex) of the last."""


class Entry(Protocol):
    """What is stored of an entry."""

    @property
    def encoded(self) -> bytes:
        """Canonical bytes."""
        ...

    @property
    def hash(self) -> str:
        """Their SHA-256 (hex)."""
        ...


class AuditTable:
    """The table's items, each built and read here only. Nothing here changes or removes an entry."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def head(self, tenant: TenantId, day: str) -> StoredHead | None:
        """The head of a day's chain (``yyyy-mm-dd``), strongly consistent; ``None`` before the first entry."""
        with translated("dynamodb GetItem"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": audit_partition(tenant, day)}, "sk": {"S": HEAD}},
                ConsistentRead=True,
            )
        item = answer.get("Item")
        return None if item is None else (int(item["count"]["N"]), item["hash"]["S"])

    def append(
        self, tenant: TenantId, day: str, entry_id: str, entry: Entry, follows: StoredHead | None, head: StoredHead
    ) -> bool:
        """Write an entry and move the head from ``follows`` to ``head``, both or neither.

        ``False``, and nothing written, when the head was no longer where ``follows`` says.

        Raises:
            UnavailableError: nothing is known about the write.
        """
        partition, (count, digest) = audit_partition(tenant, day), head
        moved: PutTypeDef = {
            "TableName": self._table,
            "Item": {"pk": {"S": partition}, "sk": {"S": HEAD}, "count": {"N": str(count)}, "hash": {"S": digest}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if follows is not None:
            moved["ConditionExpression"] = "#hash = :hash"
            moved["ExpressionAttributeNames"] = {"#hash": "hash"}
            moved["ExpressionAttributeValues"] = {":hash": {"S": follows[1]}}
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": {
                "pk": {"S": partition},
                "sk": {"S": entry_id},
                "sequence": {"N": str(count)},
                "hash": {"S": entry.hash},
                "entry": {"B": entry.encoded},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        with translated("dynamodb TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=[{"Put": moved}, {"Put": put}])
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = {str(reason.get("Code")) for reason in error.response.get("CancellationReasons", [])}
                if reasons & _RACED:
                    return False
                raise UnavailableError(f"dynamodb TransactWriteItems: {code_of(error)}") from error
        return True

    def latest(
        self, tenant: TenantId, day: str, limit: int, before: str | None = None
    ) -> tuple[list[tuple[str, bytes]], bool]:
        """At most ``limit`` of a day's entries, (id, canonical bytes), the latest first, those before the one of the id
        ``before``; and whether there may be more."""
        with translated("dynamodb Query"):
            page = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :p AND sk < :b",  # ids begin with a digit: the head comes after them all
                ExpressionAttributeValues={
                    ":p": {"S": audit_partition(tenant, day)},
                    ":b": {"S": before or HEAD},
                },
                ScanIndexForward=False,
                Limit=limit,
            )
        found = [(str(item["sk"]["S"]), bytes(item["entry"]["B"])) for item in page["Items"]]
        return found, "LastEvaluatedKey" in page

    def entries(self, tenant: TenantId, day: str) -> list[bytes]:
        """The canonical bytes of a day's entries, in order of sequence."""
        found: list[tuple[int, bytes]] = []
        start: dict[str, Any] = {}
        while True:
            with translated("dynamodb Query"):
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :p",
                    ExpressionAttributeValues={":p": {"S": audit_partition(tenant, day)}},
                    ConsistentRead=True,
                    **start,
                )
            found.extend(
                (int(item["sequence"]["N"]), bytes(item["entry"]["B"])) for item in page["Items"] if "entry" in item
            )
            if "LastEvaluatedKey" not in page:
                return [encoded for _, encoded in sorted(found)]
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
