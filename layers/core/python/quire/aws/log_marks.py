"""Table ``ledger``, beside a tenant's log: what was done about its checkpoints.

Stamps are one item a stamped checkpoint. Marks say how far something has come (a witness, the projection) and how its
last try ended. All of it follows from the log and its files, and may be lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quire.aws.errors import translated
from quire.aws.layout import log_partition
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_STAMP, _MARK = "STAMP#", "MARK#"


@dataclass(frozen=True)
class Stamp:
    """A checkpoint of ``size`` entries existed ``at`` (a timestamp), says the token in ``timestamps/<size>.tsr``."""

    size: int
    at: str


@dataclass(frozen=True)
class Mark:
    """``size`` entries are dealt with; ``outcome`` of the last try is one stable word, ``tried_at`` a timestamp.

    ``failures`` counts the tries in a row that came to nothing, ``detail`` says why, safe to show.
    """

    size: int = 0
    tried_at: str = ""
    outcome: str = ""
    failures: int = 0
    detail: str = ""


class LogMarks:
    """The items, each built and read here only. Reads are strongly consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put_stamp(self, tenant: TenantId, stamp: Stamp) -> None:
        """Note that a checkpoint was stamped."""
        self._put(tenant, _stamp_sort(stamp.size), {"size": {"N": str(stamp.size)}, "at": {"S": stamp.at}})

    def newest_stamp(self, tenant: TenantId) -> Stamp | None:
        """The stamp of the largest checkpoint that has one."""
        return self._first_stamp(tenant, 0, newest=True)

    def stamp_over(self, tenant: TenantId, entry: int) -> Stamp | None:
        """The stamp of the smallest stamped checkpoint that covers entry number ``entry``: it was there by then."""
        return self._first_stamp(tenant, entry + 1, newest=False)

    def mark(self, tenant: TenantId, name: str) -> Mark:
        """How far ``name`` has come."""
        with translated("dynamodb GetItem"):
            key = {"pk": {"S": log_partition(tenant)}, "sk": {"S": f"{_MARK}{name}"}}
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return Mark()
        return Mark(
            size=int(item["size"]["N"]),
            tried_at=item["tried_at"]["S"],
            outcome=item["outcome"]["S"],
            failures=int(item["failures"]["N"]),
            detail=item["detail"]["S"],
        )

    def put_mark(self, tenant: TenantId, name: str, mark: Mark) -> None:
        """Note how far ``name`` has come."""
        values: dict[str, Any] = {
            "size": {"N": str(mark.size)},
            "tried_at": {"S": mark.tried_at},
            "outcome": {"S": mark.outcome},
            "failures": {"N": str(mark.failures)},
            "detail": {"S": mark.detail},
        }
        self._put(tenant, f"{_MARK}{name}", values)

    def _put(self, tenant: TenantId, sk: str, values: Mapping[str, Any]) -> None:
        with translated("dynamodb PutItem"):
            item = {"pk": {"S": log_partition(tenant)}, "sk": {"S": sk}, **values}
            self._client.put_item(TableName=self._table, Item=item)

    def _first_stamp(self, tenant: TenantId, size: int, *, newest: bool) -> Stamp | None:
        with translated("dynamodb Query"):
            found = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues={
                    ":pk": {"S": log_partition(tenant)},
                    ":first": {"S": _stamp_sort(size)},
                    ":last": {"S": f"{_STAMP}~"},
                },
                ScanIndexForward=not newest,
                ConsistentRead=True,
                Limit=1,
            )["Items"]
        return Stamp(int(found[0]["size"]["N"]), found[0]["at"]["S"]) if found else None


def _stamp_sort(size: int) -> str:
    return f"{_STAMP}{size:012d}"
