"""The way outward as it is deployed: real buckets and breakers in a table, real TLS, a simulated platform."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from quire.aws.control import Connection
from quire.bootstrap import outbound, sessions
from quire.config import settings
from quire.domain.calls import Call
from quire.domain.errors import BusyError, OutOfReachError, UnavailableError
from quire.domain.ids import ConnectionId, TenantId
from quire.outbound.breaker import FAILURES
from tests.moto_aws import Stack, stack
from tests.simulators.running import Running, running

CONNECTION = Connection(
    tenant_id=TenantId("acme"),
    connection_id=ConnectionId("acme-telegram"),
    platform="telegram",
    name="Bot",
    secret_id="s",
    created_at="2026-01-01T00:00:00Z",
)
ASK = Call("GET", "https://api.telegram.org/bot1:SECRET/getMe", "getMe")


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as made:
        yield made


@pytest.fixture
def aws(simulated: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    cached = (settings, sessions.patient, outbound.surroundings, outbound.leases)
    with stack() as made:
        monkeypatch.setenv("QUIRE_STAGE", "test")
        monkeypatch.setenv("QUIRE_LIMITS_TABLE", "limits")
        monkeypatch.setenv("QUIRE_PLATFORM_GATEWAY", simulated.address)
        monkeypatch.setenv("QUIRE_PLATFORM_CA", str(simulated.certificates.authority))
        for function in cached:
            function.cache_clear()
        yield made
        outbound.surroundings().transport.close()
        for function in cached:
            function.cache_clear()


def rows(aws: Stack) -> set[str]:
    """Kinds of items in the table."""
    return {item["pk"]["S"].split("#")[0] for item in aws.aws.dynamodb.scan(TableName="limits")["Items"]}


def test_calls_are_counted_and_answered(aws: Stack, simulated: Running) -> None:
    outside = outbound.outside(CONNECTION, lambda fresh: "new" if fresh else "old")
    assert outside.send(ASK).status < 500
    assert (outside.token(), outside.token(fresh=True)) == ("old", "new")
    assert rows(aws) == {"BUCKET", "QUOTA"}
    with pytest.raises(OutOfReachError):
        outside.download(Call("GET", "https://169.254.169.254/latest/meta-data", "x"), io.BytesIO(), 10)
    with outbound.leases().held("one", 5) as lease:
        assert lease is not None


def test_an_outage_opens_the_breaker_for_all_workers(aws: Stack, simulated: Running) -> None:
    simulated.fault("telegram", "outage", times=100)
    with pytest.raises(UnavailableError):
        outbound.outside(CONNECTION, lambda _: "t", "backfill").send(ASK)
    outbound.surroundings().transport.close()
    outbound.surroundings.cache_clear()  # another worker
    another = outbound.outside(CONNECTION, lambda _: "t")
    with pytest.raises(UnavailableError):
        another.send(ASK)
    with pytest.raises(BusyError):
        another.send(ASK)
    assert len(simulated.requests("telegram")) == FAILURES
    for item in aws.aws.dynamodb.scan(TableName="limits")["Items"]:
        assert "SECRET" not in str(item)
