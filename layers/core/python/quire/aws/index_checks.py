"""Table ``ledger``, beside a tenant's log: what the last look at each day of the index came to. It may be lost: then
every day has its turn again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

import orjson

from quire.aws.errors import translated
from quire.aws.layout import checks_partition
from quire.domain.errors import ConflictError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_RUN = "RUN"


@dataclass(frozen=True)
class Named:
    """A message that was ``missing``, ``differing`` in ``fields``, or ``extra``; no word of it."""

    message_id: str
    kind: str
    fields: tuple[str, ...] = ()
    healed: bool = False


@dataclass(frozen=True)
class Before:
    """Where a report stood before its last step: its counts, and those of the named that were not ``unhealed``."""

    archived: int = 0
    indexed: int = 0
    compared: int = 0
    left: int = 0
    unhealed: Sequence[str] = ()


@dataclass(frozen=True)
class DayReport:
    """A day (``yyyy-mm-dd``, or ``captured``) as it was found ``at`` (a timestamp) by ``run``.

    ``archived`` messages that the archive tells of, ``indexed`` ones of the index, ``compared`` field by field; of
    those amiss, how many of each kind, how many are ``left`` so, and ``named`` some. ``met`` are ids of those amiss,
    as far as there are not too many; ``unread`` keys of some segments that cannot be read.

    ``step`` of the run wrote it last, found it as it was ``before``, and found something ``amiss`` or not; ``owed`` of
    those found so far are still to come up again, and are not counted then.
    """

    day: str
    at: str
    run: str
    archived: int = 0
    indexed: int = 0
    compared: int = 0
    missing: int = 0
    differing: int = 0
    extra: int = 0
    left: int = 0
    named: Sequence[Named] = ()
    met: Sequence[str] = field(default=(), repr=False)
    unread: Sequence[str] = ()
    step: int = 0
    before: Before = Before()
    owed: int = 0
    amiss: bool = False

    @property
    def found(self) -> int:
        """Messages that were amiss."""
        return self.missing + self.differing + self.extra


_PLAIN = {each.name for each in fields(DayReport)} - {"named", "before"}


class IndexChecks:
    """The items, one a day, each built and read here only. Raises ``UnavailableError``."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, tenant: TenantId, report: DayReport) -> None:
        """Keep a report instead of that day's last."""
        item = {
            **_key(tenant, report.day),
            "at": {"S": report.at},
            "told": {"B": orjson.dumps(asdict(report))},
        }
        with translated("dynamodb PutItem"):
            self._client.put_item(TableName=self._table, Item=item)

    def get(self, tenant: TenantId, day: str) -> DayReport | None:
        """A day's last report."""
        with translated("dynamodb GetItem"):
            key = _key(tenant, day)
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else _report(item)

    def keep(self, tenant: TenantId, run: str, step: int, told: Mapping[str, Any]) -> None:
        """Keep how far a run has come after its ``step`` (from 1): ``told`` is of JSON values.

        Raises:
            ConflictError: another call of the run has done this step, or another run has begun.
        """
        item = {
            **_key(tenant, ""),
            "sk": {"S": _RUN},
            "of_run": {"S": run},
            "steps_done": {"N": str(step)},
            "told": {"B": orjson.dumps(told)},
        }
        condition = (
            "attribute_not_exists(pk) OR of_run <> :run" if step == 1 else "of_run = :run AND steps_done = :before"
        )
        values: dict[str, Any] = {":run": {"S": run}} | ({} if step == 1 else {":before": {"N": str(step - 1)}})
        with translated("dynamodb PutItem"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise ConflictError("another call has done this step") from error

    def kept(self, tenant: TenantId, run: str) -> Mapping[str, Any] | None:
        """How far a run has come; ``None`` where nothing was kept of it."""
        with translated("dynamodb GetItem"):
            key = {**_key(tenant, ""), "sk": {"S": _RUN}}
            item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item is None or item["of_run"]["S"] != run:
            return None
        told: Mapping[str, Any] = orjson.loads(item["told"]["B"])
        return told

    def reports(self, tenant: TenantId, first: str = "", last: str = "~") -> list[DayReport]:
        """The last reports of days from ``first`` to ``last``, in order."""
        return [_report(item) for item in self._items(tenant, first, last)]

    def looked_at(self, tenant: TenantId) -> dict[str, str]:
        """When each day was looked at last (timestamps)."""
        items = self._items(tenant, "", "~", "sk, #at", {"#at": "at"})
        return {item["sk"]["S"].partition("#")[2]: item["at"]["S"] for item in items}

    def _items(
        self, tenant: TenantId, first: str, last: str, only: str = "", names: Mapping[str, str] | None = None
    ) -> Iterator[Mapping[str, Any]]:
        more: dict[str, Any] = {"ProjectionExpression": only, "ExpressionAttributeNames": names} if only else {}
        pages = iter(
            self._client.get_paginator("query").paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues={
                    ":pk": {"S": checks_partition(tenant)},
                    ":first": {"S": f"DAY#{first}"},
                    ":last": {"S": f"DAY#{last}"},
                },
                **more,
            )
        )
        while True:
            with translated("dynamodb Query"):
                page = next(pages, None)
            if page is None:
                return
            yield from page["Items"]


def _key(tenant: TenantId, day: str) -> dict[str, Any]:
    return {"pk": {"S": checks_partition(tenant)}, "sk": {"S": f"DAY#{day}"}}


def _report(item: Mapping[str, Any]) -> DayReport:
    told = orjson.loads(item["told"]["B"])
    named = tuple(Named(**each | {"fields": tuple(each["fields"])}) for each in told["named"])
    lists = {name: tuple(told[name]) for name in ("met", "unread")}
    before = (
        Before(**told["before"] | {"unhealed": tuple(told["before"]["unhealed"])}) if "before" in told else Before()
    )
    plain = {name: told[name] for name in _PLAIN & told.keys()}
    return DayReport(named=named, before=before, **plain | lists)
