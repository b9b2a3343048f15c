"""Where a Graph resource stands: the ids in its path, and what the delivery around it tells."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from quire.connectors.seam import Element
from quire.connectors.shape import mapping, rfc3339_time, said, text
from quire.domain.events import ChannelRef, ChannelType
from quire.domain.time import NotATimeError, from_unix_milliseconds

_STEP = re.compile(
    r"\b(teams|channels|chats|messages|replies|members)(?:\('([^']*)'\)|/(?![$])([^/()'?]*[^/()'?a-zA-Z][^/()'?]*))"
)
_MILLISECONDS = re.compile(r"[0-9]{12,14}\Z")
_TENANT = re.compile(r"[?&]tenantId=([0-9a-fA-F-]{1,64})")


class Setting(NamedTuple):
    """A resource's surroundings. ``path`` maps ``chats``, ``messages``... to the ids its resource path names.

    ``change`` is a notification's ``changeType`` in lower case; empty where the resource was read, not announced.
    """

    element: Element
    path: Mapping[str, str]
    change: str

    @property
    def workspace(self) -> str:
        """The tenant all ids are made in."""
        return self.element.workspace

    def conversation(self, resource: Mapping[str, Any]) -> ChannelRef:
        """The chat or channel of a message or member. One nobody names is known by its delivery alone."""
        known = self.element.known
        told = mapping(resource.get("channelIdentity"))
        native = (
            said(resource.get("chatId"))
            or said(told.get("channelId"))
            or self.path.get("chats")
            or self.path.get("channels")
            or known.get("chat")
            or known.get("channel")
            or known["unknown_channel"]
        )
        is_known = native in {known.get("chat"), known.get("channel")}
        return ChannelRef(
            id=native, name=known.get("channel_name") if is_known else None, type=conversation_type(native)
        )

    def time(self, native: str | None, *values: object) -> str:
        """The first of ``values`` that is a time, else the one in the message's id, else ours."""
        told = rfc3339_time(*values)
        if told is None and native is not None and _MILLISECONDS.match(native):
            try:
                told = from_unix_milliseconds(int(native))
            except NotATimeError:
                told = None
        return told or self.element.received_at


def conversation_type(native: str) -> ChannelType | None:
    """What kind of conversation an id names."""
    if native.startswith("19:meeting_"):
        return "meeting"
    if native.endswith("@unq.gbl.spaces") or native.startswith("48:"):
        return "direct"
    if native.endswith("@thread.v2"):
        return "group"
    if native.endswith(("@thread.tacv2", "@thread.skype")):
        return "channel"
    return None


def path_ids(path: object) -> dict[str, str]:
    """The ids a resource path names: ``chats('19:…')/messages('1')`` or ``/chats/19:…/messages/1``."""
    found: dict[str, str] = {}
    for name, quoted, plain in _STEP.findall(unquote(text(path))):
        if quoted or plain:
            found.setdefault(name, quoted or plain)
    return found


def tenant_in(address: object) -> str:
    """The tenant a Teams address names, or ``""``."""
    found = _TENANT.search(text(address))
    return found[1] if found else ""
