"""What a Telegram message says: its text, what it shows in other ways, its files."""

from collections.abc import Mapping
from typing import Any

from quire.connectors.shape import mapping, mappings, text
from quire.connectors.telegram import files, words
from quire.connectors.telegram.entities import Spelled, spell
from quire.connectors.telegram.rich import Rich
from quire.domain.events import AttachmentRef, Content, Mention

Message = Mapping[str, Any]

_SPOKEN = ("text", "caption")
KEYS = frozenset({*_SPOKEN, "rich_message", *words.KEYS, *files.KEYS})
"""The keys that make a message more than a notice."""
MARKS = frozenset({"entities", "caption_entities", "reply_markup"})
"""The keys that go with them."""


def content(message: Message) -> Content:
    """The content of a message, first or later version."""
    source, spelled = _spoken(message)
    rich = Rich()
    pieces = [spelled.text, rich.read(message.get("rich_message")), *words.words_of(message)]
    attached: dict[str, AttachmentRef] = {}
    for reference in (*files.files(message), *files.rich_files(rich.media), *files.sources(message)):
        attached.setdefault(reference.id, reference)
    mentions: dict[Mention, None] = dict.fromkeys((*spelled.mentions, *rich.mentions))
    shown = "\n".join(piece for piece in pieces if piece)
    return Content(
        text=shown,
        source_text=source if source and source != shown else None,
        attachments=(*attached.values(), *_buttons(message)),
        mentions=tuple(mentions),
    )


def _spoken(message: Message) -> tuple[str, Spelled]:
    for key in _SPOKEN:
        source = text(message.get(key))
        if source:
            return source, spell(source, message.get("entities" if key == "text" else "caption_entities"))
    return "", Spelled("")


def _buttons(message: Message) -> tuple[AttachmentRef, ...]:
    """What buttons under a message offer, so that it can be found."""
    rows = mapping(message.get("reply_markup")).get("inline_keyboard")
    labels = []
    for row in rows if isinstance(rows, list) else []:
        for button in mappings(row):
            url = text(button.get("url"))
            labels.append(text(button.get("text")) + (f" ({url})" if url else ""))
    if not any(labels):
        return ()
    return (AttachmentRef(id="buttons", kind="card", name="buttons", text="\n".join(labels)),)
