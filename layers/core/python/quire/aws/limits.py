"""Table ``limits``: what all workers share about how often they call outward, and whom they had better leave alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quire.aws.errors import translated
from quire.domain.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_SORT = "NOW"
_MICRO = 1_000_000
_REMEMBERED = 3600
"""Seconds that an item outlives its use."""
_RACES = 4


@dataclass(frozen=True)
class Taken:
    """Where a bucket's mark stands now (microseconds since 1970), and whether this call moved it there."""

    mark: int
    granted: bool


class Buckets:
    """Marks of buckets. Each is moved by one conditional write, so that workers never wait for one another."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, key: str, *, now: int, step: int, ahead: int) -> Taken:
        """Move the mark ``step`` on from the later of itself and ``now``, unless it came to stand ``ahead`` of now.

        All in microseconds.

        Raises:
            UnavailableError: nothing is known about it.
        """
        values = {":now": now, ":step": step, ":most": now + ahead - step}
        for _ in range(_RACES):
            mark, moved = self._update(key, "SET mark = mark + :step", "mark > :now AND mark <= :most", values, now)
            if moved:
                return Taken(mark, granted=True)
            if mark > now:
                return Taken(mark, granted=False)
            fresh = {":now": now, ":start": now + step}
            mark, moved = self._update(
                key, "SET mark = :start", "attribute_not_exists(mark) OR mark <= :now", fresh, now
            )
            if moved:
                return Taken(mark, granted=True)
        raise UnavailableError("dynamodb: a bucket's mark did not hold still")

    def hold(self, key: str, mark: int) -> None:
        """Move the mark to ``mark`` unless it stands further on: nobody calls before.

        Raises:
            UnavailableError: nothing is known about it.
        """
        self._update(key, "SET mark = :mark", "attribute_not_exists(mark) OR mark < :mark", {":mark": mark}, mark)

    def _update(self, key: str, update: str, condition: str, values: dict[str, int], until: int) -> tuple[int, bool]:
        """The mark as it stands after all (0: there is none), and whether the condition held."""
        numbers = {name: _n(value) for name, value in (values | {":ttl": until // _MICRO + _REMEMBERED}).items()}
        with translated("dynamodb UpdateItem"):
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=_key(key),
                    UpdateExpression=f"{update}, #ttl = :ttl",
                    ConditionExpression=condition,
                    ExpressionAttributeNames={"#ttl": "ttl"},
                    ExpressionAttributeValues=numbers,
                    ReturnValues="UPDATED_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                stands: Any = error.response.get("Item", {})
                return int(stands["mark"]["N"]) if "mark" in stands else 0, False
        return int(answer["Attributes"]["mark"]["N"]), True


@dataclass(frozen=True)
class Circuit:
    """What is known of an endpoint's failing. Times are milliseconds since 1970; 0 where there is none.

    ``failures`` without a success between them, the first at ``since``. ``open_until``: left alone until then.
    ``probe`` is who may try after that, until ``probe_until``. ``trips`` in a row.
    """

    failures: int = 0
    since: int = 0
    open_until: int = 0
    probe: str = ""
    probe_until: int = 0
    trips: int = 0


class Circuits:
    """Keeps circuits; a change is written only over what it was made from."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, key: str) -> tuple[Circuit, int]:
        """The circuit and its version; an unknown endpoint's is closed, of version 0.

        Raises:
            UnavailableError: nothing is known about it.
        """
        with translated("dynamodb GetItem"):
            item = self._client.get_item(TableName=self._table, Key=_key(key), ConsistentRead=True).get("Item")
        if item is None:
            return Circuit(), 0
        circuit = Circuit(
            failures=int(item["failures"]["N"]),
            since=int(item["since"]["N"]),
            open_until=int(item["open_until"]["N"]),
            probe=item["probe"]["S"],
            probe_until=int(item["probe_until"]["N"]),
            trips=int(item["trips"]["N"]),
        )
        return circuit, int(item["version"]["N"])

    def put(self, key: str, circuit: Circuit, version: int, now: int) -> bool:
        """Write the circuit made from ``version`` at ``now`` (ms); ``False``, and nothing written, if that is past.

        Raises:
            UnavailableError: nothing is known about it.
        """
        item: dict[str, AttributeValueTypeDef] = _key(key) | {
            "failures": _n(circuit.failures),
            "since": _n(circuit.since),
            "open_until": _n(circuit.open_until),
            "probe": {"S": circuit.probe},
            "probe_until": _n(circuit.probe_until),
            "trips": _n(circuit.trips),
            "version": _n(version + 1),
            "ttl": _n(max(now, circuit.open_until) // 1000 + _REMEMBERED),
        }
        expected: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if version:
            names, values = {"#version": "version"}, {":version": _n(version)}
            expected = {"ConditionExpression": "#version = :version", "ExpressionAttributeNames": names}
            expected["ExpressionAttributeValues"] = values
        with translated("dynamodb PutItem"):
            try:
                self._client.put_item(TableName=self._table, Item=item, **expected)
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True


def _key(key: str) -> dict[str, AttributeValueTypeDef]:
    return {"pk": {"S": key}, "sk": {"S": _SORT}}


def _n(value: int) -> AttributeValueTypeDef:
    return {"N": str(value)}
