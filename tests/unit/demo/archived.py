"""The week as an archive would hold it: real requests, authenticated and read by the connectors, folded by message."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infra.local.demo.plan import Planned
from infra.local.senders.outgoing import Outgoing
from infra.local.senders.slack import Retry, encode
from quire.connectors.registry import connector
from quire.domain.delivery import Accepted, Challenge, Delivery, DeliveryHeader, WebhookRequest
from quire.domain.events import Event, Observation
from quire.domain.ids import ConnectionId, TenantId
from quire.domain.message import MessageState, message_state
from tests.unit.senders.material import (
    AUDIENCE,
    CERTIFICATE_ID,
    CLIENT_STATE,
    ISSUER,
    SIGNING_SECRET,
    material,
    pem,
    senders,
)

SENDERS = senders()


def request_of(planned: Planned) -> Outgoing:
    """The request the platform would make."""
    if planned.slack is not None:
        retry = Retry(1, planned.resent) if planned.resent else None
        return SENDERS.slack.request(encode(planned.slack), time.time(), retry)
    if planned.challenge:
        return SENDERS.teams.handshake(planned.challenge)
    return SENDERS.teams.request(SENDERS.teams.body(planned.teams, time.time()))


def admitted(platform: str, outgoing: Outgoing) -> Accepted | Challenge:
    """What the platform's connector says to a request."""
    request = WebhookRequest(
        headers={name.lower(): value for name, value in outgoing.headers.items()},
        query=dict(parse_qsl(urlsplit(outgoing.url).query)),
        body=outgoing.body,
    )
    held = material()
    secrets: dict[str, Any] = {"signingSecret": SIGNING_SECRET}
    configuration: dict[str, Any] = {}
    if platform == "teams":
        secrets = {"clientState": CLIENT_STATE, "certificates": {CERTIFICATE_ID: pem(held.content_key)}}
        configuration = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": held.key_set}
    return connector(platform).authenticate(request, secrets, configuration, time.time())


def observed(planned: Planned) -> list[Observation]:
    """What the connector reads from a delivery; nothing from a handshake."""
    outgoing = request_of(planned)
    answer = admitted(planned.platform, outgoing)
    if isinstance(answer, Challenge):
        return []
    header = DeliveryHeader(
        tenant_id=TenantId("meridian"),
        connection_id=ConnectionId(f"c-{planned.platform}"),
        platform=planned.platform,
        source="webhook",
        received_at="2026-03-09T00:00:00.000000Z",
        sha256=hashlib.sha256(outgoing.body).hexdigest(),
        size=len(outgoing.body),
        headers=answer.headers,
        opened=answer.opened,
    )
    return connector(planned.platform).normalise(Delivery(header=header, body=outgoing.body))


def events_of(week: Iterable[Planned]) -> list[Event]:
    """All events of the week's deliveries, repeated ones included."""
    return [observation.event for planned in week for observation in observed(planned)]


def states_of(events: Iterable[Event]) -> list[MessageState]:
    """The messages the events tell of."""
    grouped: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.message_id is not None:
            grouped[event.message_id].append(event)
    return [state for state in map(message_state, grouped.values()) if state is not None]
