"""Discord's message text with its references spelled out.

https://docs.discord.com/developers/reference#message-formatting
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from quire.connectors.discord.people import person
from quire.connectors.discord.snowflake import native
from quire.connectors.shape import mapping, mappings, said, text
from quire.domain.events import Mention
from quire.domain.time import NotATimeError, from_unix

_REFERENCE = re.compile(
    r"<(?:@!?(?P<user>\d{1,20})|@&(?P<role>\d{1,20})|#(?P<channel>\d{1,20})|a?:(?P<emoji>\w{1,64}):\d{1,20}"
    r"|t:(?P<time>-?\d{1,15})(?::[a-zA-Z])?|/(?P<command>[^<>:\n]{1,100}):\d{1,20})>",
    re.ASCII,
)
_EVERYONE = re.compile(r"@(everyone|here)\b")


class Speller:
    """Spells out references with the names a message gives, and remembers who was addressed."""

    def __init__(self, message: Mapping[str, Any]) -> None:
        self._users = {}
        for user in mappings(message.get("mentions")):
            who = person(user, mapping(user.get("member")))
            self._users[who.id] = who
        channels = [*mappings(message.get("mention_channels")), mapping(message.get("thread"))]
        self._channels = {native(each.get("id")): said(each.get("name")) for each in channels}
        self._roles = {native(each.get("id")): said(each.get("name")) for each in mappings(message.get("roles"))}
        self._mentions: dict[tuple[str, str | None], Mention] = {}

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Who was addressed, in order, once each."""
        return tuple(self._mentions.values())

    def text(self, source: str) -> str:
        """``source`` with its references spelled out."""
        return _REFERENCE.sub(self._spelled, source) if "<" in source else source

    def addressed(self, message: Mapping[str, Any], source: str) -> None:
        """Remember who a message addresses beyond what stands in its text."""
        if message.get("mention_everyone") is True:
            for name in _EVERYONE.findall(source) or ["everyone"]:
                self._mentions.setdefault(("everyone", name), Mention(kind="everyone", name=name))
        for who in self._users.values():
            kind: Literal["bot", "user"] = "bot" if who.type == "bot" else "user"
            self._mentions.setdefault(("user", who.id), Mention(kind=kind, id=who.id, name=who.name))
        roles = message.get("mention_roles")
        for role in roles if isinstance(roles, list) else []:
            if native(role):
                self._mentions.setdefault(("group", role), Mention(kind="group", id=role, name=self._roles.get(role)))

    def _spelled(self, found: re.Match[str]) -> str:
        user, role, channel, emoji = found["user"], found["role"], found["channel"], found["emoji"]
        if user:
            who = self._users.get(user)
            kind: Literal["bot", "user"] = "bot" if who and who.type == "bot" else "user"
            self._mentions.setdefault(("user", user), Mention(kind=kind, id=user, name=who.name if who else None))
            return f"@{(who.name if who else None) or user}"
        if role:
            self._mentions.setdefault(("group", role), Mention(kind="group", id=role, name=self._roles.get(role)))
            return f"@{self._roles.get(role) or role}"
        if channel:
            name = self._channels.get(channel)
            self._mentions.setdefault(("channel", channel), Mention(kind="channel", id=channel, name=name))
            return f"#{name or channel}"
        if emoji:
            return f":{emoji}:"
        return _time(found["time"], found[0]) if found["time"] else f"/{text(found['command'])}"


def _time(seconds: str, shown: str) -> str:
    try:
        return from_unix(seconds)
    except NotATimeError:
        return shown
