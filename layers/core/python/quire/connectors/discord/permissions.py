"""What the bot may do in a channel, computed as Discord does.

An answer without messages does not tell a channel without any from one whose history the bot may not read, so this is
known beforehand. https://docs.discord.com/developers/topics/permissions#permission-hierarchy
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from quire.connectors.discord.snowflake import native
from quire.connectors.shape import mapping, mappings

ADMINISTRATOR = 1 << 3
VIEW_CHANNEL = 1 << 10
READ_MESSAGE_HISTORY = 1 << 16
MANAGE_THREADS = 1 << 34
EVERYTHING = (1 << 63) - 1


class Standing(NamedTuple):
    """The bot in a server: its id, its roles, and what those allow everywhere."""

    bot: str
    guild: str
    roles: frozenset[str]
    base: int


def standing(guild: Mapping[str, Any], member: Mapping[str, Any], bot: str) -> Standing:
    """The bot's standing, from the server (with its roles) and the bot's place in it."""
    identifier = native(guild.get("id"))
    told = member.get("roles")
    roles = frozenset({identifier, *(native(role) for role in told if isinstance(role, str))} if told else {identifier})
    base = 0
    for role in mappings(guild.get("roles")):
        if native(role.get("id")) in roles:
            base |= bits(role.get("permissions"))
    if native(guild.get("owner_id")) == bot or base & ADMINISTRATOR:
        base = EVERYTHING
    return Standing(bot, identifier, roles, base)


def allowed(here: Standing, channel: Mapping[str, Any]) -> int:
    """What the bot may do in a channel: the server's word, then everyone's, the roles', its own exception."""
    if here.base == EVERYTHING:
        return EVERYTHING
    exceptions = {native(each.get("id")): each for each in mappings(channel.get("permission_overwrites"))}
    may = _after(here.base, [mapping(exceptions.get(here.guild))])
    may = _after(may, [exceptions[role] for role in here.roles - {here.guild} if role in exceptions])
    return _after(may, [mapping(exceptions.get(here.bot))])


def _after(may: int, exceptions: Iterable[Mapping[str, Any]]) -> int:
    deny = allow = 0
    for each in exceptions:
        deny |= bits(each.get("deny"))
        allow |= bits(each.get("allow"))
    return (may & ~deny) | allow


def bits(value: object) -> int:
    """A permission set: a number as text."""
    return int(value) if isinstance(value, str) and value.isdecimal() else 0
