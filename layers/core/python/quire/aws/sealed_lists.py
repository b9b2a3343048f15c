"""Table ``ledger``: archive segments as lists, without their manifests: by day, for whoever reads an archive whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quire.aws.errors import translated
from quire.aws.layout import segments_partition
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class SealedRef:
    """An archive segment: ``place`` orders all of a tenant's, by day first."""

    place: str
    key: str
    version_id: str
    events: int


class SealedLists:
    """Reads them, strongly consistent. Days are ``yyyy-mm-dd``; raises ``UnavailableError``."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def events_by_day(self, tenant: TenantId) -> dict[str, int]:
        """How many events were sealed of each day that has any."""
        counts: Counter[str] = Counter()
        for each in self.between(tenant, "", "~"):
            counts[each.place.partition("#")[0]] += each.events
        return dict(counts)

    def between(self, tenant: TenantId, first: str, until: str, after: str = "") -> Iterator[SealedRef]:
        """Segments from day ``first`` to before day ``until``, in order of place, those behind place ``after`` only."""
        low = max(first, f"{after}\0" if after else "") or "0"
        if low >= until:
            return
        for item in self._items(tenant, low, until):
            if item["sk"]["S"] < until:
                yield SealedRef(item["sk"]["S"], item["key"]["S"], item["version_id"]["S"], int(item["events"]["N"]))

    def _items(self, tenant: TenantId, low: str, high: str) -> Iterator[Mapping[str, Any]]:
        pages = iter(
            self._client.get_paginator("query").paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
                ProjectionExpression="sk, #key, version_id, events",
                ExpressionAttributeNames={"#key": "key"},
                ExpressionAttributeValues={
                    ":pk": {"S": segments_partition(tenant)},
                    ":low": {"S": low},
                    ":high": {"S": high},
                },
            )
        )
        while True:
            with translated("dynamodb Query"):
                page = next(pages, None)
            if page is None:
                return
            yield from page["Items"]
