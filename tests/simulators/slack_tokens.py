"""Slack's tokens: who a request is from, and how an app comes by them (OAuth's codes, rotation)."""

import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import BasicAuth, web

from tests.simulators.frame import State

Told = Mapping[str, str]
SCOPES: Mapping[str, str] = {
    "users.list": "users:read",
    "users.info": "users:read",
    "conversations.list": "channels:read",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "files.info": "files:read",
    "team.info": "team:read",
}


class RefusedError(Exception):
    """An answer of ``ok: false``."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


def now(state: State) -> float:
    """Seconds since 1970 by the platform's clock, which a test may turn."""
    return time.time() + float(state.get("clock", 0))


def token_of(request: web.Request, state: State, told: Told) -> State:
    """The token a request shows, where it still opens something."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    given = given if kind == "Bearer" else told.get("token", "")
    if not given:
        raise RefusedError("not_authed")
    token: State | None = state["tokens"].get(given)
    if token is None:
        raise RefusedError("invalid_auth")
    if token.get("error"):
        raise RefusedError(token["error"])
    if token.get("expiresAt") is not None and token["expiresAt"] <= now(state):
        raise RefusedError("token_expired")
    return token


def access(request: web.Request, state: State, told: Told) -> State:
    """``oauth.v2.access``: a code, or a refresh token that works once, for a bot token."""
    try:
        given = BasicAuth.decode(request.headers.get("Authorization", ""))
    except ValueError:
        given = BasicAuth(told.get("client_id", ""), told.get("client_secret", ""))
    app = state["apps"].get(given.login)
    if app is None:
        raise RefusedError("invalid_client_id")
    if not hmac.compare_digest(str(app["secret"]), given.password):
        raise RefusedError("bad_client_secret")
    if told.get("grant_type") == "refresh_token":
        if state["refreshTokens"].pop(told.get("refresh_token", ""), None) != given.login:
            raise RefusedError("invalid_refresh_token")
        return {**_issued(state, given.login, app), "team": _team(state), "is_enterprise_install": False}
    code = app.get("codes", {}).pop(told.get("code", ""), None)
    if code is None:
        raise RefusedError("invalid_code")
    if code.get("redirectUri") != told.get("redirect_uri"):
        raise RefusedError("bad_redirect_uri")
    enterprise = bool(code.get("enterprise"))
    return {
        **_issued(state, given.login, app),
        "app_id": "A0SIMULATED",
        "authed_user": {"id": state["users"][0]["id"] if state["users"] else "U0"},
        "bot_user_id": "U0ARCHIVE",
        "team": None if enterprise else _team(state),
        "enterprise": {"id": "E0SIMULATED", "name": "Simulated Holding"} if enterprise else None,
        "is_enterprise_install": enterprise,
    }


def _issued(state: State, client: str, app: State) -> State:
    scopes = list(app.get("scopes", sorted({*SCOPES.values()})))
    if not app.get("rotation"):
        token = f"xoxb-{secrets.token_hex(12)}"
        state["tokens"][token] = {"scopes": scopes}
        return {"access_token": token, "token_type": "bot", "scope": ",".join(scopes)}
    token, refresh = f"xoxe.xoxb-1-{secrets.token_hex(12)}", f"xoxe-1-{secrets.token_hex(12)}"
    seconds = int(state.get("tokenSeconds", 43_200))
    state["tokens"][token] = {"scopes": scopes, "expiresAt": now(state) + seconds}
    state["refreshTokens"][refresh] = client
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(scopes),
        "refresh_token": refresh,
        "expires_in": seconds,
    }


def _team(state: State) -> State:
    return {"id": state["team"]["id"], "name": state["team"]["name"]}
