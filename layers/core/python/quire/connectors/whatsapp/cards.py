"""Places, people and goods that a WhatsApp message shows, in words."""

from collections.abc import Mapping
from typing import Any

from quire.connectors.shape import mapping, mappings, text


def location(part: Any) -> str:
    """A place: its name and address where it has them, always its coordinates."""
    told = mapping(part)
    lines = [text(told.get("name")), text(told.get("address"))]
    lines.append(", ".join(_number(told.get(key)) for key in ("latitude", "longitude") if _number(told.get(key))))
    lines.append(text(told.get("url")))
    return "Location: " + "\n".join(line for line in lines if line)


def contact_cards(cards: list[Mapping[str, Any]]) -> str:
    """Shared contacts, one a line."""
    return "\n".join(f"Contact: {_card(card)}" for card in cards)


def _card(card: Mapping[str, Any]) -> str:
    name = mapping(card.get("name"))
    parts = [text(name.get("formatted_name")) or " ".join(text(name.get(key)) for key in ("first_name", "last_name"))]
    work = mapping(card.get("org"))
    parts += [text(work.get(key)) for key in ("company", "department", "title")]
    parts += [text(phone.get("phone")) or text(phone.get("wa_id")) for phone in mappings(card.get("phones"))]
    parts += [text(email.get("email")) for email in mappings(card.get("emails"))]
    parts += [text(url.get("url")) for url in mappings(card.get("urls"))]
    keys = ("street", "zip", "city", "state", "country")
    parts += [
        " ".join(text(place.get(key)) for key in keys if place.get(key)) for place in mappings(card.get("addresses"))
    ]
    parts.append(text(card.get("birthday")))
    return ", ".join(part for part in parts if part.strip())


def order(part: Any) -> str:
    """What is ordered: the customer's words, then the goods."""
    told = mapping(part)
    lines = [text(told.get("text"))]
    for product in mappings(told.get("product_items")):
        price = " ".join(part for part in (_number(product.get("item_price")), text(product.get("currency"))) if part)
        name = text(product.get("product_retailer_id")) or "?"
        lines.append(f"Order: {_number(product.get('quantity')) or '?'} x {name}" + (f" at {price}" if price else ""))
    return "\n".join(line for line in lines if line) or "Order"


def _number(value: object) -> str:
    """A number as text: events hold no fractions."""
    known = isinstance(value, int | float | str) and not isinstance(value, bool)
    return str(value) if known else ""
