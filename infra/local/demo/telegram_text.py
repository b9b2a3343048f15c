"""The story's spans as Telegram has them: a plain text, and entities whose offsets count UTF-16 code units.

Source: https://core.telegram.org/bots/api#messageentity
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from infra.local.demo.firm import Firm
from infra.local.demo.markup import Span, parse

_KINDS = {"bold": "bold", "italic": "italic", "code": "code", "block": "pre", "quote": "blockquote", "link": "url"}


def shown(firm: Firm, text: str) -> list[Span]:
    """The spans as a reader sees them: people are mentioned by name, without a sign before it."""
    spans = parse(firm, text)
    return [replace(span, text=span.text.removeprefix("@")) if span.kind == "person" else span for span in spans]


def entities(spans: list[Span], user: Callable[[str], dict[str, Any]]) -> list[dict[str, Any]]:
    """The marks of a text; ``user`` gives the user object of a person mentioned."""
    found: list[dict[str, Any]] = []
    offset = 0
    for span in spans:
        length = len(span.text.encode("utf-16-le")) // 2
        where = {"offset": offset, "length": length}
        if span.kind == "person":
            found.append({"type": "text_mention", **where, "user": user(span.target)})
        elif span.kind in _KINDS:
            found.append({"type": _KINDS[span.kind], **where})
        offset += length
    return found
