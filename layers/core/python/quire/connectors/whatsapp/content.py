"""What a WhatsApp message says: its words, its media, and where it comes from.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any

from quire.connectors.shape import mapping, mappings, said, size, text
from quire.connectors.whatsapp.cards import contact_cards, location, order
from quire.domain.events import AttachmentRef, Content, Forwarded

Message = Mapping[str, Any]

_MEDIA: Mapping[str, str] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
}
_HEX = re.compile(r"[0-9a-fA-F]{64}\Z")
_SHA256_BYTES = 32
_WORDS = ("header", "title", "body", "text", "caption", "name", "question", "description", "footer", "options")
_DEEPEST = 6


def content(message: Message) -> Content:
    """The content of a message, or of the new version that an edit carries."""
    kind = text(message.get("type"))
    part = message.get(kind)
    words = _readers.get(kind, _any_words)(part) if kind not in _MEDIA else text(mapping(part).get("caption"))
    return Content(text=words, attachments=tuple(_attachments(kind, message)))


def is_known(kind: str) -> bool:
    """Whether we know how messages of this type speak."""
    return kind in _MEDIA or kind in _readers


def is_media(kind: str) -> bool:
    """Whether messages of this type carry a file."""
    return kind in _MEDIA


def parent(message: Message) -> str | None:
    """The message that is answered, or whose button was pressed."""
    native = said(mapping(message.get("context")).get("id"))
    return native if native != message.get("id") else None


def _attachments(kind: str, message: Message) -> list[AttachmentRef]:
    found = [_media(kind, mapping(message.get(kind)))] if kind in _MEDIA else []
    context = mapping(message.get("context"))
    if context.get("frequently_forwarded") is True:
        found.append(AttachmentRef(id="forwarded", kind="quote", name="forwarded many times", forwarded=Forwarded()))
    elif context.get("forwarded") is True:
        found.append(AttachmentRef(id="forwarded", kind="quote", name="forwarded", forwarded=Forwarded()))
    product = mapping(context.get("referred_product"))
    if product:
        name = said(product.get("product_retailer_id"))
        found.append(AttachmentRef(id="product", kind="card", name=name, text=said(product.get("catalog_id"))))
    referral = mapping(message.get("referral"))
    if referral:
        found.append(_advertisement(referral))
    return found


def _media(kind: str, media: Mapping[str, Any]) -> AttachmentRef:
    """A file by its media id; the link beside it, where there is one, lives five minutes and needs a token."""
    plain = "voice message" if media.get("voice") is True else _MEDIA[kind]
    return AttachmentRef(
        id=text(media.get("id")) or "unknown",
        kind="image" if kind in {"image", "sticker"} else "file",
        name=said(media.get("filename")) or plain,
        content_type=said(media.get("mime_type")),
        size=size(media.get("file_size")),
        url=said(media.get("url")) or said(media.get("link")),
        sha256=_sha256(media.get("sha256")),
    )


def _sha256(told: object) -> str | None:
    """The hash as hex: WhatsApp gives it in base64, in history also as hex."""
    given = text(told)
    if _HEX.match(given):
        return given.lower()
    try:
        digest = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == _SHA256_BYTES else None


def _advertisement(referral: Mapping[str, Any]) -> AttachmentRef:
    """The advertisement a customer came from."""
    body = said(referral.get("body"))
    return AttachmentRef(
        id=text(referral.get("source_id")) or "referral",
        kind="link",
        name=said(referral.get("headline")) or said(referral.get("source_type")),
        url=said(referral.get("source_url")),
        text=body,
    )


def _body(part: Any) -> str:
    return text(mapping(part).get("body"))


def _button(part: Any) -> str:
    """A quick reply of a template: what its button shows."""
    return text(mapping(part).get("text")) or text(mapping(part).get("payload"))


def _interactive(part: Any) -> str:
    """An answer to buttons, a list, a form or a request; or, in an echo, what was asked."""
    told = mapping(part)
    answer = mapping(told.get(text(told.get("type"))))
    if not answer:
        return _any_words(part)
    lines = [text(answer.get(key)) for key in ("title", "description", "body", "response_json")]
    if "response" in answer:
        lines.append(f"Calls {'allowed' if answer.get('response') == 'accept' else 'not allowed'}")
    return "\n".join(line for line in lines if line) or _any_words(part)


def _any_words(part: Any) -> str:
    """Whatever a part of unknown shape says to people."""
    found: list[str] = []
    _gather(part, found, 0)
    return "\n".join(found)


def _gather(value: Any, found: list[str], depth: int) -> None:
    if isinstance(value, str) and value:
        found.append(value)
    elif depth < _DEEPEST and isinstance(value, dict):
        for key in _WORDS:
            _gather(value.get(key), found, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for item in value:
            _gather(item, found, depth + 1)


def _contacts(part: Any) -> str:
    return contact_cards(mappings(part))


def _nothing(_: Any) -> str:
    return ""


_readers: Mapping[str, Callable[[Any], str]] = {
    "text": _body,
    "button": _button,
    "interactive": _interactive,
    "location": location,
    "contacts": _contacts,
    "order": order,
    "system": _body,
    "request_welcome": _nothing,
    "template": _any_words,
}
