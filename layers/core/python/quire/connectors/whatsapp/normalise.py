"""WhatsApp webhooks to facts.

Identity of a message is (business account, the business's number, ``wamid``): the same whether its customer was known
by a phone number or by a user id, in a webhook or in the history.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from quire.connectors.json_text import Slices, read_json
from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import mapping, mappings, text, unix_time
from quire.connectors.whatsapp.groups import address_facts, call_facts, group_facts
from quire.connectors.whatsapp.items import Item, items
from quire.connectors.whatsapp.messages import message_facts
from quire.domain.delivery import Delivery

_READERS: Mapping[str, Callable[[Mapping[str, Any], Element, Item], Iterator[Fact]]] = {
    "messages": message_facts,
    "message_echoes": message_facts,
    "calls": call_facts,
    "groups": group_facts,
    "state_sync": address_facts,
}
_REASONS: Mapping[str, str] = {
    "statuses": "a receipt for a message the business sent; its text is not in it",
    "user_preferences": "a customer's choice about marketing",
    "errors": "an error of the platform's",
    "history": "why there is no history",
    "account_update": "about the business account",
    "account_review_update": "about the business account",
    "account_alerts": "about the business account",
    "business_capability_update": "about the business account",
    "phone_number_name_update": "about the business's number",
    "phone_number_quality_update": "about the business's number",
    "phone_number_username_update": "about the business's number",
    "message_template_status_update": "about a template, not about a message",
    "message_template_quality_update": "about a template, not about a message",
    "message_template_components_update": "about a template, not about a message",
    "template_category_update": "about a template, not about a message",
}
_LOST = frozenset({"ACCOUNT_DELETED", "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED", "ACCOUNT_OFFBOARDED"})


def split(delivery: Delivery) -> Iterator[Element]:
    """The delivery's parts. The raw of one that came alone is the whole delivery, as it is with most.

    Raises:
        MalformedError: the body is not JSON.
    """
    header, body = delivery.header, delivery.body
    parts = list(items(mapping(read_json(body))))
    slices = Slices(body)
    for part in parts:
        yield Element(
            raw=body if len(parts) == 1 else slices.at(*part.path),
            value=part,
            workspace=header.workspace_id or header.context.get("workspace", "") or part.account,
            received_at=header.received_at,
        )


def read(element: Element) -> Iterator[Fact]:
    """The facts of one part."""
    item: Item = element.value
    reader = _READERS.get(item.kind)
    if reader is None or not isinstance(item.value, dict):
        yield _no_fact(element, item)
        return
    yield from reader(item.value, element, item)


def _no_fact(element: Element, item: Item) -> Fact:
    told = mapping(item.value)
    at = unix_time(told.get("timestamp"), item.time)
    if item.kind == "statuses":
        return unrecognised(element, _REASONS["statuses"], f"status/{text(told.get('status'))}", at)
    if item.kind == "change":
        event = text(mapping(told.get("value")).get("event"))
        label = "/".join(part for part in (item.field, event) if part)
        reason = _REASONS.get(item.field, "no message fact we know")
        return unrecognised(element, f"{reason}: access is lost" if event in _LOST else reason, label, at)
    errors = [told] if item.kind == "errors" else mappings(told.get("errors"))
    codes = [str(error.get("code")) for error in errors if isinstance(error.get("code"), int | str)]
    label = "/".join([item.kind, *codes[:1]])
    return unrecognised(element, _REASONS.get(item.kind, "not an object" if not told else "no webhook"), label, at)
