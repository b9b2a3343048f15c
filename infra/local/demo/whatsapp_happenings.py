"""What happens on WhatsApp besides messages: receipts, calls, changed numbers, groups, what is withheld.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from infra.local.demo import ids
from infra.local.demo.plan import Planned
from infra.local.demo.script import Happening
from infra.local.demo.whatsapp_world import WhatsAppWorld, second

Told = Iterator[tuple[str, timedelta, dict[str, Any], tuple[str, ...]]]
"""Label for the summary, how much later, webhook, and the kinds of fact it is."""


def handshake(world: WhatsAppWorld) -> Planned:
    """What Meta asks when the address is entered in the app's settings."""
    return Planned("whatsapp", ("handshake",), world.week.moment("Mon 00:00"), (), challenge="1158201444")


def happening_deliveries(world: WhatsAppWorld) -> Iterator[Planned]:
    """Whatever the scenes on WhatsApp tell besides lines."""
    places = world.week.places_on("whatsapp")
    for happening in world.week.story.happenings:
        if happening.place in places:
            for label, later, body, expects in _TELLERS[happening.event](world, happening):
                yield Planned("whatsapp", (label,), happening.at + later, expects, body=body)


def _told_by_api(world: WhatsAppWorld, happening: Happening) -> Told:
    """A message was sent through the API: its receipts come, its text does not."""
    status: dict[str, Any] = {"id": ids.wamid(f"api {happening.place} {happening.at}")}
    status |= {"recipient_id": world.phone(happening.who), "recipient_user_id": world.user_id(happening.who)}
    for word, seconds in (("sent", 1), ("delivered", 2), ("read", 95)):
        later = timedelta(seconds=seconds)
        told = {**status, "status": word, "timestamp": second(happening.at + later)}
        yield "receipt", later, world.webhook(happening.place, "messages", {"statuses": [told]}), ("unrecognised",)


def _called(world: WhatsAppWorld, happening: Happening) -> Told:
    lasted = timedelta(minutes=happening.minutes)
    call: dict[str, Any] = {"id": ids.wamid(f"call {happening.place} {happening.at}").replace("wamid", "wacid")}
    call |= {"from": world.phone(happening.who), "from_user_id": world.user_id(happening.who)}
    call |= {"to": world.phone(happening.by), "direction": "USER_INITIATED"}
    end = {"status": "COMPLETED", "duration": happening.minutes * 60}
    for event, later, more in (("connect", timedelta(), {}), ("terminate", lasted, end)):
        told = {**call, "event": event, "timestamp": second(happening.at + later), **more}
        value = {"contacts": [world.contact(happening.who)], "calls": [told]}
        yield "call", later, world.webhook(happening.place, "calls", value), ("message.created",)


def _withheld(world: WhatsAppWorld, happening: Happening) -> Told:
    """Something WhatsApp does not hand over: maybe a deletion."""
    native = ids.wamid(f"withheld {happening.place} {happening.at}")
    message = world.message(happening.place, happening.who, native, happening.at)
    error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
    error |= {"error_data": {"details": "Message type is currently not supported."}}
    message |= {"type": "unsupported", "errors": [error]}
    yield "withheld", timedelta(), world.told(happening.place, happening.who, message), ("message.created",)


def _number_changed(world: WhatsAppWorld, happening: Happening) -> Told:
    """A customer has a new number, and with it a new id; ``text`` is the number."""
    who, number = happening.who, happening.text
    native = ids.wamid(f"system {happening.place} {happening.at}")
    message = world.message(happening.place, who, native, happening.at)
    name = world.week.firm.people[who].name
    body = f"{name} changed from {world.phone(who)} to {number.removeprefix('+')}"
    system = {"body": body, "wa_id": number.removeprefix("+"), "user_id": world.user_id(who, number)}
    message |= {"type": "system", "system": {**system, "type": "user_changed_number"}}
    expects = ("message.created", "user.changed", "channel.changed")
    yield "announcement", timedelta(), world.told(happening.place, who, message), expects


def _created(world: WhatsAppWorld, happening: Happening) -> Told:
    change = _group(world, happening, "group_create") | {"request_id": ids.thread_hex(f"request {happening.place}")}
    change |= {"subject": world.week.firm.places[happening.place].title, "invite_link": "https://chat.example/invite"}
    yield "group", timedelta(), _changed(world, happening, "group_lifecycle_update", change), ("channel.changed",)


def _joined(world: WhatsAppWorld, happening: Happening) -> Told:
    change = _group(world, happening, "group_participants_add") | {"reason": "invite_link"}
    change["added_participants"] = [_participant(world, happening.who)]
    yield "membership", timedelta(), _changed(world, happening, "group_participants_update", change), ("member.joined",)


def _left(world: WhatsAppWorld, happening: Happening) -> Told:
    change = _group(world, happening, "group_participants_remove") | {"initiated_by": "participant"}
    change["removed_participants"] = [_participant(world, happening.who)]
    yield "membership", timedelta(), _changed(world, happening, "group_participants_update", change), ("member.left",)


def _group(world: WhatsAppWorld, happening: Happening, kind: str) -> dict[str, Any]:
    return {"timestamp": second(happening.at), "group_id": world.group_id(happening.place), "type": kind}


def _participant(world: WhatsAppWorld, key: str) -> dict[str, str]:
    return {"wa_id": world.phone(key), "user_id": world.user_id(key)}


def _changed(world: WhatsAppWorld, happening: Happening, field: str, change: dict[str, Any]) -> dict[str, Any]:
    return world.webhook(happening.place, field, {"groups": [change]})


_TELLERS: dict[str, Callable[[WhatsAppWorld, Happening], Told]] = {
    "told_by_api": _told_by_api,
    "called": _called,
    "withheld": _withheld,
    "number_changed": _number_changed,
    "created": _created,
    "joined": _joined,
    "left": _left,
}
