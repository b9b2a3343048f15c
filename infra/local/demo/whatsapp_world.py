"""The firm as WhatsApp Business knows it: numbers, customers, groups, and the webhook around everything.

A colleague's number is used from the WhatsApp Business app (coexistence), so what the colleague writes is an echo.
Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.local.demo import ids
from infra.local.demo.script import Line
from infra.local.demo.story import Week

_COUNTRIES = {"+971": "AE", "+44": "GB", "+351": "PT", "+34": "ES", "+852": "HK", "+886": "TW"}


@dataclass(frozen=True)
class WhatsAppWorld:
    """Turns keys of the story into WhatsApp's ids and objects."""

    week: Week

    def place_id(self, line: Line) -> str:
        """The conversation of a line, as the archive knows it."""
        return self.conversation(line.place)

    def native(self, line: Line) -> str:
        """The id of a line."""
        return ids.wamid(f"{line.place} {line.key}")

    def actor(self, line: Line, key: str) -> str:
        """Somebody's id, as the archive knows it: the firm's number for a colleague."""
        return self.number_id(line.place) if self.is_ours(key) else self.user_id(key)

    def owner(self, place: str) -> str:
        """The colleague whose number the conversation is with."""
        found = self.week.firm.places[place]
        return found.by or next(member for member in found.members if self.is_ours(member))

    def customer(self, place: str) -> str:
        """The other side of a conversation of two."""
        return next(member for member in self.week.firm.places[place].members if not self.is_ours(member))

    def is_ours(self, key: str) -> bool:
        """Whether it is a colleague."""
        return self.week.firm.people[key].firm == "meridian"

    def is_group(self, place: str) -> bool:
        """Whether the conversation is a group."""
        return self.week.firm.places[place].type == "group"

    def number_id(self, place: str) -> str:
        """Meta's id of the firm's number in a conversation."""
        return ids.digits("phone number", self.owner(place), 15)

    def phone(self, key: str) -> str:
        """A number as WhatsApp's ids have it: digits only."""
        return self.week.firm.people[key].phone.removeprefix("+")

    def user_id(self, key: str, phone: str = "") -> str:
        """The id Meta scopes to the business; a changed number has another."""
        number = phone or self.week.firm.people[key].phone
        country = next(country for prefix, country in _COUNTRIES.items() if number.startswith(prefix))
        return f"{country}.{ids.digits('user', f'{key} {number}', 17)}"

    def group_id(self, place: str) -> str:
        """A group's id."""
        return base64.urlsafe_b64encode(f"group:{ids.digits('group', place, 18)}".encode("ascii")).decode("ascii")

    def conversation(self, place: str) -> str:
        """A conversation's id, as the archive knows it."""
        if self.is_group(place):
            return self.group_id(place)
        return f"{self.number_id(place)}:{self.user_id(self.customer(place))}"

    def contact(self, key: str) -> dict[str, Any]:
        """A customer beside a message."""
        name = self.week.firm.people[key].name
        return {"profile": {"name": name}, "wa_id": self.phone(key), "user_id": self.user_id(key)}

    def message(self, place: str, by: str, native: str, at: datetime) -> dict[str, Any]:
        """The head of a message object: from whom to whom, its id and its time."""
        head: dict[str, Any]
        if self.is_ours(by):
            customer = self.customer(place)
            head = {"from": self.phone(by), "to": self.phone(customer), "to_user_id": self.user_id(customer)}
        else:
            head = {"from": self.phone(by), "from_user_id": self.user_id(by)}
        if self.is_group(place):
            head["group_id"] = self.group_id(place)
        return {**head, "id": native, "timestamp": second(at)}

    def told(self, place: str, by: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """The webhook for a message: of a customer, or an echo of what a colleague typed."""
        if self.is_ours(by):
            value = {"contacts": [self.contact(self.customer(place))], "message_echoes": [message]}
            return self.webhook(place, "smb_message_echoes", value)
        return self.webhook(place, "messages", {"contacts": [self.contact(by)], "messages": [message]})

    def webhook(self, place: str, field: str, value: Mapping[str, Any]) -> dict[str, Any]:
        """What Meta posts."""
        shown = self.phone(self.owner(place))
        metadata = {"display_phone_number": shown, "phone_number_id": self.number_id(place)}
        change = {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": field}
        account = ids.digits("business account", "meridian", 15)
        return {"object": "whatsapp_business_account", "entry": [{"id": account, "changes": [change]}]}


def second(at: datetime) -> str:
    """WhatsApp's times: seconds since 1970, as text."""
    return str(ids.milliseconds(at) // 1000)
