"""Who: the business's number, and its customers by the id Meta scopes to the business, else by their number.

People with a username may have no number in a webhook, and a number may pass to somebody else, so the id comes first:
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from quire.connectors.shape import mapping, said, text
from quire.connectors.whatsapp.items import Item
from quire.domain.events import Actor, ChannelRef

_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]*\Z")
_UNKNOWN = "unknown"


class Parties(NamedTuple):
    """A message's sender, the customer it is to or from, and the conversation they have."""

    sender: Actor
    customer: Actor
    channel: ChannelRef


def number(value: object) -> str:
    """A phone number's digits; anything else as it stands."""
    given = text(value).strip()
    return re.sub(r"[^0-9]", "", given) if _NUMBER.match(given) else given


def scope(item: Item) -> str:
    """The business's number, within which the ids of messages are unique."""
    return text(item.metadata.get("phone_number_id")) or number(item.metadata.get("display_phone_number"))


def parties(message: Mapping[str, Any], item: Item) -> Parties:
    """Who wrote a message to whom: a customer, or the business itself (an echo, or its side of the history)."""
    ours = business(item)
    from_us = item.kind == "message_echoes" or _is_ours(message.get("from"), item)
    if from_us:
        told = [value for value in (message.get("to"), item.thread) if number(value) and not _is_ours(value, item)]
        phone = number(told[0] if told else "" if _is_ours(message.get("from"), item) else message.get("from"))
        customer = someone(phone, message.get("to_user_id"), item)
    else:
        customer = someone(number(message.get("from")), message.get("from_user_id"), item)
    group = said(message.get("group_id"))
    channel = group_channel(group) if group else direct_channel(customer, item)
    return Parties(ours if from_us else customer, customer, channel)


def business(item: Item) -> Actor:
    """The business's number, as somebody in the firm uses it."""
    shown = number(item.metadata.get("display_phone_number"))
    return Actor(id=scope(item) or _UNKNOWN, name=_phone(shown) or None)


def someone(phone: str, user_id: object, item: Item) -> Actor:
    """A customer, with the name the delivery gives. Without a number the delivery's only contact is meant."""
    contact = _contact(phone, text(user_id), item)
    native = text(user_id) or text(contact.get("user_id")) or phone or number(contact.get("wa_id"))
    profile = mapping(contact.get("profile"))
    name = said(profile.get("name")) or said(profile.get("username")) or said(contact.get("username"))
    return Actor(id=native or _UNKNOWN, name=name)


def direct_channel(customer: Actor, item: Item) -> ChannelRef:
    """The conversation of one of the business's numbers with a customer, named after both name and number."""
    phone = number(_contact(customer.id, customer.id, item).get("wa_id"))
    phone = phone or (customer.id if _NUMBER.match(customer.id) else "")
    names = [part for part in (customer.name, _phone(phone)) if part]
    name = f"{names[0]} ({names[1]})" if len(names) > 1 else names[0] if names else None
    return ChannelRef(id=f"{scope(item)}:{customer.id}", name=name, type="direct", external=True)


def group_channel(native: str, subject: str | None = None) -> ChannelRef:
    """A group made with the Groups API."""
    return ChannelRef(id=native, name=subject, type="group", external=True)


def _contact(phone: str, user_id: str, item: Item) -> Mapping[str, Any]:
    for contact in item.contacts:
        if user_id and contact.get("user_id") == user_id:
            return contact
    for contact in item.contacts:
        if phone and number(contact.get("wa_id")) == phone:
            return contact
    alone = len(item.contacts) == 1 and not item.thread and item.kind in {"messages", "message_echoes", "calls"}
    # A sender's number and WhatsApp id may differ in their digits; a webhook with one contact is about that one.
    return item.contacts[0] if alone and not user_id else {}


def _is_ours(value: object, item: Item) -> bool:
    given = number(value)
    return bool(given) and given in {scope(item), number(item.metadata.get("display_phone_number"))}


def _phone(digits: str) -> str:
    return f"+{digits}" if digits.isdigit() else digits
