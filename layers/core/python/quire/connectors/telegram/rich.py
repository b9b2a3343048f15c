"""Rich messages: blocks of text, lists, tables and media, as lines a person reads.

https://core.telegram.org/bots/api#richmessage
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.shape import mapping, mappings, said, text
from quire.connectors.telegram.people import person
from quire.domain.events import Mention

MEDIA = ("animation", "audio", "document", "photo", "video", "voice_note")
_DEEPEST = 40


class Rich:
    """What a rich message says; ``mentions`` and ``media`` are found on the way."""

    def __init__(self) -> None:
        self.mentions: dict[Mention, None] = {}
        self.media: list[Mapping[str, Any]] = []

    def read(self, message: Any) -> str:
        """The lines of all blocks."""
        return "\n".join(line for line in self._blocks(mapping(message).get("blocks"), 0) if line.strip())

    def _blocks(self, blocks: Any, depth: int) -> Iterator[str]:
        for block in mappings(blocks) if depth < _DEEPEST else ():
            yield from self._block(block, depth)

    def _block(self, block: Mapping[str, Any], depth: int) -> Iterator[str]:
        """One block, of whatever kind: its words first, then what it holds."""
        kind = text(block.get("type"))
        for key in ("text", "summary"):
            line = self._text(block.get(key), depth)
            yield f"> {line}" if line and kind in {"expandable_blockquote", "pullquote"} else line
        yield text(block.get("expression"))
        for item in mappings(block.get("items")):
            yield from self._item(item, depth)
        quoted = kind == "blockquote"
        for line in self._blocks(block.get("blocks"), depth + 1):
            yield f"> {line}" if quoted and line else line
        yield from self._rows(block.get("cells"), depth)
        for button in mappings(block.get("buttons")):
            yield f"[{self._text(button.get('text'), depth)}]"
        if kind in MEDIA and block.get(kind):
            self.media.append(block)
        caption = mapping(block.get("caption"))
        yield self._text(caption.get("text"), depth) if caption else self._text(block.get("caption"), depth)
        credit = self._text(caption.get("credit") or block.get("credit"), depth)
        yield f"({credit})" if credit else ""

    def _item(self, item: Mapping[str, Any], depth: int) -> Iterator[str]:
        mark = text(item.get("label")) or "-"
        if item.get("has_checkbox") is True:
            mark = "[x]" if item.get("is_checked") is True else "[ ]"
        for number, line in enumerate(self._blocks(item.get("blocks"), depth + 1)):
            yield f"{mark} {line}" if number == 0 else f"  {line}"

    def _rows(self, rows: Any, depth: int) -> Iterator[str]:
        for row in rows if isinstance(rows, list) else ():
            yield " | ".join(self._text(cell.get("text"), depth) for cell in mappings(row))

    def _text(self, value: Any, depth: int) -> str:
        """Rich text: a string, a list of rich texts, or a style around one."""
        if isinstance(value, str):
            return value
        if depth >= _DEEPEST:
            return ""
        if isinstance(value, list):
            return "".join(self._text(part, depth + 1) for part in value)
        if not isinstance(value, dict):
            return ""
        shown = self._text(value.get("text"), depth + 1)
        shown = shown or text(value.get("alternative_text")) or text(value.get("expression"))
        match value.get("type"):
            case "text_mention":
                user = person(mapping(value.get("user")))
                kind = "bot" if user.type == "bot" else "user"
                self.mentions[Mention(kind=kind, id=user.id, name=user.name or said(shown))] = None
            case "mention" if text(value.get("username")) or len(shown) > 1:
                name = text(value.get("username")) or shown
                self.mentions[Mention(kind="user", name=name.removeprefix("@"))] = None
            case "url" if text(value.get("url")) not in {"", shown}:
                return f"{shown} ({value['url']})"
        return shown
