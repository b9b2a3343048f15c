"""The senders of a running stack, from the ``.local/stack.json`` that ``make up`` writes."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.senders.courier import POLICIES
from infra.local.senders.discord import DiscordSender
from infra.local.senders.generic import GenericSender
from infra.local.senders.slack import SlackSender
from infra.local.senders.teams import TeamsSender
from infra.local.senders.teams_token import TokenIssuer
from infra.local.senders.telegram import TelegramSender
from infra.local.senders.whatsapp import WhatsAppSender

DEFAULT_STACK = Path(".local/stack.json")


class StackFileError(ValueError):
    """The stack file is missing, or does not hold what a sender needs."""


@dataclass(frozen=True)
class Senders:
    """The platforms of one tenant: Slack and Teams, and of the others those it is connected to."""

    tenant_id: str
    slack: SlackSender
    teams: TeamsSender
    whatsapp: WhatsAppSender | None = None
    telegram: TelegramSender | None = None
    discord: DiscordSender | None = None
    generic: GenericSender | None = None

    @property
    def platforms(self) -> frozenset[str]:
        """Those there is a sender for."""
        return frozenset(name for name in POLICIES if getattr(self, name) is not None)


def read_stack(path: Path = DEFAULT_STACK) -> dict[str, Any]:
    """The stack file.

    Raises:
        StackFileError: there is none, or it is not a JSON object.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise StackFileError(f"{path} is not there: run `make up` first") from error
    except json.JSONDecodeError as error:
        raise StackFileError(f"{path} is not JSON") from error
    if not isinstance(value, dict):
        raise StackFileError(f"{path} is not a JSON object")
    return value


def senders_of(stack: Mapping[str, Any], tenant: str = "") -> Senders:
    """The senders of ``tenant``, or of the first tenant that has both a Slack and a Teams connection.

    Raises:
        StackFileError: no such tenant, or it lacks a connection or one of its secrets.
    """
    entries = [entry for entry in stack.get("tenants", []) if not tenant or entry.get("tenantId") == tenant]
    for entry in entries:
        connections = {item.get("platform"): item for item in entry.get("connections", [])}
        if "slack" in connections and "teams" in connections:
            return Senders(
                tenant_id=str(entry["tenantId"]),
                slack=_slack(connections["slack"]),
                teams=_teams(connections["teams"]),
                whatsapp=_whatsapp(connections["whatsapp"]) if "whatsapp" in connections else None,
                telegram=_telegram(connections["telegram"]) if "telegram" in connections else None,
                discord=_discord(connections["discord"]) if "discord" in connections else None,
                generic=_generic(connections["generic"]) if "generic" in connections else None,
            )
    raise StackFileError(f"no tenant{f' {tenant!r}' if tenant else ''} with a Slack and a Teams connection")


def trust(stack: Mapping[str, Any]) -> ssl.SSLContext:
    """TLS that trusts the stack's own certificate (and, without one named, the usual authorities)."""
    bundle = stack.get("ca_bundle")
    return ssl.create_default_context(cafile=str(bundle) if bundle else None)


def _slack(connection: Mapping[str, Any]) -> SlackSender:
    return SlackSender(_text(connection, "webhookUrl"), _text(_secrets(connection), "signingSecret"))


def _teams(connection: Mapping[str, Any]) -> TeamsSender:
    held = _secrets(connection)
    return TeamsSender(
        url=_text(connection, "webhookUrl"),
        client_state=_text(held, "clientState"),
        certificate_id=_text(held, "certificateId"),
        certificate_pem=_text(held, "certificatePem"),
        issuer=TokenIssuer(
            issuer=_text(held, "issuer"),
            audience=_text(held, "audience"),
            key_pem=_text(held, "tokenKeyPem"),
            key_id=str(held.get("tokenKeyId") or ""),
        ),
    )


def _whatsapp(connection: Mapping[str, Any]) -> WhatsAppSender:
    held = _secrets(connection)
    return WhatsAppSender(_text(connection, "webhookUrl"), _text(held, "appSecret"), _text(held, "verifyToken"))


def _telegram(connection: Mapping[str, Any]) -> TelegramSender:
    return TelegramSender(_text(connection, "webhookUrl"), _text(_secrets(connection), "secretToken"))


def _discord(connection: Mapping[str, Any]) -> DiscordSender:
    return DiscordSender(_text(connection, "webhookUrl"), _text(_secrets(connection), "privateKey"))


def _generic(connection: Mapping[str, Any]) -> GenericSender:
    return GenericSender(_text(connection, "webhookUrl"), _text(_secrets(connection), "signingSecret"))


def _secrets(connection: Mapping[str, Any]) -> Mapping[str, Any]:
    held = connection.get("secrets")
    if not isinstance(held, dict):
        raise StackFileError(f"connection {connection.get('connectionId')} has no secrets")
    return held


def _text(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not value:
        raise StackFileError(f"{name} is missing")
    return value
