"""Where a Discord object stands: the delivery's server and channel, and whether it came live."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from quire.connectors.discord.people import channel_type
from quire.connectors.discord.snowflake import native
from quire.connectors.seam import Element
from quire.connectors.shape import said, text
from quire.domain.events import ChannelRef, ChannelType

_TYPES: Mapping[str, ChannelType] = {
    "channel": "channel",
    "group": "group",
    "direct": "direct",
    "meeting": "meeting",
}


class Setting(NamedTuple):
    """An object's surroundings. ``live`` tells the gateway and webhooks from pages and single objects."""

    element: Element
    live: bool
    time: str | None = None

    @property
    def now(self) -> str:
        """The delivery's time, where Discord gives an event none."""
        return self.time or self.element.received_at

    def mark(self) -> str:
        """What tells this occurrence from another of the same thing, where Discord gives it no time."""
        return hashlib.sha256(self.element.raw).hexdigest()[:16]

    def channel(self, told: Mapping[str, Any]) -> ChannelRef:
        """The conversation an object names, with what a poller knew of it."""
        known = self.element.known
        identifier = native(told.get("lobby_id")) or native(told.get("channel_id")) or known.get("channel", "")
        is_known = bool(identifier) and identifier == known.get("channel")
        kind = channel_type(told.get("channel_type")) or (
            _TYPES.get(known.get("channel_type", "")) if is_known else None
        )
        if kind is None and "lobby_id" in told:
            kind = "group"
        if kind is None:
            in_server = bool(native(told.get("guild_id")) or known.get("guild"))
            kind = "channel" if in_server else "direct" if self.live else None
        return ChannelRef(
            id=identifier or f"unknown:{self.mark()}",
            name=said(known.get("channel_name")) if is_known else None,
            type=kind,
            parent=(text(known.get("parent")) or None) if is_known else None,
        )
