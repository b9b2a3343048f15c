"""What a Discord connection does every so often: read its channels, and learn who and what is there."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from quire.connectors.discord.archived import read_archived
from quire.connectors.discord.channels import read_again, read_back, read_new, unreadable
from quire.connectors.discord.client import Client
from quire.connectors.discord.progress import Channel, Progress, load
from quire.connectors.discord.servers import Place, guild_ids, read_server
from quire.connectors.discord.snowflake import native
from quire.connectors.outward import Checkpoint, Noticed, Page, Step, Task, Tasks, Work
from quire.connectors.shape import mapping, mappings, size

AGAIN_MINUTES = 10
_MEMBERS = 1_000
_REQUESTS_A_CHECKPOINT = 20
_MESSAGE_CONTENT = 1 << 18 | 1 << 19


def poll(work: Work) -> Iterator[Step]:
    """New messages of all channels and active threads; every few minutes the recent ones again, then the history."""
    if not work.secrets.get("botToken"):
        return
    client, progress = Client(work.outside), load(work.state, work.now)
    progress.again_hours = size(work.configuration.get("againHours")) or progress.again_hours
    places: list[Place] = []
    yield from _places(client, work.configuration, progress, places)
    yield from _Round(client, progress).all(places, _every(work.configuration))
    yield Checkpoint(progress.dump())


def _every(configuration: Mapping[str, Any]) -> timedelta:
    minutes = size(configuration.get("againMinutes"))
    return timedelta(minutes=AGAIN_MINUTES if minutes is None else minutes)


class _Round:
    """One run over all places, with a checkpoint every so many requests."""

    def __init__(self, client: Client, progress: Progress) -> None:
        self._client, self._progress = client, progress
        self._marked = client.requests

    def all(self, places: list[Place], every: timedelta) -> Iterator[Step]:
        """What is new first, so that neither reading again nor history keeps it waiting."""
        client, progress = self._client, self._progress
        speaking = sorted((place for place in places if place.speaks and place.readable), key=lambda p: int(p.id))
        known = [(place, progress.channel(place)) for place in speaking]
        yield from self._in_turn(read_new(client, place, channel) for place, channel in known)
        if progress.is_due(every):
            yield from self._again(known)
            walks = (read_archived(client, place, kind, progress) for place in places for kind in place.archives)
            yield from self._in_turn(walks)
            _forget(progress, {place.id for place in places})
            progress.again_at, progress.again_from = progress.now.timestamp(), 0
        yield from self._in_turn(read_back(client, place, channel, progress.began) for place, channel in known)

    def _again(self, known: Iterable[tuple[Place, Channel]]) -> Iterator[Step]:
        """Recent messages of all channels once more, from where the last run was cut off."""
        for place, channel in known:
            if int(place.id) > self._progress.again_from:
                yield from read_again(self._client, place, channel)
                self._progress.again_from = int(place.id)
                yield from self._mark()

    def _in_turn(self, readings: Iterable[Iterator[Step]]) -> Iterator[Step]:
        """All readings to their ends; one whose channel Discord would refuse next lets the others go first."""
        waiting = deque(readings)
        while waiting:
            reading = waiting.popleft()
            for step in reading:
                yield step
                yield from self._mark()
                if self._client.spent and waiting:
                    self._client.spent = False
                    waiting.append(reading)
                    break
            yield from self._mark()

    def _mark(self) -> Iterator[Step]:
        if self._client.requests - self._marked >= _REQUESTS_A_CHECKPOINT:
            self._marked = self._client.requests
            yield Checkpoint(self._progress.dump())


def _places(
    client: Client, configuration: Mapping[str, Any], progress: Progress, into: list[Place]
) -> Iterator[Noticed]:
    """Gather the channels ``into`` a list; tell of those that cannot be read, or cannot be read any more."""
    bot = native(mapping(client.value("/users/@me")).get("id"))
    for guild in guild_ids(client, configuration):
        server = read_server(client, guild, bot)
        if server is None:
            yield Noticed("server_lost", f"the bot cannot see server {guild}: add it again", degraded=True)
            continue
        into += server.places
        lost = [place for place in server.places if not place.readable and place.id in progress.channels]
        yield from map(unreadable, lost)
        unseen = sum(not place.readable and place.speaks for place in server.places) - len(lost)
        if unseen > 0:
            yield Noticed("channels_unseen", f"{unseen} channels of server {guild} are not open to the bot")


def _forget(progress: Progress, there: set[str]) -> None:
    """Channels that are no more, once the lists of archived threads were read: one that comes back is read anew."""
    gone = [each for each in progress.channels if each not in there]
    for identifier in gone:
        if not progress.channels[identifier].before and not progress.channels[identifier].seen:
            del progress.channels[identifier]


def directory(work: Work) -> Iterator[Step]:
    """Channels, active threads and, where the bot may list them, members of each server."""
    if not work.secrets.get("botToken"):
        return
    client = Client(work.outside)
    about = mapping(client.value("/applications/@me"))
    if about and not (size(about.get("flags")) or 0) & _MESSAGE_CONTENT:
        yield Noticed(
            "message_content_intent_missing",
            "messages come without their text: switch on the message content intent on the application's Bot page",
            degraded=True,
        )
    for guild in guild_ids(client, work.configuration):
        for path in ("/guilds/{}/channels", "/guilds/{}/threads/active"):
            answer = client.get(path, guild)
            if answer is not None and (answer.json() if "channels" in path else answer.json().get("threads")):
                yield Page(answer.body, {"guild": guild, "read": "directory"})
        yield from _members(client, guild)


def _members(client: Client, guild: str) -> Iterator[Step]:
    after = "0"
    while True:
        answer = client.get("/guilds/{}/members", guild, query={"limit": str(_MEMBERS), "after": after})
        if answer is None:
            yield Noticed("members_not_listed", f"server {guild} does not list its members without that intent")
            return
        members = mappings(answer.json())
        found = [native(mapping(member.get("user")).get("id")) for member in members]
        found = [identifier for identifier in found if identifier]
        if found:
            yield Page(answer.body, {"guild": guild, "read": "directory"})
        if len(members) < _MEMBERS or not found:
            return
        after = max(found, key=int)


TASKS: Tasks = {
    "poll": Task(poll, timedelta(minutes=1)),
    "directory": Task(directory, timedelta(hours=6)),
}
