"""Table ``keys``: wrapped branch and subject keys. A destroyed key leaves its row without the key, never no row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quire.aws.errors import translated
from quire.aws.layout import branch_sort, subject_key_sort, tenant_partition
from quire.domain.errors import UnavailableError
from quire.domain.ids import SubjectId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH = 100
_ROUNDS = 8


@dataclass(frozen=True)
class BranchRow:
    """A branch key: ``wrapped`` by the KMS key ``key_arn``."""

    period: str
    key_arn: str
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True)
class SubjectRow:
    """One of a subject's keys: ``wrapped`` by the branch key of ``period``; ``None`` once it was destroyed."""

    subject_id: SubjectId
    number: str
    period: str
    wrapped: bytes | None = field(repr=False)


class KeyRows:
    """The table's rows, each built and read here only. Reads are strongly consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def branch(self, tenant: TenantId, period: str) -> BranchRow | None:
        """The branch key of a period, if it was made."""
        with translated("dynamodb GetItem"):
            key = {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": branch_sort(period)}}
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return BranchRow(period, item["key_arn"]["S"], item["material"]["B"])

    def put_branch(self, tenant: TenantId, row: BranchRow) -> bool:
        """Keep a new branch key; ``False``, and nothing written, where there is one of the period."""
        sk = branch_sort(row.period)
        return self._put(tenant, sk, {"key_arn": {"S": row.key_arn}, "material": {"B": row.wrapped}})

    def subjects(self, tenant: TenantId, wanted: Iterable[tuple[SubjectId, str]]) -> list[SubjectRow]:
        """The rows there are of these (subject, number)."""
        sorts = sorted({subject_key_sort(*pair) for pair in wanted})
        found: list[SubjectRow] = []
        for start in range(0, len(sorts), _BATCH):
            found.extend(_subject(item) for item in self._items(tenant, sorts[start : start + _BATCH]))
        return found

    def put_subject(self, tenant: TenantId, row: SubjectRow) -> bool:
        """Keep a new subject key; ``False``, and nothing written, where there is one of this number."""
        values: dict[str, Any] = {
            "subject_id": {"S": row.subject_id},
            "number": {"S": row.number},
            "period": {"S": row.period},
        }
        if row.wrapped is not None:
            values["material"] = {"B": row.wrapped}
        return self._put(tenant, subject_key_sort(row.subject_id, row.number), values)

    def _put(self, tenant: TenantId, sk: str, values: Mapping[str, Any]) -> bool:
        item = {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": sk}, **values}
        with translated("dynamodb PutItem"):
            try:
                self._client.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _items(self, tenant: TenantId, sorts: list[str]) -> list[Mapping[str, Any]]:
        keys: list[Any] = [{"pk": {"S": tenant_partition(tenant)}, "sk": {"S": sk}} for sk in sorts]
        found: list[Mapping[str, Any]] = []
        for _ in range(_ROUNDS):
            with translated("dynamodb BatchGetItem"):
                answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            found.extend(answer["Responses"].get(self._table, []))
            rest = answer.get("UnprocessedKeys", {}).get(self._table)
            if not rest:
                return found
            keys = list(rest["Keys"])
        raise UnavailableError("dynamodb BatchGetItem: keys were left unread")


def _subject(item: Mapping[str, Any]) -> SubjectRow:
    return SubjectRow(
        subject_id=SubjectId(item["subject_id"]["S"]),
        number=item["number"]["S"],
        period=item["period"]["S"],
        wrapped=item["material"]["B"] if "material" in item else None,
    )
