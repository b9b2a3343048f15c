"""A connection's bot token: one that lasts, or one that is exchanged every twelve hours.

https://docs.slack.dev/authentication/using-token-rotation
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from quire.connectors.outward import STALE, Token
from quire.connectors.shape import text
from quire.connectors.slack.client import OUTAGES
from quire.domain.calls import Outside
from quire.domain.errors import GrantLostError, UnavailableError

_OF_A_TOKEN = frozenset({"botToken", "refreshToken", "tokenExpiresAt", STALE})
AHEAD = timedelta(hours=2)
"""How long before its end a token is exchanged, as Slack's own rotator does."""


def grant(secrets: Mapping[str, Any], configuration: Mapping[str, Any], outside: Outside, now: datetime) -> Token:
    """The bot token; a rotating one is exchanged two hours before it ends, its refresh token with it.

    Raises:
        GrantLostError: the app is not installed, the one lasting token is refused, or Slack does not know the refresh
            token (it works once).
        UnavailableError: the token has ended, and Slack cannot exchange it just now.
    """
    del configuration
    token, refresh = text(secrets.get("botToken")), text(secrets.get("refreshToken"))
    if not token and not refresh:
        raise GrantLostError("the app is not installed: the connection has no bot token")
    is_stale = token == secrets.get(STALE)
    if not refresh:
        if is_stale:
            raise GrantLostError("Slack refuses the connection's bot token")
        return Token(token)
    expires_at = read_time(secrets.get("tokenExpiresAt"))
    if token and not is_stale and expires_at is not None and expires_at - now > AHEAD:
        return Token(token, expires_at)
    try:
        return _exchanged(secrets, outside, now)
    except UnavailableError:
        if token and not is_stale and expires_at is not None and expires_at > now:
            return Token(token, expires_at)
        raise


def renewed(secrets: Mapping[str, Any], token: str, refresh: str, expires_at: datetime | None) -> dict[str, Any]:
    """The secrets with another bot token in them; what belonged to the one before is gone."""
    kept = {
        name: value for name, value in secrets.items() if name not in {"botToken", "refreshToken", "tokenExpiresAt"}
    }
    kept["botToken"] = token
    if refresh:
        kept["refreshToken"] = refresh
    if expires_at is not None:
        kept["tokenExpiresAt"] = expires_at.isoformat()
    return kept


def read_time(value: object) -> datetime | None:
    """An RFC 3339 time with its offset, or ``None``."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _exchanged(secrets: Mapping[str, Any], outside: Outside, now: datetime) -> Token:
    from slack_sdk.errors import SlackApiError

    from quire.connectors.slack.web_client import OutsideWebClient

    try:
        told = OutsideWebClient(outside).oauth_v2_access(
            client_id=text(secrets.get("clientId")),
            client_secret=text(secrets.get("clientSecret")),
            grant_type="refresh_token",
            refresh_token=text(secrets.get("refreshToken")),
        )
    except SlackApiError as error:
        why = text(error.response.get("error")) or "unknown_error"
        if why in OUTAGES or error.response.status_code >= 500:
            raise UnavailableError(f"Slack cannot exchange the token now: {why}") from error
        raise GrantLostError(f"Slack does not exchange the connection's token: {why}") from error
    token, refresh, seconds = told.get("access_token"), told.get("refresh_token"), told.get("expires_in")
    if not (isinstance(token, str) and token and isinstance(refresh, str) and refresh and isinstance(seconds, int)):
        raise GrantLostError("Slack exchanged the connection's token for none")
    expires_at = now + timedelta(seconds=seconds)
    return Token(token, expires_at, renewed(secrets, token, refresh, expires_at))
