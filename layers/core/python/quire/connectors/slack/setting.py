"""Where an event stands: its conversation, and what the delivery around it tells."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import flag, mapping, said, text, unix_time
from quire.domain.events import ChannelRef, ChannelType

# Slack calls private channels "group": like multi-person messages they hold only who was let in.
_TYPES: Mapping[str, ChannelType] = {
    "channel": "channel",
    "C": "channel",
    "group": "group",
    "G": "group",
    "mpim": "group",
    "im": "direct",
    "D": "direct",
    "app_home": "direct",
}


class Setting(NamedTuple):
    """An event's surroundings. ``live`` tells an Events API delivery from a page, an export or a bare event."""

    element: Element
    live: bool
    external: bool | None
    event_id: str | None
    event_time: object

    @property
    def workspace(self) -> str:
        """The workspace all ids are made in."""
        return self.element.workspace

    @property
    def names(self) -> Mapping[str, str]:
        """Names by the platform's ids, where the delivery gives them."""
        return self.element.names

    def time(self, *values: object) -> str:
        """The first of ``values`` that is a time, else the delivery's, else ours."""
        return unix_time(*values, self.event_time) or self.element.received_at

    def unrecognised(self, event: Mapping[str, Any], reason: str, label: object) -> Fact:
        """The event is kept, and told to be no fact about messages that we know."""
        times = (event.get(key) for key in ("event_ts", "ts", "minute_rate_limited"))
        return unrecognised(self.element, reason, label, self.time(*times))

    def revision(self, event: Mapping[str, Any], raw_sha256: str) -> str:
        """What tells this occurrence from another of the same thing: the platform's own mark, else the bytes."""
        own = said(event.get("event_ts")) or said(event.get("ts")) or self.event_id
        if own:
            return own
        time = self.event_time
        return str(time) if isinstance(time, int) and not isinstance(time, bool) else raw_sha256

    def channel(self, event: Mapping[str, Any]) -> ChannelRef:
        """The event's conversation. One the delivery does not name is known by that delivery alone."""
        given = event.get("channel")
        told = mapping(given)
        known = self.element.known
        native = text(given) or text(told.get("id")) or text(event.get("channel_id")) or known.get("channel", "")
        native = native or known["unknown_channel"]
        is_known = native == known.get("channel")
        external = flag(told.get("is_ext_shared"))
        return ChannelRef(
            id=native,
            name=said(told.get("name")) or self.names.get(native) or (known.get("channel_name") if is_known else None),
            type=_type(event, told, native, known.get("channel_type", "") if is_known else ""),
            external=self.external if external is None else external,
        )


def _type(event: Mapping[str, Any], told: Mapping[str, Any], native: str, known: str) -> ChannelType | None:
    named = _TYPES.get(text(event.get("channel_type")) or known)
    if named:
        return named
    if told.get("is_im") is True:
        return "direct"
    if told.get("is_mpim") is True or told.get("is_group") is True or told.get("is_private") is True:
        return "group"
    if told.get("is_channel") is True or told.get("is_private") is False:
        return "channel"
    return "direct" if native.startswith("D") else "group" if native.startswith("G") else None
