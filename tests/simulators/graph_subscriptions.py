"""Microsoft Graph's subscriptions: what they must hold, how long they live, how many there may be."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from tests.simulators.frame import State, World
from tests.simulators.graph_notices import is_here, public_key, shakes_hands
from tests.simulators.microsoft_login import now

_PERMISSIONS: Mapping[str, str] = {
    "/teams/getAllMessages": "ChannelMessage.Read.All",
    "/chats/getAllMessages": "Chat.Read.All",
    "/teams/getAllMembers": "TeamMember.Read.All",
    "/chats/getAllMembers": "ChatMember.Read.All",
    "/teams/getAllChannels": "Channel.ReadBasic.All",
    "/chats": "Chat.Read.All",
    "/teams": "Team.ReadBasic.All",
}
_MOST_MINUTES = 4320
_WITHOUT_NOTICES_MINUTES = 60
_LEEWAY_SECONDS = 60


class RefusedError(Exception):
    """An error answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = web.json_response({"error": {"code": code, "message": message}}, status=status)


def living(state: State) -> list[State]:
    """The subscriptions that have not ended; those that have are gone without a word."""
    at = datetime.fromtimestamp(now(state), UTC)
    for native, each in list(state["subscriptions"].items()):
        if datetime.fromisoformat(each["expirationDateTime"]) <= at:
            del state["subscriptions"][native]
    return list(state["subscriptions"].values())


async def subscriptions(request: web.Request, world: World, client: str, steps: list[str]) -> web.Response:
    """``/subscriptions`` and one of them, as the application ``client`` sees them."""
    own = {each["id"]: each for each in living(world.state) if each["applicationId"] == client}
    try:
        if not steps:
            if request.method == "POST":
                return await _create(world, client, await request.json())
            return web.json_response({"value": [_shown(each) for each in own.values()]})
        if steps[0] not in own:
            raise RefusedError(404, "ResourceNotFound", "The object was not found.")  # noqa: TRY301
        if request.method == "DELETE":
            del world.state["subscriptions"][steps[0]]
            return web.Response(status=204)
        if request.method == "PATCH":
            return _patch(world, client, own[steps[0]], await request.json())
        if request.method == "POST" and steps[1:] == ["reauthorize"]:
            return web.Response(status=200)
        return web.json_response(_shown(own[steps[0]]))
    except RefusedError as refused:
        return refused.answer
    except json.JSONDecodeError:
        return RefusedError(400, "BadRequest", "The body is no JSON.").answer


def _shown(subscription: State) -> State:
    """What can be read back: neither the client state nor the certificate."""
    return {**subscription, "clientState": None, "encryptionCertificate": None}


async def _create(world: World, client: str, told: Any) -> web.Response:
    state = world.state
    _permitted(state, client, told.get("resource"))
    if any(
        (each["resource"], each["changeType"]) == (told["resource"], told.get("changeType"))
        for each in living(state)
        if each["applicationId"] == client
    ):
        raise RefusedError(409, "Conflict", "Subscription already exists for the requested combination")
    if len(living(state)) >= int(state.get("quota", 10_000)):
        raise RefusedError(403, "Forbidden", "The organisation has reached its limit of subscriptions")
    _lives(state, told, told.get("lifecycleNotificationUrl"))
    if told.get("includeResourceData"):
        _encrypts(told)
    if len(str(told.get("clientState", ""))) > 128:
        raise RefusedError(400, "InvalidRequest", "clientState is too long")
    for key in ("notificationUrl", "lifecycleNotificationUrl"):
        url = told.get(key)
        if url is not None and not (_may_be_called(url) and await shakes_hands(url)):
            raise RefusedError(400, "ValidationError", "Subscription validation request failed.")
    native = str(uuid.uuid4())
    state["subscriptions"][native] = {**told, "id": native, "applicationId": client}
    return web.json_response(_shown(state["subscriptions"][native]), status=201)


def _patch(world: World, client: str, subscription: State, told: Any) -> web.Response:
    _permitted(world.state, client, subscription["resource"])
    if set(told) - {"expirationDateTime", "encryptionCertificate", "encryptionCertificateId", "notificationUrl"}:
        raise RefusedError(400, "InvalidRequest", "A property cannot be updated")
    if "expirationDateTime" in told:
        _lives(world.state, told, subscription.get("lifecycleNotificationUrl"))
    if "encryptionCertificate" in told or "encryptionCertificateId" in told:
        _encrypts(told)
    subscription.update(told)
    return web.json_response(_shown(subscription))


def _permitted(state: State, client: str, resource: Any) -> None:
    needed = _PERMISSIONS.get(resource)
    if needed is None:
        raise RefusedError(400, "InvalidRequest", "The resource is not supported")
    given = state["apps"].get(client, {}).get("permissions")
    if given is not None and needed not in given:
        raise RefusedError(403, "Forbidden", "Missing role permissions on the request")


def _lives(state: State, told: Any, notices: object) -> None:
    try:
        end = datetime.fromisoformat(str(told.get("expirationDateTime", "")))
    except ValueError as error:
        raise RefusedError(400, "InvalidRequest", "expirationDateTime is no time") from error
    seconds = end.timestamp() - now(state)
    if not 0 < seconds <= _MOST_MINUTES * 60 + _LEEWAY_SECONDS:
        raise RefusedError(400, "InvalidRequest", "expirationDateTime is beyond 4320 minutes")
    if seconds > _WITHOUT_NOTICES_MINUTES * 60 and not notices:
        raise RefusedError(400, "InvalidRequest", "lifecycleNotificationUrl is required beyond one hour")


def _encrypts(told: Any) -> None:
    if not told.get("encryptionCertificateId") or public_key(str(told.get("encryptionCertificate", ""))) is None:
        raise RefusedError(400, "InvalidRequest", "The encryption certificate is not valid")


def _may_be_called(url: str) -> bool:
    """HTTPS, or this machine."""
    return urlsplit(url).scheme == "https" or is_here(url)
