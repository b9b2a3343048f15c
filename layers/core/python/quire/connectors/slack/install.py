"""A person lets the app into a workspace: Slack's page for it, and what the code it hands back is worth.

The state that guards the way there and back is issued, and consumed once, by whoever calls these.
https://docs.slack.dev/authentication/installing-with-oauth
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from quire.connectors.outward import Install, Installed
from quire.connectors.shape import text
from quire.connectors.slack.grant import renewed
from quire.domain.calls import Outside
from quire.domain.errors import ConflictError, MalformedError

if TYPE_CHECKING:
    from slack_sdk.oauth.installation_store import Installation

SCOPES = (
    "channels:history",
    "channels:read",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "mpim:history",
    "mpim:read",
    "reactions:read",
    "files:read",
    "users:read",
    "users:read.email",
    "team:read",
    "conversations.connect:read",
)
"""What the app asks for, each used by a row of the guide."""


def authorize(secrets: Mapping[str, Any], state: str, redirect_uri: str) -> str:
    """The address of Slack's page, where a person allows the app.

    Raises:
        ConflictError: the connection has no client id and secret.
    """
    from slack_sdk.oauth import AuthorizeUrlGenerator

    client_id, _ = _client(secrets)
    made = AuthorizeUrlGenerator(
        client_id=quote(client_id, safe=""), redirect_uri=quote(redirect_uri, safe=""), scopes=SCOPES
    )
    return made.generate(quote(state, safe=""))


def exchange(secrets: Mapping[str, Any], code: str, redirect_uri: str, outside: Outside, now: datetime) -> Installed:
    """The connection's secrets with the bot token that the code stands for, and the workspace's id.

    Raises:
        ConflictError: the connection has no client id and secret, or the app was put into a whole organisation.
        MalformedError: Slack gives nothing for the code (it is old, used, or not for this address).
        UnavailableError: Slack did not answer; the code may be tried again within its ten minutes.
    """
    found = _installation(_client(secrets), code, redirect_uri, outside)
    if found.is_enterprise_install:
        raise ConflictError("the app was put into a whole organisation: install it in one workspace a connection")
    token, workspace = text(found.bot_token), text(found.team_id)
    if not token or not workspace:
        raise MalformedError("the install brought no bot token")
    expires_at = None
    if found.bot_token_expires_at is not None:
        expires_at = now + timedelta(seconds=round(found.bot_token_expires_at - found.installed_at))
    return Installed(renewed(secrets, token, text(found.bot_refresh_token), expires_at), workspace)


def _client(secrets: Mapping[str, Any]) -> tuple[str, str]:
    client_id, client_secret = text(secrets.get("clientId")), text(secrets.get("clientSecret"))
    if not client_id or not client_secret:
        raise ConflictError("the connection has no client ID and client secret of a Slack app")
    return client_id, client_secret


def _installation(client: tuple[str, str], code: str, redirect_uri: str, outside: Outside) -> "Installation":
    """What Slack's own flow makes of the code."""
    from slack_bolt.oauth.oauth_flow import OAuthFlow
    from slack_bolt.oauth.oauth_settings import OAuthSettings
    from slack_sdk.oauth import InstallationStore, OAuthStateStore

    from quire.connectors.slack.web_client import SILENT, OutsideWebClient

    settings = OAuthSettings(
        client_id=client[0],
        client_secret=client[1],
        scopes=SCOPES,
        user_scopes=(),
        redirect_uri=redirect_uri,
        installation_store=InstallationStore(),
        state_store=OAuthStateStore(),
        logger=SILENT,
    )
    found = OAuthFlow(client=OutsideWebClient(outside), logger=SILENT, settings=settings).run_installation(code)
    if found is None:
        raise MalformedError("Slack gives nothing for this code: begin the install again")
    return found


INSTALL = Install(authorize, exchange)
