"""The text of Slack's blocks, and how much of it a message's ``text`` lacks.

https://docs.slack.dev/reference/block-kit/blocks
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from quire.connectors.shape import mappings, text
from quire.connectors.slack.mrkdwn import Speller, link, unescape

_DEEPEST = 24
_NOT_A_WORD = re.compile(r"[\W_]+")
_LONG_ENOUGH = 8  # letters that make a line without word breaks worth comparing as a whole
_BULLET = re.compile(r"\s*(?:•|\d+\.)\s+")
_GENERIC = ("title", "text", "description", "label", "fields", "elements", "alt_text", "hint", "placeholder")

Block = Mapping[str, Any]


def blocks_text(blocks: object, speller: Speller) -> str:
    """What the blocks say, a line each."""
    return "\n".join(line for block in mappings(blocks) if (line := _render(block, speller, 0)))


def complete(told: str, blocks: object, speller: Speller) -> str:
    """``told``, and after it the lines of ``blocks`` that it does not already say (its ``text`` is often a summary)."""
    if _plain_text(blocks) == told:
        return told
    extra = blocks_text(blocks, speller)
    if not extra or extra == told:
        return told
    if not told.strip():
        return extra
    words, letters = _words(told), _letters(told)
    if _letters(extra) == letters:
        return told
    missing = [line for line in extra.split("\n") if not _says(line, told, words, letters)]
    return "\n".join([told, *missing])


def _plain_text(blocks: object) -> str | None:
    """The text of a message that is nothing but plain words, as most are: the short way round rendering it."""
    if not isinstance(blocks, list) or len(blocks) != 1:
        return None
    try:
        (section,) = blocks[0]["elements"]
        if section["type"] != "rich_text_section":
            return None
        pieces = [piece["text"] for piece in section["elements"] if piece["type"] == "text"]
        return "".join(pieces) if len(pieces) == len(section["elements"]) else None
    except (KeyError, TypeError, ValueError):
        return None


def _says(line: str, told: str, words: str, letters: str) -> bool:
    bare = _BULLET.sub("", line, count=1) if _BULLET.match(line) else line
    own = _letters(bare)
    if not own:
        return bare.strip() in told
    return _words(bare) in words or (len(own) >= _LONG_ENOUGH and own in letters)


def _words(line: str) -> str:
    return f" {_NOT_A_WORD.sub(' ', line.casefold()).strip()} "


def _letters(line: str) -> str:
    return _NOT_A_WORD.sub("", line.casefold())


def _render(node: object, speller: Speller, depth: int) -> str:
    if depth > _DEEPEST:
        return ""
    if isinstance(node, str):
        return speller.text(node)
    if isinstance(node, list):
        return "\n".join(line for item in node if (line := _render(item, speller, depth + 1)))
    if not isinstance(node, dict):
        return ""
    block: Block = node
    kind = text(block.get("type"))
    if kind in _WORDS:
        return _WORDS[kind](block)
    if kind in _REFERENCES:
        return _REFERENCES[kind](block, speller)
    if kind in _CONTAINERS:
        return _CONTAINERS[kind](block, speller, depth)
    return "\n".join(line for key in _GENERIC if (line := _render(block.get(key), speller, depth + 1)))


def _children(block: Block, speller: Speller, depth: int) -> Iterator[str]:
    for child in mappings(block.get("elements")):
        yield _render(child, speller, depth + 1)


def _inline(block: Block, speller: Speller, depth: int) -> str:
    parts = [
        text(child.get("text")) if child.get("type") == "text" else _render(child, speller, depth + 1)
        for child in mappings(block.get("elements"))
    ]
    return "".join(parts).strip("\n")


def _rich_text(block: Block, speller: Speller, depth: int) -> str:
    return "\n".join(line for line in _children(block, speller, depth) if line)


def _list(block: Block, speller: Speller, depth: int) -> str:
    ordered = block.get("style") == "ordered"
    indent = block.get("indent")
    margin = "  " * min(indent, 8) if isinstance(indent, int) and indent > 0 else ""
    items = list(_children(block, speller, depth))
    return "\n".join(f"{margin}{f'{n}.' if ordered else '•'} {item}" for n, item in enumerate(items, 1))


def _quote(block: Block, speller: Speller, depth: int) -> str:
    return "\n".join(f"> {line}" for line in _inline(block, speller, depth).split("\n"))


def _row(block: Block, speller: Speller, depth: int) -> str:
    return " | ".join(part for part in _children(block, speller, depth) if part)


def _table(block: Block, speller: Speller, depth: int) -> str:
    rows = block.get("rows")
    lines = [
        " | ".join(_render(cell, speller, depth + 2).replace("\n", " ") for cell in row)
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, list)
    ]
    return "\n".join(lines)


def _image(block: Block, speller: Speller, depth: int) -> str:
    return _render(block.get("title"), speller, depth + 1) or unescape(text(block.get("alt_text")))


_WORDS: Mapping[str, Callable[[Block], str]] = {
    "text": lambda block: text(block.get("text")),  # typed into a rich text element: never escaped
    "raw_text": lambda block: text(block.get("text")),
    "markdown": lambda block: text(block.get("text")),
    "plain_text": lambda block: unescape(text(block.get("text"))),
    "link": lambda block: link(text(block.get("url")), text(block.get("text"))),
    "emoji": lambda block: f":{text(block.get('name'))}:",
    "date": lambda block: text(block.get("fallback")),
    "color": lambda block: text(block.get("value")),
}
_REFERENCES: Mapping[str, Callable[[Block, Speller], str]] = {
    "mrkdwn": lambda block, speller: speller.text(text(block.get("text"))),
    "user": lambda block, speller: speller.user(text(block.get("user_id"))),
    "channel": lambda block, speller: speller.channel(text(block.get("channel_id"))),
    "usergroup": lambda block, speller: speller.group(text(block.get("usergroup_id"))),
    "broadcast": lambda block, speller: speller.everyone(text(block.get("range")) or "here"),
}
_CONTAINERS: Mapping[str, Callable[[Block, Speller, int], str]] = {
    "rich_text": _rich_text,
    "rich_text_section": _inline,
    "rich_text_preformatted": _inline,
    "rich_text_quote": _quote,
    "rich_text_list": _list,
    "context": _row,
    "actions": _row,
    "context_actions": _row,
    "table": _table,
    "image": _image,
}
