"""The story's spans as Discord has them: Markdown, people by their ids.

Source: https://docs.discord.com/developers/reference#message-formatting
"""

from collections.abc import Callable

from infra.local.demo.markup import Span

_FENCES = {
    "bold": ("**", "**"),
    "italic": ("*", "*"),
    "code": ("`", "`"),
    "block": ("```\n", "\n```"),
    "quote": ("> ", ""),
}


def markdown(spans: list[Span], user_id: Callable[[str], str]) -> str:
    """The ``content`` of a message."""
    return "".join(_marked(span, user_id) for span in spans)


def _marked(span: Span, user_id: Callable[[str], str]) -> str:
    if span.kind == "person":
        return f"<@{user_id(span.target)}>"
    before, after = _FENCES.get(span.kind, ("", ""))
    return f"{before}{span.text}{after}"
