"""People and conversations as Slack lists them: how each stands now, not what happened to it.

https://docs.slack.dev/reference/methods/users.list
https://docs.slack.dev/reference/methods/conversations.list
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from quire.connectors.seam import Fact
from quire.connectors.shape import mapping, said, text
from quire.connectors.slack.people import directory_entry
from quire.connectors.slack.setting import Setting
from quire.domain.events import ChannelChanged, UserChanged

Entry = Mapping[str, Any]

_MILLISECONDS = 10**11
_WHAT_A_USER_SAYS = ("name", "deleted", "is_bot", "is_restricted", "is_ultra_restricted")
_WHAT_A_PROFILE_SAYS = ("display_name", "real_name", "email", "title")
_WHAT_A_CHANNEL_SAYS = ("name", "is_archived", "is_private", "is_ext_shared", "user")


def listed_facts(entry: Entry, key: str, setting: Setting) -> Iterator[Fact]:
    """The fact of one entry of the list under ``key`` (one of :data:`LISTS`)."""
    if said(entry.get("id")) is None:
        yield setting.unrecognised(entry, "an entry of a list without an id", key)
        return
    yield LISTS[key](entry, setting)


def _user(entry: Entry, setting: Setting) -> Fact:
    """A person or app. Slack tells when the entry changed last; with what it says that tells two states apart."""
    user = directory_entry(entry, setting.workspace)
    change = "deactivated" if entry.get("deleted") is True else "observed"
    says = {key: entry.get(key) for key in _WHAT_A_USER_SAYS}
    profile = mapping(entry.get("profile"))
    says.update({key: profile.get(key) for key in _WHAT_A_PROFILE_SAYS})
    updated = entry.get("updated")
    mark = f"{change}|{_told(updated)}|{_fingerprint(says)}"
    return Fact("user.changed", UserChanged(change=change, user=user), mark, setting.time(updated), subject=user.id)


def _channel(entry: Entry, setting: Setting) -> Fact:
    """A conversation."""
    channel = setting.channel({"channel": entry})
    change = "archived" if entry.get("is_archived") is True else "observed"
    updated = _seconds(entry.get("updated"))
    says = {key: entry.get(key) for key in _WHAT_A_CHANNEL_SAYS}
    mark = f"listed {change}|{_told(updated)}|{_fingerprint(says)}"
    body = ChannelChanged(change=change, channel=channel)
    return Fact("channel.changed", body, mark, setting.time(updated, entry.get("created")), channel=channel.id)


def _seconds(value: object) -> object:
    """Conversations tell their last change in milliseconds, people in seconds."""
    if isinstance(value, int) and not isinstance(value, bool) and value > _MILLISECONDS:
        return f"{value // 1000}.{value % 1000:03d}"
    return value


def _told(value: object) -> str:
    return str(value) if isinstance(value, int | str) else text(value)


def _fingerprint(says: Entry) -> str:
    return hashlib.sha256(orjson.dumps(says, option=orjson.OPT_SORT_KEYS)).hexdigest()


LISTS: Mapping[str, Callable[[Entry, Setting], Fact]] = {"members": _user, "channels": _channel}
"""Where a page holds its entries, and how one reads."""
