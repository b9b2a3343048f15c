"""The short way to an event's canonical bytes gives what its plain values give."""

import hashlib
from pathlib import Path

import pytest

from quire.archive.entries import entry_of
from quire.connectors.registry import CONNECTORS
from quire.domain.delivery import Delivery, DeliveryHeader
from quire.domain.ids import ConnectionId, TenantId
from quire.evidence.canonical import canonical

EVENTS = Path(__file__).parents[3] / "events"


@pytest.mark.parametrize("platform", sorted(CONNECTORS))
def test_both_ways_give_the_same_bytes(platform: str) -> None:
    samples = sorted((EVENTS / platform).glob("*.json"))
    assert samples
    for sample in samples:
        body = sample.read_bytes()
        header = DeliveryHeader(
            tenant_id=TenantId("acme"),
            connection_id=ConnectionId("one"),
            platform=platform,
            source="webhook",
            received_at="2026-03-02T09:14:06.123456Z",
            sha256=hashlib.sha256(body).hexdigest(),
            size=len(body),
            headers={"x-retry": "1"},
        )
        for observation in CONNECTORS[platform].normalise(Delivery(header=header, body=body)):
            assert entry_of(observation).canonical == canonical(observation.event.as_json()), sample.name
