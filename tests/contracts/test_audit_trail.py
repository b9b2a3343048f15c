"""The audit trail over its table."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from botocore.exceptions import ClientError

from quire.audit.entries import genesis, verify
from quire.audit.trail import AuditTrail
from quire.aws.audit_table import AuditTable
from quire.domain.errors import UnavailableError
from quire.domain.ids import TenantId
from tests.chat import ACME
from tests.moto_aws import Stack, stack
from tests.unit.audit.test_entries import ACT, DAY


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


@pytest.fixture
def table(aws: Stack) -> AuditTable:
    return AuditTable(aws.aws.dynamodb, "audit")


def trail(table: Any) -> AuditTrail:
    return AuditTrail(table, sleep=lambda _: None)


def test_entries_follow_each_other(table: AuditTable) -> None:
    assert table.head(ACME, DAY) is None
    hashes = [trail(table).append(replace(ACT, request_id=f"r-{n}")) for n in range(5)]
    entries = table.entries(ACME, DAY)
    assert [orjson.loads(entry)["request_id"] for entry in entries] == [f"r-{n}" for n in range(5)]
    head = verify(ACME, DAY, entries)
    assert (head.count, head.hash) == table.head(ACME, DAY) == (5, hashes[-1])


def test_days_and_tenants_have_chains_of_their_own(table: AuditTable) -> None:
    globex = TenantId("globex")
    trail(table).append(ACT)
    trail(table).append(replace(ACT, at="2026-03-03T00:00:00.000000Z"))
    trail(table).append(replace(ACT, tenant_id=globex))
    for tenant, day in ((ACME, DAY), (ACME, "2026-03-03"), (globex, DAY)):
        assert verify(tenant, day, table.entries(tenant, day)).count == 1


@pytest.fixture
def _quick_turns() -> Iterator[None]:
    """Threads take turns within an entry's writing, as often as they do on a machine that is busy."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_quick_turns")
def test_writers_at_the_same_time(table: AuditTable) -> None:
    threads = [
        threading.Thread(target=lambda n=n: AuditTrail(table).append(replace(ACT, request_id=f"r-{n}")))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = table.entries(ACME, DAY)
    assert verify(ACME, DAY, entries).count == 6
    assert {orjson.loads(entry)["request_id"] for entry in entries} == {f"r-{n}" for n in range(6)}


class _Contested:
    """Somebody else is always quicker, ``times`` times."""

    def __init__(self, table: AuditTable, times: int) -> None:
        self._table = table
        self._times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def append(self, *args: Any) -> bool:
        if self._times:
            self._times -= 1
            trail(self._table).append(replace(ACT, request_id="the other"))
        return self._table.append(*args)


def test_a_lost_race_is_run_again(table: AuditTable) -> None:
    trail(_Contested(table, 4)).append(ACT)
    assert verify(ACME, DAY, table.entries(ACME, DAY)).count == 5


def test_after_many_lost_races_it_is_told(table: AuditTable) -> None:
    with pytest.raises(UnavailableError):
        trail(_Contested(table, 100)).append(ACT)
    assert not any(orjson.loads(entry)["request_id"] == "r-1" for entry in table.entries(ACME, DAY))


def test_an_entry_is_never_written_without_the_head(
    aws: Stack, table: AuditTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        answer = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}
        raise ClientError(answer, "TransactWriteItems")  # type: ignore[arg-type]

    monkeypatch.setattr(aws.aws.dynamodb, "transact_write_items", refuse)
    with pytest.raises(UnavailableError):
        trail(table).append(ACT)
    assert table.entries(ACME, DAY) == []
    assert genesis(ACME, DAY).count == 0
