"""Counts what calls to AWS are billed by, as the stores make them: boto3's own events, in front of a mocked account.

DynamoDB's units follow the sizes of items and answers
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-reads-writes.html).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from quire.aws.sessions import Aws

_PUT = ("Put", "Create", "Complete", "Upload", "Copy", "List")
_KIB, _READ_UNIT, _KINESIS_UNIT = 1024, 4096, 25_000


@dataclass
class Meter:
    """``units`` by (phase, unit as the price table names it), ``calls`` by (phase, service.operation)."""

    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    stored: Counter[str] = field(default_factory=Counter)
    """Bytes put, by kind of object (``journal``, ``archive``...) or table."""
    _phase: str = ""
    _lock: Lock = field(default_factory=Lock)

    def watch(self, aws: Aws) -> None:
        """Count every call of these clients from now on."""
        for client in (aws.s3, aws.dynamodb, aws.sqs, aws.kinesis, aws.kms):
            client.meta.events.register("before-parameter-build", self._asked)
            client.meta.events.register("after-call", self._answered)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """What is called within counts for this phase; outside of any, nothing counts."""
        before, self._phase = self._phase, name
        try:
            yield
        finally:
            self._phase = before

    def _asked(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        service, operation = model.service_model.service_name, model.name
        if not self._phase:
            return
        with self._lock:
            self.calls[self._phase, f"{service}.{operation}"] += 1
            for unit, count in _written(service, operation, params):
                self.units[self._phase, unit] += count
            self._stored(service, operation, params)

    def _answered(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if self._phase and model.service_model.service_name == "dynamodb":
            with self._lock:
                self.units[self._phase, "dynamodb.read_unit"] += _read(model.name, parsed)

    def _stored(self, service: str, operation: str, params: Mapping[str, Any]) -> None:
        if operation == "PutObject":
            body = params["Body"]
            size = len(body) if isinstance(body, bytes) else body.seek(0, 2)
            if not isinstance(body, bytes):
                body.seek(0)
            self.stored[_kind_of(params["Key"])] += size
        elif service == "dynamodb" and operation == "PutItem":
            self.stored[params["TableName"]] += item_size(params["Item"])


def _kind_of(key: str) -> str:
    """``journal``, ``archive``, ``log``... of ``t/<tenant>/...``; ``parquet``."""
    parts = key.split("/")
    return parts[2] if parts[0] == "t" else parts[0]


def _written(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if service == "s3":
        yield ("s3.put" if operation.startswith(_PUT) else "s3.get"), 1
    elif service == "sqs":
        yield "sqs.request", 1
    elif service == "kinesis":
        yield "kinesis.put_unit", math.ceil(len(params.get("Data", b"")) / _KINESIS_UNIT)
    elif service == "kms":
        yield ("kms.sign" if operation == "Sign" else "kms.request"), 1
    elif operation == "PutItem":
        yield "dynamodb.write_unit", _write_units(params["Item"])
    elif operation in {"UpdateItem", "DeleteItem"}:
        yield "dynamodb.write_unit", 1
    elif operation == "TransactWriteItems":
        items = [action.get("Put", {}).get("Item", {}) for action in params["TransactItems"]]
        yield "dynamodb.write_unit", 2 * sum(_write_units(item) for item in items)


def _write_units(item: Mapping[str, Any]) -> int:
    """An item with a channel is also written to the index ``timeline``, whole."""
    return math.ceil(max(1, item_size(item)) / _KIB) * (2 if "channel" in item else 1)


def _read(operation: str, parsed: Mapping[str, Any]) -> int:
    """Units of a strongly consistent read."""
    if operation == "GetItem":
        return max(1, math.ceil(item_size(parsed.get("Item", {})) / _READ_UNIT))
    if operation == "Query":
        return max(1, math.ceil(sum(map(item_size, parsed.get("Items", []))) / _READ_UNIT))
    if operation == "BatchGetItem":
        items = [item for table in parsed.get("Responses", {}).values() for item in table]
        return max(1, sum(math.ceil(item_size(item) / _READ_UNIT) for item in items))
    return 0


def item_size(item: Mapping[str, Any]) -> int:
    """Bytes of an item: names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        return len(held) // 2 + 1
    if kind == "B":
        return len(held)
    if kind == "M":
        return 3 + item_size(held)
    if kind == "L":
        return 3 + sum(map(_value_size, held))
    return 1
