"""What a Slack message says: its text, its files, its cards."""

import re
from collections.abc import Mapping
from typing import Any

from quire.connectors.shape import mapping, mappings, said, size, text
from quire.connectors.slack.blocks import complete
from quire.connectors.slack.mrkdwn import Speller, link, unescape
from quire.domain.events import AttachmentRef, Content, Forwarded

_PERMALINK = re.compile(r"/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{10})(?P<rest>\d{6})\b", re.ASCII)
_HIDDEN_MODES = frozenset({"tombstone", "hidden_by_limit", "file_access"})


def content(message: Mapping[str, Any], names: Mapping[str, str]) -> Content:
    """The content of a message, old or new, with what its blocks say beyond its text."""
    source = text(message.get("text"))
    speller = Speller(names)
    told = speller.text(source)
    blocks = message.get("blocks")
    if blocks:
        told = complete(told, blocks, speller)
    attachments = tuple(_attachments(message, names)) if _carries(message) else ()
    return Content(
        text=told,
        source_text=source if source and source != told else None,
        attachments=attachments,
        mentions=speller.mentions,
    )


def _carries(message: Mapping[str, Any]) -> bool:
    return any(message.get(key) for key in ("files", "file", "attachments", "blocks"))


def _attachments(message: Mapping[str, Any], names: Mapping[str, str]) -> list[AttachmentRef]:
    found = [_file(file) for file in mappings(message.get("files"))]
    if not found and isinstance(message.get("file"), dict):
        found = [_file(mapping(message.get("file")))]
    for number, card in enumerate(mappings(message.get("attachments")), 1):
        found.append(_card(card, number, names))
        found.extend(_file(file) for file in mappings(card.get("files")))
    for number, block in enumerate(mappings(message.get("blocks")), 1):
        if block.get("type") == "image":
            found.append(_image_block(block, number))
    return found


def _file(file: Mapping[str, Any]) -> AttachmentRef:
    """A file; a stub (Slack Connect), a deleted or a hidden one is ``unavailable``."""
    gone = text(file.get("mode")) in _HIDDEN_MODES or said(file.get("file_access")) is not None
    media = said(file.get("mimetype"))
    name, title = said(file.get("name")), said(file.get("title"))
    preview = text(file.get("plain_text")) or unescape(text(file.get("preview")))
    shown = "\n".join(part for part in (title if title != name else None, preview) if part)
    return AttachmentRef(
        id=text(file.get("id")) or "unknown",
        kind="unavailable" if gone else "image" if media and media.startswith("image/") else "file",
        name=name or title,
        content_type=media,
        size=size(file.get("size")),
        url=said(file.get("url_private_download")) or said(file.get("url_private")) or said(file.get("permalink")),
        text=shown or None,
    )


def _image_block(block: Mapping[str, Any], number: int) -> AttachmentRef:
    hosted = mapping(block.get("slack_file"))
    return AttachmentRef(
        id=text(hosted.get("id")) or f"block-{text(block.get('block_id')) or number}",
        kind="image",
        name=said(block.get("alt_text")),
        url=said(block.get("image_url")) or said(hosted.get("url")),
    )


def _card(card: Mapping[str, Any], number: int, names: Mapping[str, str]) -> AttachmentRef:
    """A link preview, a card an app made, or another message that was shared."""
    speller = Speller(names)
    page = said(card.get("from_url")) or said(card.get("original_url"))
    shared = card.get("is_msg_unfurl") is True or card.get("is_share") is True
    native = card.get("id")
    return AttachmentRef(
        id=f"attachment-{native if isinstance(native, int | str) and native else number}",
        kind="quote" if shared else "link" if page or card.get("service_name") else "card",
        name=_spelled(card, "title", speller) or said(card.get("service_name")) or said(card.get("author_name")),
        url=page or said(card.get("title_link")) or said(card.get("image_url")),
        text=_card_text(card, speller) or None,
        forwarded=_forwarded(card, page) if shared else None,
    )


def _forwarded(card: Mapping[str, Any], page: str | None) -> Forwarded:
    """Which message was shared. Where its ``ts`` is left out, the address tells it without its point."""
    address = _PERMALINK.search(page or "")
    channel = said(card.get("channel_id")) or (address["channel"] if address else None)
    written = said(card.get("ts")) or (f"{address['seconds']}.{address['rest']}" if address else None)
    return Forwarded(message=written, channel=channel)


def _card_text(card: Mapping[str, Any], speller: Speller) -> str:
    lines = [_spelled(card, key, speller) for key in ("pretext", "author_name", "title", "text")]
    for field in mappings(card.get("fields")):
        title, value = _spelled(field, "title", speller), _spelled(field, "value", speller)
        lines.append(": ".join(part for part in (title, value) if part))
    actions = mappings(card.get("actions"))
    lines.extend(link(text(action.get("url")), _spelled(action, "text", speller)) for action in actions)
    lines.append(_spelled(card, "footer", speller))
    told = "\n".join(dict.fromkeys(line for line in lines if line))
    told = complete(told, card.get("blocks"), speller)
    for shared in mappings(card.get("message_blocks")):
        told = complete(told, mapping(shared.get("message")).get("blocks"), speller)
    return told or _spelled(card, "fallback", speller)


def _spelled(card: Mapping[str, Any], key: str, speller: Speller) -> str:
    return speller.text(text(card.get(key)))
