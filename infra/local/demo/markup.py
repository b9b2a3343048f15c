"""The story's small markup, read into spans that each platform writes its own way.

``@amara`` ``@here`` ``#ops`` ``*bold*`` ``_italic_`` `` `code` `` ``` ```block``` ``` ``https://...`` ``> quote``
and emoji.
"""

import re
from dataclasses import dataclass
from typing import Literal

from infra.local.demo import emoji
from infra.local.demo.firm import Firm

Kind = Literal[
    "text", "bold", "italic", "code", "block", "quote", "link", "person", "tag", "everyone", "place", "emoji"
]
EVERYONE = ("here", "channel", "everyone")

_TOKENS = re.compile(
    r"```\n?(?P<block>.+?)\n?```"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<link>https?://[^\s<>\"]*[^\s<>\".,;:!?)])"
    r"|(?:(?<=\s)|(?<=\A))\*(?P<bold>[^*\n]+)\*(?=\W|\Z)"
    r"|(?:(?<=\s)|(?<=\A))_(?P<italic>[^_\n]+)_(?=\W|\Z)"
    r"|(?m:^)> (?P<quote>[^\n]+)"
    r"|(?<!\w)@(?P<person>\w+)"
    r"|(?<!\w)#(?P<place>[a-z][a-z-]*[a-z])",
    re.DOTALL,
)


@dataclass(frozen=True)
class Span:
    """A stretch of a text; ``text`` is what a reader sees, ``target`` the key, address or Slack name behind it."""

    kind: Kind
    text: str
    target: str = ""


class UnknownMentionError(ValueError):
    """``@somebody`` who does not exist."""


def parse(firm: Firm, text: str) -> list[Span]:
    """The spans of ``text``, in order; together they hold all of it.

    Raises:
        UnknownMentionError: a mention leads nowhere.
        emoji.UnknownEmojiError: an emoji is not listed.
    """
    spans: list[Span] = []
    last = 0
    for token in _TOKENS.finditer(text):
        span = _span(firm, str(token.lastgroup), token[str(token.lastgroup)])
        if span is None:
            continue
        spans.extend(_pictures(text[last : token.start()]))
        spans.append(span)
        last = token.end()
    spans.extend(_pictures(text[last:]))
    return spans


def plain(spans: list[Span]) -> str:
    """The text as a person reads it, markup undone."""
    return "".join(span.text for span in spans)


def _span(firm: Firm, group: str, value: str) -> Span | None:
    match group:
        case "person":
            return _mention(firm, value)
        case "place":
            place = firm.places.get(value)
            return Span("place", f"#{place.title}", value) if place else None
        case "link":
            return Span("link", value, value)
        case "block" | "code" | "bold" | "italic" | "quote":
            return Span(group, value)
        case _:
            raise ValueError(group)


def _mention(firm: Firm, key: str) -> Span:
    if key in firm.people:
        return Span("person", f"@{firm.people[key].name}", key)
    if key in firm.tags:
        return Span("tag", f"@{key}", key)
    if key in EVERYONE:
        return Span("everyone", f"@{key}", key)
    raise UnknownMentionError(f"@{key} is nobody in firm.yaml")


def _pictures(text: str) -> list[Span]:
    spans: list[Span] = []
    last = 0
    for start, end, found in emoji.find(text):
        if start > last:
            spans.append(Span("text", text[last:start]))
        spans.append(Span("emoji", found.characters, found.slack))
        last = end
    if last < len(text):
        spans.append(Span("text", text[last:]))
    return spans
