"""Table ``control``: where accounts were put by hand. Unlike the directory's entries, nothing can rebuild these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quire.aws.errors import translated
from quire.aws.layout import DECISIONS, decision_sort, tenant_partition
from quire.domain.ids import SubjectId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Decision:
    """An account's place, decided by somebody (``by``, the identity provider's ``sub``) at a time.

    ``follows`` is the account that it stays with wherever that one is by itself; without one it is ``place`` for good.
    """

    subject_id: SubjectId
    place: str
    at: str
    by: str
    follows: SubjectId | None = None


class PersonDecisions:
    """The decisions of a tenant, at most one an account; the later one stands."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, tenant: TenantId, decision: Decision) -> None:
        """Put an account somewhere."""
        item = {
            "pk": tenant_partition(tenant),
            "sk": decision_sort(decision.subject_id),
            "subject_id": decision.subject_id,
            "place": decision.place,
            "at": decision.at,
            "by": decision.by,
        }
        if decision.follows is not None:
            item["follows"] = decision.follows
        with translated("dynamodb PutItem"):
            self._client.put_item(TableName=self._table, Item={name: {"S": value} for name, value in item.items()})

    def all(self, tenant: TenantId) -> dict[SubjectId, Decision]:
        """Every decision, by account; strongly consistent."""
        found: dict[SubjectId, Decision] = {}
        start: dict[str, Any] = {}
        while True:
            with translated("dynamodb Query"):
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
                    ExpressionAttributeValues={":p": {"S": tenant_partition(tenant)}, ":s": {"S": DECISIONS}},
                    ConsistentRead=True,
                    **start,
                )
            for item in page["Items"]:
                told = {name: str(value["S"]) for name, value in item.items()}
                follows = SubjectId(told["follows"]) if "follows" in told else None
                subject = SubjectId(told["subject_id"])
                found[subject] = Decision(subject, told["place"], told["at"], told["by"], follows)
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
