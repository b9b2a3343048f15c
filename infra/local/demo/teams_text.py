"""The story's spans as Teams writes them: HTML, mentions beside it.

Source: https://learn.microsoft.com/en-us/graph/api/resources/chatmessage
"""

from html import escape
from typing import Any

from infra.local.demo import ids
from infra.local.demo.markup import Span


def html(spans: list[Span]) -> str:
    """The body of a message; mentions are numbered in their order."""
    mention = iter(range(len(spans)))
    parts = [_marked(span, mention.__next__() if span.kind in {"person", "tag"} else 0) for span in spans]
    return f"<p>{''.join(parts)}</p>"


def mentions(spans: list[Span], names: dict[str, str]) -> list[dict[str, Any]]:
    """The ``mentions`` of a message; ``names`` gives people's display names by key."""
    spoken = [span for span in spans if span.kind in {"person", "tag"}]
    return [_mention(index, span, names) for index, span in enumerate(spoken)]


def is_bare(spans: list[Span]) -> bool:
    """Whether the text could as well be sent as plain text."""
    return all(span.kind == "text" and "\n" not in span.text for span in spans)


def _mention(index: int, span: Span, names: dict[str, str]) -> dict[str, Any]:
    mentioned: dict[str, Any] = {"application": None, "device": None, "conversation": None, "user": None, "tag": None}
    if span.kind == "tag":
        text = span.target
        mentioned["tag"] = {"id": ids.guid("tag", text), "displayName": text}
    else:
        text = names[span.target]
        identity = {"id": ids.guid("user", span.target), "displayName": text, "userIdentityType": "aadUser"}
        mentioned["user"] = identity
    return {"id": index, "mentionText": text, "mentioned": mentioned}


def _marked(span: Span, mention: int) -> str:
    text = escape(span.text, quote=False)
    match span.kind:
        case "person" | "tag":
            return f'<at id="{mention}">{text.removeprefix("@")}</at>'
        case "link":
            return f'<a href="{escape(span.target)}" rel="noreferrer noopener" title="{escape(span.target)}">{text}</a>'
        case "emoji":
            return f'<emoji id="{span.target}" alt="{span.text}" title=""></emoji>'
        case "block":
            return f'</p><codeblock class="Plaintext"><code>{_broken(text)}</code></codeblock><p>'
        case "quote":
            return f"</p><blockquote>{text}</blockquote><p>"
        case "bold" | "italic" | "code":
            tag = {"bold": "strong", "italic": "em", "code": "code"}[span.kind]
            return f"<{tag}>{text}</{tag}>"
        case _:
            return _broken(text)


def _broken(text: str) -> str:
    return text.replace("\n", "<br>")
