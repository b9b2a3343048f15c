"""Leases in table ``limits``: what only one worker at a time may do, for as long as it says and not longer.

A lease ends by itself, so that a worker that died holds nobody up; one that works longer than it said has to
:meth:`~Leases.keep` its lease and stop when that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ulid import ULID

from quire.aws.errors import translated
from quire.aws.layout import lease_partition
from quire.domain.errors import ConflictError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_SORT = "LEASE"
_MILLI = 1000
_REMEMBERED = 24 * 3600
"""Seconds that a lease's number outlives it, so that later holders have higher ones."""


@dataclass(frozen=True)
class Lease:
    """Held until ``until`` (seconds since 1970). ``number`` is higher than that of every holder before."""

    name: str
    holder: str
    until: float
    number: int


class Leases:
    """Takes and gives back leases. ``clock`` gives seconds since 1970."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def take(self, name: str, seconds: float, holder: str = "") -> Lease | None:
        """The lease for ``seconds``; ``None`` while somebody else holds it.

        A ``holder`` that is named may take what it holds again: that is a call which was made twice.

        Raises:
            UnavailableError: nothing is known about it.
        """
        now, holder = self._clock(), holder or str(ULID())
        until = int((now + seconds) * _MILLI)
        answer = self._update(
            name,
            "SET holder = :h, #until = :u, #ttl = :ttl ADD #number :one",
            "attribute_not_exists(#until) OR #until <= :now OR holder = :h",
            {":h": {"S": holder}, ":u": _n(until), ":now": _n(int(now * _MILLI)), ":one": _n(1)},
            until,
            {"#number": "number"},
        )
        return None if answer is None else Lease(name, holder, until / _MILLI, int(answer["number"]["N"]))

    def keep(self, lease: Lease, seconds: float) -> Lease:
        """The same lease, until ``seconds`` from now.

        Raises:
            ConflictError: it ran out, and somebody else may hold it by now.
            UnavailableError: nothing is known about it.
        """
        now = self._clock()
        until = int((now + seconds) * _MILLI)
        answer = self._update(
            lease.name,
            "SET #until = :u, #ttl = :ttl",
            "holder = :h AND #until > :now",
            {":h": {"S": lease.holder}, ":u": _n(until), ":now": _n(int(now * _MILLI))},
            until,
        )
        if answer is None:
            raise ConflictError("the lease ran out")
        return Lease(lease.name, lease.holder, until / _MILLI, lease.number)

    def free(self, lease: Lease) -> None:
        """Give it back before its time; nothing happens where it is somebody else's by now.

        Raises:
            UnavailableError: DynamoDB did not answer; the lease ends by itself.
        """
        now = int(self._clock() * _MILLI)
        self._update(
            lease.name,
            "SET #until = :now, #ttl = :ttl",
            "holder = :h",
            {":h": {"S": lease.holder}, ":now": _n(now)},
            now,
        )

    @contextmanager
    def held(self, name: str, seconds: float) -> Iterator[Lease | None]:
        """The lease within the block, given back after it; ``None`` while somebody else holds it."""
        lease = self.take(name, seconds)
        try:
            yield lease
        finally:
            if lease is not None:
                self.free(lease)

    def _update(
        self,
        name: str,
        update: str,
        condition: str,
        values: dict[str, AttributeValueTypeDef],
        until: int,
        names: dict[str, str] | None = None,
    ) -> dict[str, AttributeValueTypeDef] | None:
        """The item afterwards; ``None`` when the condition does not hold. ``until`` in milliseconds."""
        with translated("dynamodb UpdateItem"):
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": lease_partition(name)}, "sk": {"S": _SORT}},
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeNames={"#until": "until", "#ttl": "ttl"} | (names or {}),
                    ExpressionAttributeValues=values | {":ttl": _n(until // _MILLI + _REMEMBERED)},
                    ReturnValues="ALL_NEW",
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return None
        return answer["Attributes"]


def _n(value: int) -> AttributeValueTypeDef:
    return {"N": str(value)}
