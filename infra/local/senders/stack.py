"""The senders of a running stack, from the ``.local/stack.json`` that ``make up`` writes."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.senders.slack import SlackSender
from infra.local.senders.teams import TeamsSender
from infra.local.senders.teams_token import TokenIssuer

DEFAULT_STACK = Path(".local/stack.json")


class StackFileError(ValueError):
    """The stack file is missing, or does not hold what a sender needs."""


@dataclass(frozen=True)
class Senders:
    """The two platforms of one tenant."""

    tenant_id: str
    slack: SlackSender
    teams: TeamsSender


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
