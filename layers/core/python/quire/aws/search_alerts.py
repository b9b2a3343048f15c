"""Table ``control``: what saved searches newly found. An alert is written with how far its search was looked at, both
or neither, so that no run counts what another one has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from quire.aws.errors import code_of, translated
from quire.aws.layout import alert_sort, alerts_prefix, saved_search_sort, tenant_partition
from quire.aws.saved_searches import SavedSearch
from quire.domain.errors import UnavailableError
from quire.domain.ids import TenantId
from quire.domain.time import sort_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import UpdateTypeDef

_RACED = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_UUID_BYTES = 16


@dataclass(frozen=True)
class Alert:
    """New hits of a saved search among what was indexed from ``since`` to ``until`` (timestamps).

    ``count`` is a lower bound where ``at_least``; ``message_ids`` are those counted. ``told``: the notification went
    out.
    """

    search_id: str
    since: str
    until: str
    count: int
    at_least: bool
    message_ids: tuple[str, ...]
    told: bool = False


class SearchAlerts:
    """The items, each built and read here only."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def advance(self, tenant: TenantId, search: SavedSearch, until: str, alert: Alert | None) -> bool:
        """Say that ``search`` was looked at up to ``until``, and keep what was found, both or neither.

        ``False``, and nothing written, when it was changed, deleted or looked at by somebody else meanwhile.
        """
        moved: UpdateTypeDef = {
            "TableName": self._table,
            "Key": {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": saved_search_sort(search.search_id)}},
            "UpdateExpression": "SET checked_until = :new",
            "ConditionExpression": "checked_until = :old AND revision = :r",
            "ExpressionAttributeValues": {
                ":new": {"S": until},
                ":old": {"S": search.checked_until},
                ":r": {"N": str(search.revision)},
            },
        }
        kept: list[Any] = [{"Put": {"TableName": self._table, "Item": _item(tenant, alert)}}] if alert else []
        with translated("dynamodb TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=[{"Update": moved}, *kept])
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = {str(reason.get("Code")) for reason in error.response.get("CancellationReasons", [])}
                if reasons & _RACED:
                    return False
                raise UnavailableError(f"dynamodb TransactWriteItems: {code_of(error)}") from error
        return True

    def mark_told(self, tenant: TenantId, alert: Alert) -> None:
        """Say that the notification of an alert went out."""
        with translated("dynamodb UpdateItem"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(tenant, alert.search_id, alert.until),
                UpdateExpression="SET told = :t",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":t": {"BOOL": True}},
            )

    def since(self, tenant: TenantId, search_id: str, moment: str) -> list[Alert]:
        """All alerts of a search whose ``until`` is not before ``moment``, oldest first, strongly consistent."""
        found: list[Alert] = []
        start: dict[str, Any] = {}
        while True:
            with translated("dynamodb Query"):
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :p AND sk BETWEEN :a AND :z",
                    ExpressionAttributeValues={
                        ":p": {"S": tenant_partition(tenant)},
                        ":a": {"S": alert_sort(search_id, sort_key(moment))},
                        ":z": {"S": f"{alerts_prefix(search_id)}~"},
                    },
                    ConsistentRead=True,
                    **start,
                )
            found.extend(map(_alert, page["Items"]))
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def latest(self, tenant: TenantId, search_id: str, limit: int, before: str | None = None) -> list[Alert]:
        """At most ``limit`` alerts of a search, latest first, those whose ``until`` is before ``before``."""
        start = {} if before is None else {"ExclusiveStartKey": _key(tenant, search_id, before)}
        with translated("dynamodb Query"):
            page = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
                ExpressionAttributeValues={
                    ":p": {"S": tenant_partition(tenant)},
                    ":s": {"S": alerts_prefix(search_id)},
                },
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=limit,
                **start,  # type: ignore[arg-type]
            )
        return [_alert(item) for item in page["Items"]]


def _key(tenant: TenantId, search_id: str, until: str) -> dict[str, Any]:
    return {"pk": {"S": tenant_partition(tenant)}, "sk": {"S": alert_sort(search_id, sort_key(until))}}


def _item(tenant: TenantId, alert: Alert) -> dict[str, Any]:
    return {
        **_key(tenant, alert.search_id, alert.until),
        "search_id": {"S": alert.search_id},
        "since": {"S": alert.since},
        "until": {"S": alert.until},
        "count": {"N": str(alert.count)},
        "at_least": {"BOOL": alert.at_least},
        "message_ids": {"B": _packed(alert.message_ids)},
        "told": {"BOOL": alert.told},
    }


def _alert(item: Mapping[str, Any]) -> Alert:
    return Alert(
        search_id=item["search_id"]["S"],
        since=item["since"]["S"],
        until=item["until"]["S"],
        count=int(item["count"]["N"]),
        at_least=item["at_least"]["BOOL"],
        message_ids=_unpacked(bytes(item["message_ids"]["B"])),
        told=item["told"]["BOOL"],
    )


def _packed(message_ids: Sequence[str]) -> bytes:
    return b"".join(UUID(each).bytes for each in message_ids)


def _unpacked(packed: bytes) -> tuple[str, ...]:
    parts = (packed[at : at + _UUID_BYTES] for at in range(0, len(packed), _UUID_BYTES))
    return tuple(str(UUID(bytes=part)) for part in parts)
