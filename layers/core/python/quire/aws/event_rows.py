"""Table ``events``: one row an event, written once, never updated.

The row is the de-duplication, the sibling to fold a message's state from, the pointer into the segment, and the
channel's fresh timeline, all at once (two write units).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quire.aws.errors import translated
from quire.aws.layout import event_sort, message_partition, timeline_partition
from quire.domain.ids import ChannelId, EventId, MessageId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TIMELINE = "timeline"
MAX_INLINE_BYTES = 300_000
"""A larger event is left out of its row (an item holds 400 KB) and read from its segment."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """``about`` is the message's id, or the event's own where it is about none.

    ``event`` is the canonical JSON, ``None`` when the row is large; ``segment`` an object key and ``frame`` the
    frame's number in it; ``expires_at`` seconds since 1970; ``at`` is ``sort_key(occurred_at)#event_id``, given
    together with ``channel_id``.
    """

    tenant_id: TenantId
    about: str
    event_id: EventId
    event: bytes | None
    segment: str
    version_id: str
    frame: int
    expires_at: int
    channel_id: ChannelId | None = None
    at: str | None = None


@dataclass(frozen=True)
class Span:
    """Part of a timeline: row positions (``EventRow.at``, or any prefix of one), both bounds left out themselves."""

    after: str | None = None
    before: str | None = None


class EventRows:
    """The table's rows, each built and read here only."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, row: EventRow) -> bool:
        """Write the row unless it is there; whether it was new.

        Raises:
            UnavailableError: nothing is known about the write.
        """
        with translated("dynamodb PutItem"):
            try:
                self._client.put_item(
                    TableName=self._table, Item=_item(row), ConditionExpression="attribute_not_exists(pk)"
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def of_message(self, tenant: TenantId, about: MessageId | str) -> list[EventRow]:
        """All rows about a message (or the one of an event about none), strongly consistent, in order of event id.

        Raises:
            UnavailableError: the table did not answer.
        """
        query: dict[str, Any] = {
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": message_partition(tenant, about)}},
            "ConsistentRead": True,
        }
        return [_row(tenant, item) for item in self._pages(query)]

    def timeline(
        self, tenant: TenantId, channel: ChannelId, span: Span, *, limit: int, newest_first: bool = False
    ) -> list[EventRow]:
        """At most ``limit`` rows of a conversation by time; eventually consistent (it is an index).

        Raises:
            UnavailableError: the table did not answer.
        """
        low, high = span.after, span.before
        if low is not None and high is not None and low >= high:
            return []
        condition, values = "channel = :c", {":c": {"S": timeline_partition(tenant, channel)}}
        if low is not None and high is not None:
            condition += " AND #at BETWEEN :low AND :high"
        elif low is not None:
            condition += " AND #at > :low"
        elif high is not None:
            condition += " AND #at < :high"
        values |= {name: {"S": value} for name, value in ((":low", low), (":high", high)) if value is not None}
        query: dict[str, Any] = {
            "IndexName": TIMELINE,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": not newest_first,
            "Limit": limit + 2,
        }
        if low is not None or high is not None:
            query["ExpressionAttributeNames"] = {"#at": "at"}
        rows: list[EventRow] = []
        for item in self._pages(query):
            row = _row(tenant, item)
            if row.at not in (low, high):
                rows.append(row)
            if len(rows) == limit:
                break
        return rows

    def _pages(self, query: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            with translated("dynamodb Query"):
                page = self._client.query(TableName=self._table, **query, **start)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _item(row: EventRow) -> dict[str, Any]:
    item: dict[str, Any] = {
        "pk": {"S": message_partition(row.tenant_id, row.about)},
        "sk": {"S": event_sort(row.event_id)},
        "segment": {"S": row.segment},
        "version_id": {"S": row.version_id},
        "frame": {"N": str(row.frame)},
        "ttl": {"N": str(row.expires_at)},
    }
    if row.event is None:
        item["large"] = {"BOOL": True}
    else:
        item["event"] = {"B": row.event}
    if row.channel_id is not None and row.at is not None:
        item["channel"] = {"S": timeline_partition(row.tenant_id, row.channel_id)}
        item["at"] = {"S": row.at}
    return item


def _row(tenant: TenantId, item: Mapping[str, Any]) -> EventRow:
    channel = item["channel"]["S"].split("#", 1)[1] if "channel" in item else None
    return EventRow(
        tenant_id=tenant,
        about=item["pk"]["S"].split("#M#", 1)[1],
        event_id=EventId(item["sk"]["S"].removeprefix("E#")),
        event=bytes(item["event"]["B"]) if "event" in item else None,
        segment=item["segment"]["S"],
        version_id=item["version_id"]["S"],
        frame=int(item["frame"]["N"]),
        expires_at=int(item["ttl"]["N"]),
        channel_id=None if channel is None else ChannelId(channel),
        at=item["at"]["S"] if "at" in item else None,
    )
