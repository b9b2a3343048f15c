"""Microsoft Graph for Teams: the directory, subscriptions and what they send, hosted contents, files in SharePoint.

State::

    {"tenant": id,
     "apps": {client id: {"certificates": [PEM], "permissions"?: […], "consented"?: bool}},
     "users": [user], "teams": [{…, "channels": [channel]}], "chats": [{…, "members": [member]}],
     "hostedContents": {"/chats/…/messages/…/hostedContents/…": file},
     "drive": {address: {"item"?, "bytes"?: file, "status"?}},
     "subscriptions": {id: subscription}, "quota"?, "pageSize"?, "tokenSeconds"?, "clock"?: seconds added to now,
     "generation"?: links to pages of another one have expired}

Actions: ``notify`` {"of": resource, "items": [{"changeType", "resource", "data"?, "type"?, "certificateId"?,
"spoil"?: "signature" | "clientState"}], "times"?}; ``lifecycle`` {"event", "of"?}; ``remove`` {"of"} (and tells so);
``keys`` (the published key set). A file is as :mod:`.served` describes.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tests.simulators.frame import Simulation, State, World, host_of
from tests.simulators.graph_notices import item, key_set, send
from tests.simulators.graph_subscriptions import living, subscriptions
from tests.simulators.microsoft_login import client_of, log_in
from tests.simulators.served import serve

_NEEDED: Mapping[str, str] = {
    "users": "User.Read.All",
    "teams": "Team.ReadBasic.All",
    "channels": "Channel.ReadBasic.All",
    "chats": "Chat.Read.All",
    "shares": "Files.Read.All",
}


def refusal(status: int, code: str) -> web.Response:
    """Graph's way to refuse."""
    return web.json_response({"error": {"code": code, "message": "simulated", "innerError": {}}}, status=status)


async def _answer(request: web.Request, world: World) -> web.StreamResponse:
    host = host_of(request)
    if host == "login.microsoftonline.com":
        return await log_in(request, world, key_set(world))
    if host.endswith(".sharepoint.com"):
        return await _bytes(request, world.state)
    client = client_of(request, world)
    if client is None:
        return refusal(401, "InvalidAuthenticationToken")
    version, _, path = request.path.strip("/").partition("/")
    if version != "v1.0":
        return refusal(404, "BadRequest")
    steps = path.split("/")
    if steps[0] == "subscriptions":
        return await subscriptions(request, world, client, steps[1:])
    if "hostedContents" in steps and steps[-1] == "$value":
        return await _hosted(request, world, client, f"/{path.removesuffix('/$value')}")
    if steps[0] == "shares":
        return await _shared(world, client, steps)
    return _listing(request, world, client, steps)


def allowed(world: World, client: str, permission: str) -> bool:
    """Whether an administrator consented to it; to all where the state names none."""
    given = world.state["apps"].get(client, {}).get("permissions")
    return given is None or permission in given


def _listing(request: web.Request, world: World, client: str, steps: list[str]) -> web.Response:
    state = world.state
    needed = _NEEDED.get(steps[-1])
    if needed is None:
        return refusal(404, "ResourceNotFound")
    if not allowed(world, client, needed):
        return refusal(403, "Forbidden")
    if steps in (["users"], ["teams"]):
        things = [{key: value for key, value in each.items() if key != "channels"} for each in state[steps[0]]]
        if "accountEnabled" in request.query.get("$filter", ""):
            things = [each for each in things if each.get("accountEnabled", True)]
        return _page(request, state, f"$metadata#{steps[0]}", _selected(request, things))
    if len(steps) == 3 and steps[0] == "teams":
        team = next((each for each in state["teams"] if each["id"] == steps[1]), None)
        if team is None:
            return refusal(404, "NotFound")
        channels = [{"membershipType": "standard", **each} for each in team["channels"]]
        return _page(request, state, f"$metadata#teams('{steps[1]}')/channels", channels)
    if len(steps) == 3 and steps[0] == "users":
        if all(each["id"] != steps[1] for each in state["users"]):
            return refusal(404, "Request_ResourceNotFound")
        return _page(request, state, f"$metadata#users('{steps[1]}')/chats", _chats(request, state, steps[1]))
    return refusal(404, "ResourceNotFound")


def _chats(request: web.Request, state: State, user: str) -> list[State]:
    own = [each for each in state["chats"] if any(member.get("userId") == user for member in each["members"])]
    if request.query.get("$expand") == "members":
        return own
    return [{key: value for key, value in each.items() if key != "members"} for each in own]


def _selected(request: web.Request, things: list[State]) -> list[State]:
    wanted = set(filter(None, request.query.get("$select", "").split(",")))
    return [{key: value for key, value in each.items() if not wanted or key in wanted} for each in things]


def _page(request: web.Request, state: State, context: str, things: list[Any]) -> web.Response:
    """``$top`` of the things, with Graph's link to those that follow."""
    generation, _, token = request.query.get("$skiptoken", f"{state.get('generation', 0)}-0").partition("-")
    if generation != str(state.get("generation", 0)):
        return refusal(400, "Directory_ExpiredPageToken")
    start = int(token)
    size = min(int(request.query.get("$top", "100")), int(state.get("pageSize", 1000)))
    shown = things[start : start + size]
    told: State = {"@odata.context": f"https://graph.microsoft.com/v1.0/{context}", "value": shown}
    if start + size < len(things):
        following = request.rel_url.update_query({"$skiptoken": f"{generation}-{start + size}"})
        told["@odata.nextLink"] = f"https://graph.microsoft.com{following}"
    return web.json_response(told)


async def _hosted(request: web.Request, world: World, client: str, path: str) -> web.StreamResponse:
    needed = "Chat.Read.All" if path.startswith("/chats/") else "ChannelMessage.Read.All"
    if not allowed(world, client, needed):
        return refusal(403, "Forbidden")
    file = world.state["hostedContents"].get(unquote(path))
    return await serve(request, file) if file and not file.get("deleted") else refusal(404, "NotFound")


async def _shared(world: World, client: str, steps: list[str]) -> web.StreamResponse:
    """``shares/u!…/driveItem`` and its ``content``, which leads to SharePoint with a key in the address."""
    if not allowed(world, client, _NEEDED["shares"]):
        return refusal(403, "accessDenied")
    coded = steps[1].removeprefix("u!")
    try:
        address = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return refusal(400, "invalidRequest")
    held = world.state["drive"].get(address)
    if held is None or held.get("bytes", {}).get("deleted"):
        return refusal(404, "itemNotFound")
    if held.get("status"):
        return refusal(int(held["status"]), "accessDenied")
    if steps[2:] == ["driveItem"]:
        return web.json_response({"id": "01SIMULATED", "webUrl": address, **held.get("item", {"file": {}})})
    host = address.split("/")[2]
    return web.Response(
        status=302,
        headers={"Location": f"https://{host}/_layouts/15/download.aspx?source={coded}&tempauth=v1.simulated"},
    )


async def _bytes(request: web.Request, state: State) -> web.StreamResponse:
    """SharePoint hands out what a pre-authenticated address names; with a token beside it, as in earnest, nothing."""
    if request.headers.get("Authorization") or request.query.get("tempauth") != "v1.simulated":
        return web.Response(status=401, text="401 UNAUTHORIZED")
    coded = request.query.get("source", "")
    address = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    return await serve(request, state["drive"].get(address, {}).get("bytes"))


def _refuse(kind: str, seconds: float) -> web.Response:
    if kind == "rate_limit":
        answer = refusal(429, "TooManyRequests")
        answer.headers["Retry-After"] = str(max(1, round(seconds)))
        return answer
    if kind == "unauthorised":
        return refusal(401, "InvalidAuthenticationToken")
    return refusal(503, "serviceNotAvailable")


async def _act(action: str, told: Any, world: World) -> Any:
    if action == "keys":
        return key_set(world)
    chosen = [s for s in living(world.state) if told.get("of", s["resource"]) == s["resource"]]
    if action == "notify":
        return {"statuses": [await _notify(world, each, told) for each in chosen for _ in range(told.get("times", 1))]}
    if action == "remove":
        for each in chosen:
            del world.state["subscriptions"][each["id"]]
    if action in {"remove", "lifecycle"}:
        event = "subscriptionRemoved" if action == "remove" else told["event"]
        return {"statuses": [await _tell(world, each, event) for each in chosen]}
    raise web.HTTPNotFound(text=f"no action {action}")


async def _notify(world: World, subscription: State, told: State) -> int:
    items = [item(world, subscription, each) for each in told["items"]]
    for each, made in zip(told["items"], items, strict=True):
        if each.get("spoil") == "clientState":
            made["clientState"] = "another"
    return await send(world, subscription["notificationUrl"], subscription["applicationId"], items)


async def _tell(world: World, subscription: State, event: str) -> int:
    notice = {
        "subscriptionId": subscription["id"],
        "subscriptionExpirationDateTime": subscription["expirationDateTime"],
        "tenantId": world.state["tenant"],
        "clientState": subscription.get("clientState"),
        "lifecycleEvent": event,
        "resource": subscription["resource"],
    }
    url = subscription.get("lifecycleNotificationUrl")
    return await send(world, url, subscription["applicationId"], [notice]) if url else 0


def _empty() -> State:
    return {
        "tenant": "00000000-0000-0000-0000-000000000001",
        "apps": {},
        "users": [],
        "teams": [],
        "chats": [],
        "hostedContents": {},
        "drive": {},
        "subscriptions": {},
    }


SIMULATION = Simulation(
    platform="graph",
    hosts=("graph.microsoft.com", "login.microsoftonline.com", "*.sharepoint.com"),
    answer=_answer,
    empty=_empty,
    refuse=_refuse,
    act=_act,
)
