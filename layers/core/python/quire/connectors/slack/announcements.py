"""What Slack's own announcements (messages with a system subtype) say about conversations and their members."""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.seam import Fact
from quire.connectors.shape import said, text
from quire.connectors.slack.people import person
from quire.connectors.slack.setting import Setting
from quire.domain.events import Actor, ChannelChanged, ChannelRef, Kind, Membership

_CHANGES: Mapping[str, str] = {
    "name": "renamed",
    "topic": "topic",
    "purpose": "purpose",
    "archive": "archived",
    "unarchive": "unarchived",
    "convert_to_private": "made private",
    "convert_to_public": "made public",
    "posting_permissions": "posting permissions",
    "canvas_updated": "canvas updated",
}
_JOINED = frozenset({"channel_join", "group_join"})
_LEFT = frozenset({"channel_leave", "group_leave"})


def announced(message: Mapping[str, Any], channel: ChannelRef, actor: Actor, setting: Setting) -> Iterator[Fact]:
    """The fact about the conversation or a member that an announcement carries, where it carries one."""
    subtype, mark = text(message.get("subtype")), text(message.get("ts"))
    at = setting.time(mark)
    if subtype in _JOINED or subtype in _LEFT:
        inviter = said(message.get("inviter"))
        member = Membership(channel=channel, member=actor, by=person(inviter, setting.names) if inviter else None)
        kind: Kind = "member.joined" if subtype in _JOINED else "member.left"
        yield Fact(kind, member, f"{actor.id}|{mark}", at, subject=actor.id, channel=channel.id)
        return
    noun, _, what = subtype.partition("_")
    change = _CHANGES.get(what) if noun in {"channel", "group"} else None
    if change:
        body = ChannelChanged(
            change=change,
            channel=channel.model_copy(update={"name": said(message.get("name")) or channel.name}),
            previous_name=said(message.get("old_name")),
            by=actor,
        )
        yield Fact("channel.changed", body, f"{change}|{mark}", at, subject=actor.id, channel=channel.id)
