"""Groups made with the Groups API, calls, and the business's own address book.

https://developers.facebook.com/documentation/business-messaging/whatsapp/groups/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import mapping, mappings, said, text, unix_time
from quire.connectors.whatsapp.items import Item
from quire.connectors.whatsapp.people import business, group_channel, number, parties, scope, someone
from quire.domain.events import Actor, ChannelChanged, Content, Kind, Membership, MessageCreated, Native, UserChanged

Change = Mapping[str, Any]

_CHANGES: Mapping[str, str] = {
    "group_create": "created",
    "group_delete": "deleted",
    "group_suspend": "suspended",
    "group_suspend_cleared": "suspension cleared",
}
_SETTINGS: Mapping[str, str] = {
    "group_subject": "renamed",
    "group_description": "description",
    "profile_picture": "picture",
}
_MEMBERS: tuple[tuple[str, Kind], ...] = (
    ("added_participants", "member.joined"),
    ("removed_participants", "member.left"),
)


def group_facts(change: Change, element: Element, item: Item) -> Iterator[Fact]:
    """What became of a group, its settings or its members; attempts that failed are no facts about it."""
    kind, group, mark = text(change.get("type")), said(change.get("group_id")), text(change.get("timestamp"))
    at = unix_time(change.get("timestamp")) or element.received_at
    if group is None:
        yield unrecognised(element, "a change of a group it does not name", kind, at)
        return
    ours, done = business(item), 0
    if kind in _CHANGES and not change.get("errors"):
        done += 1
        yield _changed(group, said(change.get("subject")), _CHANGES[kind], mark, at, ours)
    for key, what in _SETTINGS.items():
        setting = mapping(change.get(key))
        if setting.get("update_successful") is True:
            done += 1
            subject = said(setting.get("text")) if key == "group_subject" else None
            yield _changed(group, subject, what, mark, at, ours)
    for key, verb in _MEMBERS:
        for participant in mappings(change.get(key)):
            done += 1
            yield _member(participant, group, verb, change, at, item)
    if not done:
        reason = "an attempt that failed" if change.get("errors") else "no change of a group or its members yet"
        yield unrecognised(element, reason, kind, at)


def _changed(group: str, subject: str | None, change: str, mark: str, at: str, ours: Actor) -> Fact:
    body = ChannelChanged(change=change, channel=group_channel(group, subject), by=ours)
    return Fact("channel.changed", body, f"{change}|{mark}", at, subject=ours.id, channel=group)


def _member(participant: Change, group: str, verb: Kind, change: Change, at: str, item: Item) -> Fact:
    phone = number(participant.get("wa_id")) or number(participant.get("input"))
    around = item._replace(contacts=(participant, *item.contacts))
    member = someone(phone, participant.get("user_id"), around)
    by = business(item) if change.get("initiated_by") == "business" else None
    body = Membership(channel=group_channel(group), member=member, by=by)
    mark = f"{member.id}|{text(change.get('timestamp'))}"
    return Fact(verb, body, mark, at, subject=member.id, channel=group)


def call_facts(call: Change, element: Element, item: Item) -> Iterator[Fact]:
    """That a call began or ended; what was said in it nobody hands over."""
    native, event = said(call.get("id")), text(call.get("event"))
    at = unix_time(call.get("timestamp")) or element.received_at
    if native is None or not event:
        yield unrecognised(element, "a call without an id or an event", f"call/{event}", at)
        return
    who = parties(call, item)
    lasted = call.get("duration")
    known = isinstance(lasted, int) and not isinstance(lasted, bool)
    words = {"connect": "Call", "terminate": "Call ended"}.get(event, f"Call: {event}")
    status = text(call.get("status")).lower()
    parts = (f"({status})" if status else "", f"after {lasted} seconds" if known else "")
    body = MessageCreated(
        channel=who.channel,
        native=Native(message=f"{native}/{event}"),
        sender=who.sender,
        content=Content(text=" ".join(part for part in (words, *parts) if part)),
        system="call",
    )
    yield Fact(
        "message.created",
        body,
        "",
        at,
        channel=who.channel.id,
        message=body.native.message,
        within=scope(item),
    )


def address_facts(entry: Change, element: Element, item: Item) -> Iterator[Fact]:
    """An entry of the WhatsApp Business app's address book: the firm's own name for a customer."""
    told, stamp = mapping(entry.get("contact")), mapping(entry.get("metadata")).get("timestamp")
    at = unix_time(stamp) or element.received_at
    phone = number(told.get("phone_number"))
    if not phone and not said(told.get("user_id")):
        yield unrecognised(element, "an entry of the address book without a number", "state_sync", at)
        return
    user = someone(phone, told.get("user_id"), item)
    user = user.model_copy(update={"name": said(told.get("full_name")) or said(told.get("first_name")) or user.name})
    change = {"add": "in the address book", "remove": "removed from the address book"}.get(text(entry.get("action")))
    body = UserChanged(change=change or "address book", user=user)
    mark = f"{text(entry.get('action'))}|{user.name or ''}|{stamp if isinstance(stamp, int | str) else ''}"
    yield Fact("user.changed", body, mark, at, subject=user.id)
