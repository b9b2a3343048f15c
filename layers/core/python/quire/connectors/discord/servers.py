"""The servers a bot is in, and the places in them that hold messages."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quire.connectors.discord.client import Client
from quire.connectors.discord.people import channel_type, is_thread
from quire.connectors.discord.permissions import (
    MANAGE_THREADS,
    READ_MESSAGE_HISTORY,
    VIEW_CHANNEL,
    Standing,
    allowed,
    standing,
)
from quire.connectors.discord.snowflake import native
from quire.connectors.shape import mapping, mappings, text

_GUILDS = 200
_WITH_MESSAGES = frozenset({0, 2, 5, 10, 11, 12, 13})
_WITH_THREADS = frozenset({0, 5, 15, 16})
_PRIVATE_THREADS = frozenset({0})


class Place(NamedTuple):
    """A channel or thread. ``last`` is the id of its newest message, 0 where it has none.

    ``archives`` says which lists of archived threads it has (``public``, ``private``, ``joined``).
    """

    guild: str
    id: str
    name: str
    type: str
    last: int
    parent: str = ""
    readable: bool = True
    speaks: bool = True
    archives: tuple[str, ...] = ()

    def context(self) -> dict[str, str]:
        """What a page of its messages does not say itself."""
        told = {
            "guild": self.guild,
            "channel": self.id,
            "channel_name": self.name,
            "channel_type": self.type,
            "parent": self.parent,
        }
        return {key: value for key, value in told.items() if value}


class Server(NamedTuple):
    """A server with its channels and active threads; those that the bot cannot read are told to be so."""

    id: str
    places: tuple[Place, ...]


def guild_ids(client: Client, configuration: Mapping[str, Any]) -> Iterator[str]:
    """The servers to read: those configured, else all that the bot is in."""
    named = configuration.get("guildIds")
    if isinstance(named, list) and named:
        yield from (native(each) for each in named if native(each))
        return
    after = "0"
    while True:
        page = mappings(client.value("/users/@me/guilds", query={"limit": str(_GUILDS), "after": after}))
        found = [native(guild.get("id")) for guild in page if native(guild.get("id"))]
        yield from found
        if len(page) < _GUILDS or not found:
            return
        after = max(found, key=int)


def read_server(client: Client, guild: str, bot: str) -> Server | None:
    """A server as the bot sees it; ``None`` where it is in it no more."""
    about = mapping(client.value("/guilds/{}", guild))
    member = mapping(client.value("/guilds/{}/members/{}", guild, bot)) if about else {}
    channels = mappings(client.value("/guilds/{}/channels", guild)) if member else []
    if not channels:
        return None
    here = standing(about, member, bot)
    places = {place.id: place for place in (place_of(guild, each, here) for each in channels) if place.id}
    active = mapping(client.value("/guilds/{}/threads/active", guild))
    threads = [thread_of(thread, guild, places) for thread in mappings(active.get("threads"))]
    return Server(guild, (*places.values(), *(thread for thread in threads if thread.id)))


def place_of(guild: str, channel: Mapping[str, Any], here: Standing) -> Place:
    """A channel of a server."""
    kind, may = channel.get("type"), allowed(here, channel)
    readable = bool(may & VIEW_CHANNEL and may & READ_MESSAGE_HISTORY)
    archives: list[str] = []
    if readable and kind in _WITH_THREADS:
        archives.append("public")
        if kind in _PRIVATE_THREADS:
            archives.append("private" if may & MANAGE_THREADS else "joined")
    return Place(
        guild=guild,
        id=native(channel.get("id")),
        name=text(channel.get("name")),
        type=channel_type(kind) or "channel",
        last=_last(channel),
        readable=readable,
        speaks=kind in _WITH_MESSAGES,
        archives=tuple(archives),
    )


def thread_of(thread: Mapping[str, Any], guild: str, places: Mapping[str, Place]) -> Place:
    """A thread, readable as the channel it hangs from is."""
    parent = native(thread.get("parent_id"))
    around = places.get(parent)
    return Place(
        guild=guild,
        id=native(thread.get("id")) if is_thread(thread) else "",
        name=text(thread.get("name")),
        type=channel_type(thread.get("type")) or "channel",
        last=_last(thread),
        parent=parent,
        readable=around.readable if around else True,
    )


def _last(channel: Mapping[str, Any]) -> int:
    return int(native(channel.get("last_message_id")) or "0")
