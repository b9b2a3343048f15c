"""Table ``control``: searches that people saved, and how far alerts on their new hits have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quire.aws.errors import translated
from quire.aws.layout import SEARCHES, saved_search_sort, tenant_partition
from quire.domain.errors import ConflictError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class SavedSearch:
    """A search under a name. ``asked`` is its request as JSON text; ``owner`` the identity provider's ``sub``.

    ``alerts_since`` is when alerts were switched on, empty while they are off; ``checked_until`` is up to when what was
    indexed has been looked at. Times are timestamps (:mod:`quire.domain.time`). ``revision`` counts changes.
    """

    search_id: str
    owner: str
    name: str
    asked: str
    shared: bool
    created_at: str
    changed_at: str
    alerts_since: str = ""
    checked_until: str = ""
    revision: int = 1


class SavedSearches:
    """The items, each built and read here only. Reads are strongly consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def create(self, tenant: TenantId, search: SavedSearch) -> None:
        """Write a new one."""
        with translated("dynamodb PutItem"):
            self._client.put_item(
                TableName=self._table,
                Item=_item(tenant, search),
                ConditionExpression="attribute_not_exists(pk)",
            )

    def replace(self, tenant: TenantId, search: SavedSearch) -> None:
        """Write a changed one over the revision before it.

        Raises:
            ConflictError: somebody else changed or deleted it meanwhile.
        """
        with translated("dynamodb PutItem"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=_item(tenant, search),
                    ConditionExpression="revision = :r",
                    ExpressionAttributeValues={":r": {"N": str(search.revision - 1)}},
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise ConflictError("the saved search was changed meanwhile") from error

    def delete(self, tenant: TenantId, search_id: str) -> None:
        """Take one away; nothing happens where there is none."""
        with translated("dynamodb DeleteItem"):
            self._client.delete_item(TableName=self._table, Key=_key(tenant, search_id))

    def find(self, tenant: TenantId, search_id: str) -> SavedSearch | None:
        """The one of this id."""
        with translated("dynamodb GetItem"):
            answer = self._client.get_item(TableName=self._table, Key=_key(tenant, search_id), ConsistentRead=True)
        return _search(answer["Item"]) if "Item" in answer else None

    def all(self, tenant: TenantId) -> list[SavedSearch]:
        """All of a tenant, oldest first."""
        found: list[SavedSearch] = []
        start: dict[str, Any] = {}
        while True:
            with translated("dynamodb Query"):
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
                    ExpressionAttributeValues={":p": {"S": tenant_partition(tenant)}, ":s": {"S": SEARCHES}},
                    ConsistentRead=True,
                    **start,
                )
            found.extend(map(_search, page["Items"]))
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _key(tenant: TenantId, search_id: str) -> dict[str, Any]:
    return {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": saved_search_sort(search_id)}}


def _item(tenant: TenantId, search: SavedSearch) -> dict[str, Any]:
    texts = {
        "search_id": search.search_id,
        "owner": search.owner,
        "name": search.name,
        "asked": search.asked,
        "created_at": search.created_at,
        "changed_at": search.changed_at,
        "alerts_since": search.alerts_since,
        "checked_until": search.checked_until,
    }
    return {
        **_key(tenant, search.search_id),
        **{name: {"S": value} for name, value in texts.items()},
        "shared": {"BOOL": search.shared},
        "revision": {"N": str(search.revision)},
    }


def _search(item: Mapping[str, Any]) -> SavedSearch:
    return SavedSearch(
        search_id=item["search_id"]["S"],
        owner=item["owner"]["S"],
        name=item["name"]["S"],
        asked=item["asked"]["S"],
        shared=item["shared"]["BOOL"],
        created_at=item["created_at"]["S"],
        changed_at=item["changed_at"]["S"],
        alerts_since=item["alerts_since"]["S"],
        checked_until=item["checked_until"]["S"],
        revision=int(item["revision"]["N"]),
    )
