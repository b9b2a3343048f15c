"""Teams' own announcements: what they say in words, and the facts they carry about chats, channels and members.

https://learn.microsoft.com/en-us/graph/system-messages
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quire.connectors.seam import Fact
from quire.connectors.shape import mapping, mappings, said, text
from quire.connectors.teams.people import person
from quire.connectors.teams.setting import Setting
from quire.domain.events import Actor, AttachmentRef, ChannelChanged, ChannelRef, Membership

_TYPE = re.compile(r"#?microsoft\.graph\.(\w+?)(?:EventMessageDetail)?\Z")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNKNOWN = "unknownFutureValue"

_SENTENCES: Mapping[str, str] = {
    "membersAdded": "Added {members}",
    "membersDeleted": "Removed {members}",
    "membersJoined": "{members} joined",
    "membersLeft": "{members} left",
    "conversationMemberRoleUpdated": "Changed the role of {member} to {roles}",
    "chatRenamed": "Renamed the chat to “{chatDisplayName}”",
    "channelAdded": "Added the channel “{channelDisplayName}”",
    "channelDeleted": "Deleted the channel “{channelDisplayName}”",
    "channelRenamed": "Renamed the channel to “{channelDisplayName}”",
    "channelDescriptionUpdated": "Changed the channel's description to “{channelDescription}”",
    "teamCreated": "Created the team “{teamName}”",
    "teamRenamed": "Renamed the team to “{teamDisplayName}”",
    "teamDescriptionUpdated": "Changed the team's description to “{teamDescription}”",
    "teamArchived": "Archived the team",
    "teamUnarchived": "Restored the team from the archive",
    "callStarted": "Call started",
    "callEnded": "Call ended {callDuration}",
    "callRecording": "Call recording {callRecordingDisplayName} {callRecordingStatus}",
    "callTranscript": "Call transcript",
    "messagePinned": "Pinned a message",
    "messageUnpinned": "Unpinned a message",
    "teamsAppInstalled": "Installed the app “{teamsAppDisplayName}”",
    "teamsAppRemoved": "Removed the app “{teamsAppDisplayName}”",
    "teamsAppUpgraded": "Upgraded the app “{teamsAppDisplayName}”",
}
_MEMBERSHIPS: Mapping[str, tuple[Any, bool]] = {
    "membersAdded": ("member.joined", True),
    "membersJoined": ("member.joined", False),
    "membersDeleted": ("member.left", True),
    "membersLeft": ("member.left", False),
}
_CHANGES: Mapping[str, str] = {
    "channelAdded": "created",
    "channelDeleted": "deleted",
    "channelRenamed": "renamed",
    "channelDescriptionUpdated": "description",
    "chatRenamed": "renamed",
}


class Announcement(NamedTuple):
    """A system message: Graph's kind of it, in words, and its ``eventDetail``."""

    system: str
    text: str
    told: Mapping[str, Any]
    links: tuple[AttachmentRef, ...]


def announcement(message: Mapping[str, Any]) -> Announcement | None:
    """What a system message says; ``None`` for a message of somebody's own.

    A reader that did not ask for unknown enumeration members is given ``unknownFutureValue`` as the message's type:
    such a message is an announcement when it comes from nobody and says so in its body.
    """
    body = message.get("body")
    source = body if isinstance(body, str) else text(mapping(body).get("content"))
    from_nobody = not any(mapping(message.get("from")).values())
    is_system = message.get("messageType") == "systemEventMessage"
    if not is_system and not (from_nobody and source.startswith("<systemEventMessage")):
        return None
    told = mapping(message.get("eventDetail"))
    found = _TYPE.match(text(told.get("@odata.type")))
    system = found[1] if found else _UNKNOWN
    if not found:  # exports nest the detail under its kind, and list all other kinds as null
        for kind, inner in told.items():
            if kind != "initiator" and isinstance(inner, dict):
                system, told = kind, {**told, **inner}
    return Announcement(system, _sentence(system, told), told, _links(told))


def announced(
    detail: Announcement, channel: ChannelRef, by: Actor, native: str, at: str, setting: Setting
) -> Iterator[Fact]:
    """The facts beside the message itself."""
    told = detail.told
    if detail.system in _MEMBERSHIPS:
        kind, by_another = _MEMBERSHIPS[detail.system]
        for entry in mappings(told.get("members")):
            who = person(entry, setting.workspace)
            body = Membership(channel=channel, member=who, by=by if by_another else None)
            yield Fact(kind, body, f"{who.id}|{native}", at, subject=who.id, channel=channel.id)
    change = _CHANGES.get(detail.system)
    if change:
        about = channel.model_copy(update={"name": said(told.get("chatDisplayName")) or channel.name})
        if detail.system != "chatRenamed":
            other = text(told.get("channelId")) or channel.id
            about = ChannelRef(id=other, name=said(told.get("channelDisplayName")), type="channel")
        changed = ChannelChanged(change=change, channel=about, by=by)
        yield Fact("channel.changed", changed, f"{change}|{native}", at, subject=by.id, channel=about.id)


class _Words(dict[str, str]):
    """Fills a sentence; what the detail does not tell stays out."""

    def __missing__(self, key: str) -> str:
        return ""


def _sentence(system: str, told: Mapping[str, Any]) -> str:
    template = _SENTENCES.get(system)
    if template is None:
        return "System message" if system == _UNKNOWN else _WORD.sub(" ", system).capitalize()
    words = _Words({key: value for key, value in told.items() if isinstance(value, str)})
    words["members"] = ", ".join(_shown(entry) for entry in mappings(told.get("members"))) or "members"
    words["member"] = _shown(mapping(told.get("conversationMemberUser")))
    roles = told.get("conversationMemberRoles")
    words["roles"] = ", ".join(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else ""
    return " ".join(template.format_map(words).split()).replace(" “”", "")


def _shown(entry: Mapping[str, Any]) -> str:
    return said(entry.get("displayName")) or said(entry.get("id")) or "somebody"


def _links(told: Mapping[str, Any]) -> tuple[AttachmentRef, ...]:
    url = said(told.get("callRecordingUrl"))
    if url is None:
        return ()
    return (AttachmentRef(id="recording", kind="link", name=said(told.get("callRecordingDisplayName")), url=url),)
