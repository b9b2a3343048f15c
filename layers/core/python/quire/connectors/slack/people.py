"""Who: Slack's people and apps as actors."""

from collections.abc import Mapping
from typing import Any

from quire.connectors.shape import mapping, said, text
from quire.domain.events import Actor

SLACKBOT = "USLACKBOT"
_BOT_SUBTYPES = frozenset({"bot_message", "bot_add", "bot_remove", "slackbot_response"})


def sender(message: Mapping[str, Any], workspace: str, names: Mapping[str, str]) -> Actor | None:
    """Who wrote a message: a person, or an app old (``bot_message``, no user) or new (``bot_id`` beside a user)."""
    user, bot = text(message.get("user")), text(message.get("bot_id"))
    app = mapping(message.get("bot_profile"))
    native = user or bot or text(app.get("id")) or text(message.get("app_id")) or text(message.get("username"))
    if not native:
        return None
    if bot or app or native == SLACKBOT or text(message.get("subtype")) in _BOT_SUBTYPES:
        name = said(message.get("username")) or said(app.get("name")) or names.get(native)
        return Actor(id=native, name=name, type="bot")
    profile = mapping(message.get("user_profile"))
    home = _home(message, profile)
    return Actor(
        id=native,
        name=profile_name(profile) or names.get(native) or said(message.get("username")),
        type="guest" if profile.get("is_restricted") is True or profile.get("is_ultra_restricted") is True else "user",
        workspace=abroad(home, workspace),
    )


def person(native: str, names: Mapping[str, str], home: str | None = None) -> Actor:
    """Someone of whom an event gives the id only."""
    return Actor(
        id=native or "unknown",
        name=names.get(native),
        type="bot" if native == SLACKBOT else "user",
        workspace=home,
    )


def directory_entry(user: Mapping[str, Any], workspace: str) -> Actor:
    """An entry of the directory (a ``user`` object)."""
    profile = mapping(user.get("profile"))
    guest = user.get("is_restricted") is True or user.get("is_ultra_restricted") is True
    home = said(user.get("team_id"))
    return Actor(
        id=text(user.get("id")) or "unknown",
        name=profile_name(profile) or said(user.get("real_name")) or said(user.get("name")),
        type="bot" if user.get("is_bot") is True else "guest" if guest else "user",
        email=said(profile.get("email")),
        workspace=abroad(home, workspace),
    )


def abroad(home: str | None, workspace: str) -> str | None:
    """The workspace a person belongs to, where it is known to be another one."""
    return home if workspace and home != workspace else None


def profile_name(profile: Mapping[str, Any]) -> str | None:
    """The name a person chose, else the real one, else the account's."""
    return said(profile.get("display_name")) or said(profile.get("real_name")) or said(profile.get("name"))


def _home(message: Mapping[str, Any], profile: Mapping[str, Any]) -> str | None:
    return said(message.get("user_team")) or said(message.get("team")) or said(profile.get("team"))
