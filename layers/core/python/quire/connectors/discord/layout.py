"""Component layouts: text, galleries, files and buttons, as lines and attachments.

https://docs.discord.com/developers/components/reference
"""

from collections.abc import Mapping
from typing import Any

from quire.connectors.discord.snowflake import native
from quire.connectors.shape import mapping, mappings, said, size, text
from quire.domain.events import AttachmentRef

Component = Mapping[str, Any]
_DEEPEST = 10


class Layout:
    """What the components of a message say. Unknown kinds are read for what they hold."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.files: list[AttachmentRef] = []
        self.choices: list[str] = []

    def read(self, components: Any, depth: int = 0) -> None:
        """Read components in order, and those within."""
        for component in mappings(components) if depth < _DEEPEST else ():
            self._component(component)
            self.read(component.get("components"), depth + 1)
            for key in ("component", "accessory"):
                if isinstance(component.get(key), dict):
                    self.read([component[key]], depth + 1)

    def buttons(self) -> AttachmentRef | None:
        """What could be pressed or chosen, so that it can be found."""
        if not self.choices:
            return None
        return AttachmentRef(id="buttons", kind="card", name="buttons", text="\n".join(self.choices))

    def _component(self, component: Component) -> None:
        if text(component.get("content")):
            self.lines.append(text(component.get("content")))
        label, url = text(component.get("label")), text(component.get("url"))
        if label or url:
            self.choices.append(f"{label} ({url})" if label and url else label or url)
        if said(component.get("placeholder")):
            self.choices.append(text(component.get("placeholder")))
        self.choices += [text(each.get("label")) for each in mappings(component.get("options")) if each.get("label")]
        for item in mappings(component.get("items")):
            self._media(item.get("media"), item)
        self._media(component.get("media"), component)
        self._media(component.get("file"), component)

    def _media(self, value: Any, holder: Component) -> None:
        media = mapping(value)
        url = said(media.get("url"))
        if url is None:
            return
        kind = said(media.get("content_type"))
        moving = url.partition("?")[0].endswith((".mp4", ".webm", ".mov"))
        self.files.append(
            AttachmentRef(
                id=native(media.get("attachment_id")) or f"media-{len(self.files) + 1}",
                kind="image" if kind and kind.startswith("image/") and not moving else "file",
                name=said(holder.get("name")) or url.partition("?")[0].rpartition("/")[2] or None,
                content_type=kind,
                size=size(holder.get("size")),
                url=url if url.startswith(("https://", "http://")) else None,
                text=said(holder.get("description")),
            )
        )
