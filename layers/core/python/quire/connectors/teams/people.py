"""Who: Microsoft Graph's identity sets as actors."""

import re
from collections.abc import Mapping
from typing import Any

from quire.connectors.shape import mapping, said, text
from quire.domain.events import Actor

SYSTEM = Actor(id="system", name="Microsoft Teams", type="system")
_OUTSIDERS = frozenset(
    {
        "anonymousGuest",
        "personalMicrosoftAccountUser",
        "federatedUser",
        "skypeUser",
        "phoneUser",
        "emailUser",
        "azureCommunicationServicesUser",
    }
)
_NO_NAME = re.compile(r"(?:orgid|live|gid):", re.ASCII)


def actor(identity_set: object, workspace: str) -> Actor | None:
    """The user, application or device of a ``from``, ``user`` or ``initiator``; ``None`` where it names nobody."""
    told = mapping(identity_set)
    user = mapping(told.get("user"))
    if user:
        return person(user, workspace)
    application = mapping(told.get("application"))
    if application:
        return Actor(id=text(application.get("id")) or "unknown", name=_name(application), type="bot")
    device = mapping(told.get("device"))
    if device:
        return Actor(id=text(device.get("id")) or "unknown", name=_name(device), type="bot")
    for outsider in (mapping(told.get("guest")), mapping(told.get("phone"))):
        if outsider:
            return Actor(id=text(outsider.get("id")) or "unknown", name=_name(outsider), type="guest")
    return person(told, workspace) if said(told.get("id")) else None


def person(user: Mapping[str, Any], workspace: str) -> Actor:
    """A ``teamworkUserIdentity``; anonymous guests have ids of their own kind."""
    name, home = _name(user), said(user.get("tenantId"))
    guest = text(user.get("userIdentityType")) in _OUTSIDERS or (name is not None and name.endswith("(Guest)"))
    return Actor(
        id=text(user.get("id")) or "unknown",
        name=name,
        type="guest" if guest else "user",
        workspace=home if workspace and home != workspace else None,
    )


def member(entry: Mapping[str, Any], workspace: str) -> Actor:
    """A ``conversationMember``, whose ``id`` names the membership and whose ``userId`` names the person."""
    roles = entry.get("roles")
    home = said(entry.get("tenantId"))
    return Actor(
        id=said(entry.get("userId")) or text(entry.get("id")) or "unknown",
        name=_name(entry),
        type="guest" if isinstance(roles, list) and "guest" in roles else "user",
        email=said(entry.get("email")),
        workspace=home if workspace and home != workspace else None,
    )


def _name(entry: Mapping[str, Any]) -> str | None:
    """The display name, unless old data gives an id in its place."""
    name = said(entry.get("displayName"))
    return None if name is None or _NO_NAME.match(name) else name
