"""The week as an archive would hold it: real requests, authenticated and read by the connectors, folded by message."""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infra.local.demo.discord_guild import guild
from infra.local.demo.discord_world import DiscordWorld
from infra.local.demo.plan import Planned
from infra.local.demo.send import other_request
from infra.local.demo.story import read_week
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
    OTHERS,
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
    if planned.platform != "teams":
        return other_request(SENDERS, planned, time.time())
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
    secrets: Mapping[str, Any] = OTHERS.get(platform, {"signingSecret": SIGNING_SECRET})
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


def guild_events() -> list[Event]:
    """The events of the community's server, read twice: as it was at first, and again in the end."""
    world = DiscordWorld(read_week())
    before, after = guild(world, first=True), guild(world, first=False)
    found = []
    for channel in [*after.channels, *after.threads]:
        about = {"guild": world.guild, "channel": channel["id"], "parent": channel.get("parent_id") or ""}
        was, is_now = (each.messages[channel["id"]] for each in (before, after))
        standing = {message["id"]: message for message in is_now}
        absent = ",".join(message["id"] for message in was if message["id"] not in standing)
        changed = ",".join(message["id"] for message in was if standing.get(message["id"], message) != message)
        found += _read(was, about)
        found += _read(is_now, {**about, "read": "again", "absent": absent, "changed": changed})
    return found


def _read(messages: list[dict[str, Any]], context: Mapping[str, str]) -> list[Event]:
    body = json.dumps(messages).encode()
    header = DeliveryHeader(
        tenant_id=TenantId("meridian"),
        connection_id=ConnectionId("c-discord"),
        platform="discord",
        source="poll",
        received_at="2026-03-09T00:00:00.000000Z",
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        context={key: value for key, value in context.items() if value},
    )
    return [observation.event for observation in connector("discord").normalise(Delivery(header=header, body=body))]


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
