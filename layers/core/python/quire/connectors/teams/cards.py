"""What a card says: the words in the JSON that Teams carries as a string.

https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.json_text import read_json
from quire.connectors.shape import mapping, text
from quire.connectors.teams.html_text import html_text
from quire.domain.errors import MalformedError

_DEEPEST = 40
_WORDS = (
    "title",
    "subtitle",
    "summary",
    "activityTitle",
    "activitySubtitle",
    "activityText",
    "text",
    "label",
    "altText",
)
_SPOKEN = "speak"
_UNSEEN = frozenset({"data", "msteams", "targets", "inlines"})


def card_text(content: object) -> str:
    """The words of a card, a line each, in the order they stand; the string itself where it is no JSON."""
    if not isinstance(content, str):
        return _lines(content)
    try:
        return _lines(read_json(content))
    except MalformedError:
        return _plain(content)


def _lines(card: object) -> str:
    words = dict.fromkeys(line for line in _walk(card, 0) if line)
    spoken = card.get(_SPOKEN) if isinstance(card, dict) else None
    return "\n".join(words) or (spoken if isinstance(spoken, str) else "")


def _walk(node: object, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, depth + 1)
    elif isinstance(node, dict):
        name, value = node.get("title", node.get("name")), node.get("value")
        if isinstance(name, str) and isinstance(value, str) and "type" not in node:
            yield f"{_plain(name)}: {_plain(value)}"
            return
        for key in _WORDS:
            if isinstance(node.get(key), str):
                yield _plain(node[key])
        yield "".join(run if isinstance(run, str) else text(mapping(run).get("text")) for run in _runs(node)).strip()
        for key, inner in node.items():
            if isinstance(inner, dict | list) and key not in _UNSEEN:
                yield from _walk(inner, depth + 1)


def _runs(block: Mapping[str, Any]) -> list[Any]:
    """The runs of a RichTextBlock: strings and ``TextRun`` objects, one line together."""
    runs = block.get("inlines")
    return runs if isinstance(runs, list) else []


def _plain(words: str) -> str:
    return html_text(words) if "<" in words or "&" in words else words.strip()
