"""Events about conversations, their members and the people of a workspace.

https://docs.slack.dev/reference/events
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from quire.connectors.seam import Fact
from quire.connectors.shape import mapping, said, text
from quire.connectors.slack.people import abroad, directory_entry, person
from quire.connectors.slack.setting import Setting
from quire.domain.events import Actor, ChannelChanged, Kind, Membership, UserChanged

Event = Mapping[str, Any]

CHANNEL_CHANGES: Mapping[str, str] = {
    "channel_created": "created",
    "channel_rename": "renamed",
    "channel_archive": "archived",
    "channel_unarchive": "unarchived",
    "channel_deleted": "deleted",
    "channel_shared": "shared",
    "channel_unshared": "unshared",
    "channel_id_changed": "id changed",
    "group_rename": "renamed",
    "group_archive": "archived",
    "group_unarchive": "unarchived",
    "group_deleted": "deleted",
    "im_created": "created",
    "shared_channel_invite_accepted": "shared invite accepted",
    "shared_channel_invite_approved": "shared invite approved",
    "shared_channel_invite_declined": "shared invite declined",
    "shared_channel_invite_received": "shared invite received",
    "shared_channel_invite_requested": "shared invite requested",
}
USER_CHANGES: Mapping[str, str] = {
    "team_join": "joined",
    "user_change": "changed",
    "user_profile_changed": "profile changed",
    "user_status_changed": "status changed",
    "user_huddle_changed": "huddle changed",
}
_BY = ("accepting_user", "approving_user", "declining_user", "actor", "user")


def membership_facts(event: Event, setting: Setting) -> Iterator[Fact]:
    """``member_joined_channel`` and ``member_left_channel``; Slack sends neither for direct messages."""
    native = said(event.get("user"))
    if native is None:
        yield setting.unrecognised(event, "a membership without a member", event.get("type"))
        return
    channel = setting.channel(event)
    inviter = said(event.get("inviter"))
    home = said(event.get("team"))
    body = Membership(
        channel=channel,
        member=person(native, setting.names, abroad(home, setting.workspace)),
        by=person(inviter, setting.names) if inviter else None,
    )
    kind: Kind = "member.joined" if event.get("type") == "member_joined_channel" else "member.left"
    mark = f"{native}|{_revision(event, setting)}"
    yield Fact(kind, body, mark, _time(event, setting), subject=native, channel=channel.id)


def channel_facts(event: Event, setting: Setting) -> Iterator[Fact]:
    """A conversation was made, renamed, archived, shared..., as it stands after."""
    kind = text(event.get("type"))
    change = CHANNEL_CHANGES[kind]
    previous: str | None = None
    about = event
    if kind == "channel_id_changed":
        previous = said(event.get("old_channel_id"))
        about = {"channel": event.get("new_channel_id")}
    elif not said(event.get("channel")) and not mapping(event.get("channel")):
        yield setting.unrecognised(event, "a change of a conversation it does not name", kind)
        return
    channel = setting.channel(about)
    if kind == "channel_shared":
        channel = channel.model_copy(update={"external": True})
    elif kind == "channel_unshared" and isinstance(event.get("is_ext_shared"), bool):
        channel = channel.model_copy(update={"external": event["is_ext_shared"]})
    by = _by(event, setting)
    body = ChannelChanged(change=change, channel=channel, previous_id=previous, by=by)
    mark = f"{change}|{_revision(event, setting)}"
    subject = by.id if by else None
    yield Fact("channel.changed", body, mark, _time(event, setting), subject=subject, channel=channel.id)


def user_facts(event: Event, setting: Setting) -> Iterator[Fact]:
    """An entry of the directory changed, as it stands after."""
    kind = text(event.get("type"))
    user = directory_entry(mapping(event.get("user")), setting.workspace)
    if user.id == "unknown":
        yield setting.unrecognised(event, "a change of a user it does not name", kind)
        return
    change = USER_CHANGES[kind]
    mark = f"{change}|{_revision(event, setting)}"
    at = setting.time(event.get("event_ts"), event.get("cache_ts"))
    yield Fact("user.changed", UserChanged(change=change, user=user), mark, at, subject=user.id)


def _by(event: Event, setting: Setting) -> Actor | None:
    for key in _BY:
        given = event.get(key)
        if isinstance(given, str) and given:
            return person(given, setting.names)
        if isinstance(given, dict) and given:
            return directory_entry(given, setting.workspace)
    creator = said(mapping(event.get("channel")).get("creator"))
    return person(creator, setting.names) if creator and event.get("type") == "channel_created" else None


def _revision(event: Event, setting: Setting) -> str:
    return setting.revision(event, sha256(setting.element.raw).hexdigest())


def _time(event: Event, setting: Setting) -> str:
    created = mapping(event.get("channel")).get("created") if event.get("type") == "channel_created" else None
    return setting.time(event.get("event_ts"), event.get("ts"), created)
