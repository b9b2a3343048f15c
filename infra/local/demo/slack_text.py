"""The story's spans as Slack writes them: the ``text`` of a message and its ``rich_text`` block.

Source: https://docs.slack.dev/messaging/formatting-message-text and
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from typing import Any

from infra.local.demo import ids
from infra.local.demo.markup import Span


def escape(text: str) -> str:
    """The three characters Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(spans: list[Span]) -> str:
    """The ``text`` of a message."""
    return "".join(_marked(span) for span in spans)


def rich_text(key: str, spans: list[Span]) -> dict[str, Any]:
    """The block Slack's own editor makes of the same text; ``key`` decides its id."""
    elements: list[dict[str, Any]] = []
    section: list[dict[str, Any]] = []
    for span in spans:
        if span.kind in {"block", "quote"}:
            _close(elements, section)
            section = []
            kind = "rich_text_preformatted" if span.kind == "block" else "rich_text_quote"
            elements.append({"type": kind, "elements": [{"type": "text", "text": span.text}]})
        else:
            section.append(_element(span))
    _close(elements, section)
    return {"type": "rich_text", "block_id": ids.slack_id("", key)[-5:], "elements": elements}


def _close(elements: list[dict[str, Any]], section: list[dict[str, Any]]) -> None:
    blank = all(element.get("text") == "\n" for element in section)
    if section and not blank:
        elements.append({"type": "rich_text_section", "elements": section})


def _marked(span: Span) -> str:
    match span.kind:
        case "person":
            return f"<@{ids.slack_id('U', span.target)}>"
        case "everyone":
            return f"<!{span.target}>"
        case "place":
            return f"<#{ids.slack_id('C', span.target)}|{span.text.removeprefix('#')}>"
        case "link":
            return f"<{escape(span.target)}>"
        case "emoji":
            return f":{span.target}:"
        case "quote":
            return f"&gt; {escape(span.text)}"
        case _:
            before, after = _FENCES.get(span.kind, ("", ""))
            return f"{before}{escape(span.text)}{after}"


_FENCES = {"bold": ("*", "*"), "italic": ("_", "_"), "code": ("`", "`"), "block": ("```\n", "\n```")}


def _element(span: Span) -> dict[str, Any]:
    match span.kind:
        case "person":
            return {"type": "user", "user_id": ids.slack_id("U", span.target)}
        case "everyone":
            return {"type": "broadcast", "range": span.target}
        case "place":
            return {"type": "channel", "channel_id": ids.slack_id("C", span.target)}
        case "link":
            return {"type": "link", "url": span.target}
        case "emoji":
            return _emoji(span)
        case "bold" | "italic" | "code":
            return {"type": "text", "text": span.text, "style": {span.kind: True}}
        case _:
            return {"type": "text", "text": span.text}


def _emoji(span: Span) -> dict[str, Any]:
    name, _, tone = span.target.partition("::skin-tone-")
    shown = "-".join(f"{ord(character):x}" for character in span.text)
    element: dict[str, Any] = {"type": "emoji", "name": name, "unicode": shown}
    return {**element, "skin_tone": int(tone)} if tone else element
