"""What happens on Teams besides messages: channels and chats, members, calls, subscriptions.

System messages come without a sender, their facts in ``eventDetail``.
Source: https://learn.microsoft.com/en-us/graph/system-messages
"""

import base64
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from infra.local.demo import ids
from infra.local.demo.firm import Place
from infra.local.demo.plan import Planned
from infra.local.demo.script import Happening
from infra.local.demo.teams_messages import blank
from infra.local.demo.teams_world import TeamsWorld
from infra.local.senders.teams import Notice

Told = Iterator[tuple[str, Notice, str]]
"""Label for the summary, item, and the kind of fact it is."""

_CHAT_TYPES = {"direct": "oneOnOne", "group": "group", "meeting": "meeting"}


def handshakes(world: TeamsWorld) -> Iterator[Planned]:
    """Graph tries the notification address and the lifecycle address before it makes a subscription."""
    for index, address in enumerate(("notification", "lifecycle")):
        at = world.week.moment("Mon 00:00") + timedelta(seconds=2 + index)
        request = ids.guid("request", address)
        token = f"Validation: Testing client application reachability for subscription Request-Id: {request}"
        yield Planned("teams", ("handshake",), at, (), challenge=token)


def lifecycle_deliveries(world: TeamsWorld) -> Iterator[Planned]:
    """The subscriptions near their end and have to be renewed."""
    notices = tuple(
        world.lifecycle("reauthorizationRequired", topic) for topic in ("messages channels", "messages chats")
    )
    at = world.week.moment("Wed 23:00")
    kinds = ("lifecycle notice",) * len(notices)
    yield Planned("teams", kinds, at, ("unrecognised",) * len(notices), teams=notices, prompt=False)


def place_deliveries(world: TeamsWorld) -> Iterator[Planned]:
    """Every channel and chat, as subscriptions to channels and chats tell of them."""
    places = [place for place in world.week.firm.places.values() if place.on == "teams"]
    for index, place in enumerate(places):
        at = world.week.moment(place.made or "Mon 00:04") + timedelta(seconds=3 * index)
        notice = _place_notice(world, place, place.name, at, "created" if place.made else "updated")
        yield Planned("teams", ("channel",), at, ("channel.changed",), teams=(notice,))


def happening_deliveries(world: TeamsWorld) -> Iterator[Planned]:
    """Whatever the scenes on Teams tell besides lines."""
    places = world.week.places_on("teams")
    for happening in world.week.story.happenings:
        if happening.place in places:
            for label, notice, expects in _TELLERS[happening.event](world, happening):
                yield Planned("teams", (label,), happening.at, (expects,), teams=(notice,))


def _place_notice(world: TeamsWorld, place: Place, name: str, at: datetime, change: str) -> Notice:
    key = place.key
    native = world.conversation(key)
    if not world.is_channel(key):
        members = [_member(world, place, member, named=False) for member in place.members]
        data = {
            "id": native,
            "topic": name or None,
            "createdDateTime": ids.graph_time(at),
            "lastUpdatedDateTime": ids.graph_time(at),
            "chatType": _CHAT_TYPES[place.type],
            "tenantId": world.tenant,
            "members": members,
        }
        return world.notice(key, "", "chat", native, data, change, topic="places")
    data = {
        "id": native,
        "createdDateTime": ids.graph_time(at),
        "displayName": name,
        "description": place.about or None,
        "isFavoriteByDefault": None,
        "email": "",
        "webUrl": f"https://teams.microsoft.com/l/channel/{native}/{name}?groupId={world.team_id(key)}",
        "membershipType": "standard",
        "moderationSettings": None,
    }
    return world.notice(key, "", "channel", native, data, change, topic="places")


def _member(world: TeamsWorld, place: Place, member: str, named: bool = True) -> dict[str, Any]:
    person = world.week.firm.people[member]
    text = f"0##{world.tenant}##{world.conversation(place.key)}##{world.user_id(member)}"
    return {
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "id": base64.b64encode(text.encode("utf-8")).decode("ascii"),
        "roles": ["guest"] if person.kind == "guest" else ["owner"],
        "displayName": person.name if named else None,
        "userId": world.user_id(member),
        "email": world.week.firm.email(person) if named else None,
        "tenantId": world.tenant_of(person.firm),
        "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z",
    }


def _system(world: TeamsWorld, happening: Happening, kind: str, detail: dict[str, Any]) -> Notice:
    """A system message whose facts are ``detail``; they carry the initiator without a name."""
    native = str(ids.milliseconds(happening.at))
    message = blank(world, happening.place, native, happening.at)
    initiator = world.identity(happening.by, named=False)
    message["eventDetail"] = {
        "@odata.type": f"#microsoft.graph.{kind}EventMessageDetail",
        **detail,
        "initiator": initiator,
    }
    return world.notice(happening.place, f"/messages('{native}')", "chatMessage", native, message, "created")


def _joined(world: TeamsWorld, happening: Happening) -> Told:
    place = world.week.firm.places[happening.place]
    member = _member(world, place, happening.who)
    path = f"/members('{member['id']}')"
    yield (
        "membership",
        world.notice(place.key, path, "aadUserConversationMember", member["id"], member, "created", "members"),
        "member.joined",
    )
    added = {
        "members": [world.identity(happening.who)["user"]],
        "visibleHistoryStartDateTime": ids.graph_time(happening.at),
    }
    yield "announcement", _system(world, happening, "membersAdded", added), "message.created"


def _channel_renamed(world: TeamsWorld, happening: Happening) -> Told:
    place = world.week.firm.places[happening.place]
    yield "channel", _place_notice(world, place, happening.name, happening.at, "updated"), "channel.changed"
    detail = {"channelId": world.conversation(place.key), "channelDisplayName": happening.name}
    yield "announcement", _system(world, happening, "channelRenamed", detail), "message.created"


def _chat_renamed(world: TeamsWorld, happening: Happening) -> Told:
    place = world.week.firm.places[happening.place]
    yield "channel", _place_notice(world, place, happening.name, happening.at, "updated"), "channel.changed"
    detail = {"chatId": world.conversation(place.key), "chatDisplayName": happening.name}
    yield "announcement", _system(world, happening, "chatRenamed", detail), "message.created"


def _call(world: TeamsWorld, happening: Happening) -> dict[str, str]:
    meeting = world.week.firm.places[happening.place].type == "meeting"
    kind = "meeting" if meeting else "call"
    return {"callId": ids.guid("call", f"{happening.place} {happening.at:%a}"), "callEventType": kind}


def _call_started(world: TeamsWorld, happening: Happening) -> Told:
    yield "announcement", _system(world, happening, "callStarted", {**_call(world, happening)}), "message.created"


def _call_ended(world: TeamsWorld, happening: Happening) -> Told:
    people = world.week.firm.places[happening.place].members or (happening.by,)
    took_part = [{"participant": world.identity(key, named=False)} for key in people]
    detail = {**_call(world, happening), "callDuration": f"PT{happening.minutes}M", "callParticipants": took_part}
    yield "announcement", _system(world, happening, "callEnded", detail), "message.created"


def _recording(world: TeamsWorld, happening: Happening) -> Told:
    domain = world.week.firm.firms["meridian"].domain
    detail = {
        "callId": _call(world, happening)["callId"],
        "callRecordingDisplayName": happening.name,
        "callRecordingUrl": f"https://{domain}/recordings/{ids.guid('recording', happening.name)}",
        "callRecordingDuration": "PT45M",
        "callRecordingStatus": "success",
        "meetingOrganizer": world.identity(happening.by, named=False),
    }
    yield "announcement", _system(world, happening, "callRecording", detail), "message.created"


def _pinned(world: TeamsWorld, happening: Happening) -> Told:
    """As it comes to subscribers who did not ask for newer kinds: a type nobody can name, and no details."""
    native = str(ids.milliseconds(happening.at))
    message = blank(world, happening.place, native, happening.at) | {"messageType": "unknownFutureValue"}
    path = f"/messages('{native}')"
    yield (
        "announcement",
        world.notice(happening.place, path, "chatMessage", native, message, "created"),
        "message.created",
    )


_TELLERS: dict[str, Callable[[TeamsWorld, Happening], Told]] = {
    "joined": _joined,
    "channel_renamed": _channel_renamed,
    "chat_renamed": _chat_renamed,
    "call_started": _call_started,
    "call_ended": _call_ended,
    "recording": _recording,
    "pinned": _pinned,
}
