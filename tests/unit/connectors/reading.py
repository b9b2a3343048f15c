"""Deliveries as the archive reads them: bodies in, events and message states out."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from quire.connectors.registry import connector
from quire.domain.delivery import Delivery, DeliveryHeader
from quire.domain.events import Event, Observation, Unrecognised
from quire.domain.ids import ConnectionId, TenantId
from quire.domain.message import MessageState, message_state

ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "events"
RECEIVED_AT = "2026-03-09T08:00:00.000000Z"


def sample(platform: str, name: str) -> bytes:
    """A sample delivery's bytes."""
    return (EVENTS / platform / f"{name}.json").read_bytes()


def samples(platform: str) -> list[str]:
    """The names of a platform's sample deliveries."""
    return sorted(path.name.removesuffix(".json") for path in (EVENTS / platform).glob("*.json"))


def delivered(
    platform: str,
    body: bytes | Any,
    workspace: str = "",
    context: Mapping[str, str] | None = None,
    opened: Mapping[str, str] | None = None,
) -> Delivery:
    """A delivery as capture hands it on; a body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    header = DeliveryHeader(
        tenant_id=TenantId("meridian"),
        connection_id=ConnectionId("c1"),
        platform=platform,
        source="webhook",
        received_at=RECEIVED_AT,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        workspace_id=workspace,
        context=context or {},
        opened=opened or {},
    )
    return Delivery(header=header, body=content)


def observed(
    platform: str,
    body: bytes | Any,
    workspace: str = "",
    context: Mapping[str, str] | None = None,
    opened: Mapping[str, str] | None = None,
) -> list[Observation]:
    """What the platform's connector reads from a body."""
    return connector(platform).normalise(delivered(platform, body, workspace, context, opened))


def read(
    platform: str,
    body: bytes | Any,
    workspace: str = "",
    context: Mapping[str, str] | None = None,
    opened: Mapping[str, str] | None = None,
) -> list[Event]:
    """The events of a body, each checked to be storable as it is."""
    events = [observation.event for observation in observed(platform, body, workspace, context, opened)]
    for event in events:
        assert_storable(event)
    return events


def only(events: Iterable[Event]) -> Event:
    """The one event there is."""
    found = list(events)
    assert len(found) == 1, [event.kind for event in found]
    return found[0]


def bodies(events: Iterable[Event], kind: str) -> list[Any]:
    """What the events of a kind say."""
    return [event.body for event in events if event.kind == kind]


def states(events: Iterable[Event]) -> list[MessageState]:
    """The messages that events tell of, in the order of their sending."""
    grouped: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.message_id is not None:
            grouped[event.message_id].append(event)
    found = [state for state in map(message_state, grouped.values()) if state is not None]
    return sorted(found, key=lambda state: state.sent_at)


def kinds(events: Iterable[Event]) -> list[str]:
    """The events' kinds; of what is not recognised also the platform's label."""
    return [f"{e.kind} {e.body.type}" if isinstance(e.body, Unrecognised) else e.kind for e in events]


def assert_storable(event: Event) -> None:
    """Canonical JSON without a loss: no floats, no number that JSON may round, only ASCII keys."""
    value = event.as_json()
    _plain(value)
    assert orjson.loads(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)) == value


def _plain(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            assert key.isascii()
            _plain(item)
    elif isinstance(value, list):
        for item in value:
            _plain(item)
    else:
        assert value is None or isinstance(value, str | bool) or (abs(value) < 2**53 and isinstance(value, int)), value
