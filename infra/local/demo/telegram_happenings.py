"""What happens on Telegram besides messages: members, names, pins, a group that becomes a supergroup.

A join comes twice, as a service message and as a change of a member, as Telegram does it where the bot administers.
Source: https://core.telegram.org/bots/api#message and https://core.telegram.org/bots/api#chatmemberupdated
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from infra.local.demo import ids
from infra.local.demo.plan import Planned
from infra.local.demo.script import Happening
from infra.local.demo.telegram_messages import Told, message_updates
from infra.local.demo.telegram_world import TelegramWorld, announcement_key, second

_FIRST_UPDATE = 884_120_331


def update_deliveries(world: TelegramWorld) -> Iterator[Planned]:
    """Every update of the week, one a request, numbered in the order in which things happened."""
    told = sorted([*message_updates(world), *happening_updates(world)], key=lambda each: each.at)
    for number, each in enumerate(told, _FIRST_UPDATE):
        body = {"update_id": number, each.type: each.value}
        arrives = each.at + each.late
        planned = Planned("telegram", (each.kind,), arrives, each.expects, body=body)
        yield planned
        if each.resent:
            again = arrives + timedelta(seconds=9)
            yield replace(planned, kinds=("repeated delivery",), arrives=again, resent=each.resent)


def happening_updates(world: TelegramWorld) -> Iterator[Told]:
    """Whatever the scenes on Telegram tell besides lines."""
    places = world.week.places_on("telegram")
    for happening in world.week.story.happenings:
        if happening.place in places:
            yield from _TELLERS[happening.event](world, happening)


def _service(world: TelegramWorld, happening: Happening, by: str, **more: Any) -> dict[str, Any]:
    head = {"message_id": world.number(happening.place, announcement_key(happening)), "from": world.user(by)}
    return {**head, "chat": world.chat(happening.place, happening.at), "date": second(happening.at), **more}


def _member(world: TelegramWorld, happening: Happening, by: str, user: dict[str, Any], *change: str) -> dict[str, Any]:
    before, after = ({"user": user, "status": status} for status in change)
    told = {"chat": world.chat(happening.place, happening.at), "from": world.user(by), "date": second(happening.at)}
    return {**told, "old_chat_member": before, "new_chat_member": after}


def _added(world: TelegramWorld, happening: Happening) -> Iterator[Told]:
    value = _member(world, happening, happening.by, world.bot(), "left", "administrator")
    yield Told(happening.at, "membership", ("member.joined",), "my_chat_member", value)


def _connected(world: TelegramWorld, happening: Happening) -> Iterator[Told]:
    user = world.user(happening.by)
    value = {"id": world.connection(happening.place), "user": user, "user_chat_id": user["id"]}
    value |= {"date": second(happening.at), "is_enabled": True}
    yield Told(happening.at, "connection", ("unrecognised",), "business_connection", value)


def _joined(world: TelegramWorld, happening: Happening) -> Iterator[Told]:
    user = world.user(happening.who)
    message = _service(world, happening, happening.by, new_chat_members=[user])
    yield Told(happening.at, "announcement", ("message.created", "member.joined"), "message", message)
    value = _member(world, happening, happening.by, user, "left", "member")
    yield Told(happening.at, "membership", ("member.joined",), "chat_member", value)


def _left(world: TelegramWorld, happening: Happening) -> Iterator[Told]:
    user = world.user(happening.who)
    message = _service(world, happening, happening.who, left_chat_member=user)
    yield Told(happening.at, "announcement", ("message.created", "member.left"), "message", message)
    value = _member(world, happening, happening.who, user, "member", "left")
    yield Told(happening.at, "membership", ("member.left",), "chat_member", value)


def _renamed(world: TelegramWorld, happening: Happening) -> Iterator[Told]:
    title = world.week.firm.places[happening.place].title
    message = _service(world, happening, happening.by, new_chat_title=title)
    yield Told(happening.at, "announcement", ("message.created", "channel.changed"), "message", message)


def _pinned(world: TelegramWorld, happening: Happening) -> Iterator[Told]:
    line = world.week.line(happening.place, happening.text)
    pinned = {**world.message(line, quoted=True), **world.said(line.text)}
    message = _service(world, happening, happening.by, pinned_message=pinned)
    yield Told(happening.at, "announcement", ("message.created",), "message", message)


def _upgraded(world: TelegramWorld, happening: Happening) -> Iterator[Told]:
    """The group announces where it went, the supergroup where it came from: one fact, told by both."""
    old, new = (ids.telegram_chat(happening.place, basic=basic) for basic in (True, False))
    key, expects = announcement_key(happening), ("message.created", "channel.changed")
    before = happening.at - timedelta(microseconds=1)
    date = second(happening.at)
    went = {"message_id": world.number(happening.place, f"went {key}"), "from": world.user(happening.by)}
    went |= {"chat": world.chat(happening.place, before), "date": date, "migrate_to_chat_id": new}
    yield Told(before, "announcement", expects, "message", went)
    chat = world.chat(happening.place, happening.at)
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    came = {"message_id": world.number(happening.place, f"came {key}"), "from": anonymous, "sender_chat": chat}
    came |= {"chat": chat, "date": date, "migrate_from_chat_id": old}
    yield Told(happening.at, "announcement", expects, "message", came)


_TELLERS: dict[str, Callable[[TelegramWorld, Happening], Iterator[Told]]] = {
    "added": _added,
    "connected": _connected,
    "joined": _joined,
    "left": _left,
    "renamed": _renamed,
    "pinned": _pinned,
    "upgraded": _upgraded,
}
