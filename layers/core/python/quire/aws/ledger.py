"""Table ``ledger``: sealing runs, what became of each journal segment, archive segments, and the log's entries.

One run a tenant is open at a time, and its sources are fixed when it is opened, so that whoever finds it half done ends
it the same way. Entries, the segments' rows and the log's size change together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from quire.aws.errors import code_of, translated
from quire.aws.layout import log_partition, runs_partition, segments_partition, sources_partition
from quire.domain.errors import ConflictError, UnavailableError
from quire.domain.ids import SegmentId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OPEN, HEAD, SWEPT = "OPEN", "HEAD", "SWEPT"
MAX_APPEND = 40
"""Segments whose rows and entries fit one transaction."""
_LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


@dataclass(frozen=True)
class SourceRef:
    """A journal segment: object key and version."""

    key: str
    version_id: str


@dataclass(frozen=True)
class Run:
    """A sealing run that is under way. ``out`` counts the events it has put into the log so far."""

    run_id: str
    started_at: str
    sources: tuple[SourceRef, ...]
    out: int = 0


@dataclass(frozen=True)
class SegmentRow:
    """An archive segment. ``entry`` is its number in the log; ``manifest`` its entry there."""

    day: str
    segment_id: SegmentId
    retention_class: str
    key: str
    version_id: str
    events: int
    manifest: bytes = field(repr=False)
    entry: int = -1


@dataclass(frozen=True)
class LogHead:
    """``size`` entries are in the log, ``published`` of them under a checkpoint."""

    size: int = 0
    published: int = 0
    checkpoint: str = ""


class Ledger:
    """The table's items, each built and read here only. Reads are strongly consistent."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def open_run(self, tenant: TenantId) -> Run | None:
        """The run that is under way."""
        item = self._get(runs_partition(tenant), OPEN)
        if item is None:
            return None
        sources = tuple(SourceRef(*pair) for pair in orjson.loads(item["sources"]["B"]))
        return Run(item["run_id"]["S"], item["started_at"]["S"], sources, int(item["out"]["N"]))

    def start_run(self, tenant: TenantId, run: Run) -> None:
        """Open a run.

        Raises:
            ConflictError: one is open.
        """
        item = {
            "run_id": {"S": run.run_id},
            "started_at": {"S": run.started_at},
            "sources": {"B": orjson.dumps([[each.key, each.version_id] for each in run.sources])},
            "out": {"N": str(run.out)},
        }
        if not self._put_new(runs_partition(tenant), OPEN, item):
            raise ConflictError("a run is under way")

    def end_run(self, tenant: TenantId, run: Run, told: Mapping[str, Any]) -> None:
        """Close the open run and keep what it came to (JSON values).

        Raises:
            ConflictError: another run is open, or none.
        """
        partition = runs_partition(tenant)
        kept = {"pk": {"S": partition}, "sk": {"S": f"{run.started_at}#{run.run_id}"}, "told": {"B": _json(told)}}
        self._transact(
            [
                {
                    "Delete": {
                        "TableName": self._table,
                        "Key": {"pk": {"S": partition}, "sk": {"S": OPEN}},
                        "ConditionExpression": "run_id = :run",
                        "ExpressionAttributeValues": {":run": {"S": run.run_id}},
                    }
                },
                {"Put": {"TableName": self._table, "Item": kept}},
            ]
        )

    def swept(self, tenant: TenantId) -> str | None:
        """When the whole journal was last looked through and nothing of it was left to seal (a timestamp)."""
        item = self._get(sources_partition(tenant), SWEPT)
        return None if item is None else str(item["at"]["S"])

    def mark_swept(self, tenant: TenantId, at: str) -> None:
        """Note that from its beginning to what had come at ``at``, the journal was dealt with."""
        item = {"pk": {"S": sources_partition(tenant)}, "sk": {"S": SWEPT}, "at": {"S": at}}
        with translated("dynamodb PutItem"):
            self._client.put_item(TableName=self._table, Item=item)

    def settled(self, tenant: TenantId, first: str, last: str) -> dict[str, str]:
        """Keys of journal segments between two keys (both included) that were dealt with, and how."""
        items = self._query(sources_partition(tenant), first, last)
        return {item["sk"]["S"]: item["state"]["S"] for item in items}

    def settle(self, tenant: TenantId, source: SourceRef, state: str, reason: str = "") -> None:
        """Note that a journal segment was dealt with: ``sealed``, or ``quarantined`` with a reason."""
        values = {"version_id": source.version_id, "state": state} | ({"reason": reason} if reason else {})
        item = {"pk": sources_partition(tenant), "sk": source.key, **values}
        with translated("dynamodb PutItem"):
            self._client.put_item(TableName=self._table, Item={name: {"S": text} for name, text in item.items()})

    def segments_of(self, tenant: TenantId, day: str) -> list[SegmentRow]:
        """Archive segments of a day (``yyyy-mm-dd``)."""
        return [_segment(item) for item in self._query(segments_partition(tenant), f"{day}#", f"{day}#~")]

    def head(self, tenant: TenantId) -> LogHead:
        """Where the log stands."""
        item = self._get(log_partition(tenant), HEAD)
        if item is None:
            return LogHead()
        return LogHead(int(item["size"]["N"]), int(item["published"]["N"]), item["checkpoint"]["S"])

    def append(self, tenant: TenantId, run: Run, head: LogHead, rows: Sequence[SegmentRow]) -> LogHead:
        """Put segments (at most :data:`MAX_APPEND`) into the log behind ``head``; the new head.

        Raises:
            ConflictError: the log has grown since, the run is over, or a segment is in the log already.
        """
        partition = log_partition(tenant)
        puts: list[Any] = []
        for entry, row in enumerate(rows, start=head.size):
            puts.append(self._new(segments_partition(tenant), f"{row.day}#{row.segment_id}", _segment_item(row, entry)))
            puts.append(self._new(partition, _entry_sort(entry), {"manifest": {"B": row.manifest}}))
        size, events = head.size + len(rows), sum(row.events for row in rows)
        grown = {
            "Update": {
                "TableName": self._table,
                "Key": {"pk": {"S": partition}, "sk": {"S": HEAD}},
                "UpdateExpression": "SET #size = :size, published = if_not_exists(published, :none),"
                " checkpoint = if_not_exists(checkpoint, :nothing)",
                "ConditionExpression": "#size = :before" if head.size else "attribute_not_exists(pk)",
                "ExpressionAttributeNames": {"#size": "size"},
                "ExpressionAttributeValues": {
                    ":size": {"N": str(size)},
                    ":none": {"N": "0"},
                    ":nothing": {"S": ""},
                }
                | ({":before": {"N": str(head.size)}} if head.size else {}),
            }
        }
        counted = {
            "Update": {
                "TableName": self._table,
                "Key": {"pk": {"S": runs_partition(tenant)}, "sk": {"S": OPEN}},
                "UpdateExpression": "ADD #out :events",
                "ConditionExpression": "run_id = :run",
                "ExpressionAttributeNames": {"#out": "out"},
                "ExpressionAttributeValues": {":events": {"N": str(events)}, ":run": {"S": run.run_id}},
            }
        }
        self._transact([*puts, grown, counted])
        return LogHead(size, head.published, head.checkpoint)

    def entries(self, tenant: TenantId, first: int, last: int) -> list[bytes]:
        """Entries of the log from ``first`` up to ``last``.

        Raises:
            UnavailableError: not all of them are there.
        """
        if first >= last:
            return []
        items = self._query(log_partition(tenant), _entry_sort(first), _entry_sort(last - 1))
        found = [item["manifest"]["B"] for item in items]
        if len(found) != last - first:
            raise UnavailableError("entries of the log are missing")
        return found

    def publish(self, tenant: TenantId, size: int, checkpoint: str) -> None:
        """Note the newest checkpoint (a signed note); an older one than is known changes nothing."""
        with translated("dynamodb UpdateItem"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": log_partition(tenant)}, "sk": {"S": HEAD}},
                    UpdateExpression="SET published = :size, checkpoint = :note",
                    ConditionExpression="published < :size AND #size >= :size",
                    ExpressionAttributeNames={"#size": "size"},
                    ExpressionAttributeValues={":size": {"N": str(size)}, ":note": {"S": checkpoint}},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return

    def _new(self, pk: str, sk: str, item: Mapping[str, Any]) -> Any:
        return {
            "Put": {
                "TableName": self._table,
                "Item": {"pk": {"S": pk}, "sk": {"S": sk}, **item},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _transact(self, items: list[Any]) -> None:
        with translated("dynamodb TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=items)
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = {str(reason.get("Code")) for reason in error.response.get("CancellationReasons", [])}
                if reasons & _LOST:
                    raise ConflictError("somebody else was faster") from error
                raise UnavailableError(f"dynamodb TransactWriteItems: {code_of(error)}") from error

    def _put_new(self, pk: str, sk: str, item: Mapping[str, Any]) -> bool:
        with translated("dynamodb PutItem"):
            try:
                self._client.put_item(**self._new(pk, sk, item)["Put"])
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _get(self, pk: str, sk: str) -> Mapping[str, Any] | None:
        with translated("dynamodb GetItem"):
            key = {"pk": {"S": pk}, "sk": {"S": sk}}
            return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")

    def _query(self, pk: str, first: str, last: str) -> Iterable[Mapping[str, Any]]:
        pages = iter(
            self._client.get_paginator("query").paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues={":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}},
            )
        )
        while True:
            with translated("dynamodb Query"):
                page = next(pages, None)
            if page is None:
                return
            yield from page["Items"]


def _entry_sort(entry: int) -> str:
    return f"ENTRY#{entry:012d}"


def _segment_item(row: SegmentRow, entry: int) -> dict[str, Any]:
    texts = {
        "day": row.day,
        "segment_id": row.segment_id,
        "retention_class": row.retention_class,
        "key": row.key,
        "version_id": row.version_id,
    }
    numbers = {"events": row.events, "entry": entry}
    return (
        {name: {"S": text} for name, text in texts.items()}
        | {name: {"N": str(number)} for name, number in numbers.items()}
        | {"manifest": {"B": row.manifest}}
    )


def _segment(item: Mapping[str, Any]) -> SegmentRow:
    return SegmentRow(
        day=item["day"]["S"],
        segment_id=SegmentId(item["segment_id"]["S"]),
        retention_class=item["retention_class"]["S"],
        key=item["key"]["S"],
        version_id=item["version_id"]["S"],
        events=int(item["events"]["N"]),
        manifest=item["manifest"]["B"],
        entry=int(item["entry"]["N"]),
    )


def _json(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(dict(value), option=orjson.OPT_SORT_KEYS)
