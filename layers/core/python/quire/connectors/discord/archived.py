"""Threads that were archived: nobody writes there until they are opened again, so each is read once.

https://docs.discord.com/developers/resources/channel#list-public-archived-threads
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.discord.channels import read_back, read_new
from quire.connectors.discord.client import Client
from quire.connectors.discord.progress import Progress, Walk
from quire.connectors.discord.servers import Place, thread_of
from quire.connectors.discord.snowflake import native
from quire.connectors.outward import Page, Step
from quire.connectors.shape import flag, mapping, mappings, text

_LISTED = 25
"""Threads of one answer: a run that is cut off reads those again."""
_LISTS: Mapping[str, str] = {
    "public": "/channels/{}/threads/archived/public",
    "private": "/channels/{}/threads/archived/private",
    "joined": "/channels/{}/users/@me/threads/archived/private",
}


def read_archived(client: Client, place: Place, kind: str, progress: Progress) -> Iterator[Step]:
    """The threads of a channel that were archived since the last walk, each with its messages.

    A walk goes from the newest to the oldest and remembers where it stands. The list of threads the bot joined is in
    the order of their ids, so it is read to its end.
    """
    key = f"{place.id}/{kind}"
    walk = progress.walks.setdefault(key, Walk())
    by_time = kind != "joined"
    while True:
        query = {"limit": str(_LISTED), **({"before": walk.at} if walk.at else {})}
        answer = client.get(_LISTS[kind], place.id, query=query)
        if answer is None:
            return
        told = mapping(answer.json())
        threads = [thread for thread in mappings(told.get("threads")) if native(thread.get("id"))]
        new = [thread for thread in threads if _time(thread) > walk.until]
        walk.newest = max([walk.newest, *map(_time, new)])
        if new:
            yield Page(answer.body, {"guild": place.guild}, "backfill")
        for thread in new:
            yield from _read_thread(client, thread, place, progress)
        past_all = by_time and len(new) < len(threads)
        if past_all or not threads or flag(told.get("has_more")) is not True:
            progress.walks[key] = Walk(until=walk.newest or walk.until)
            return
        walk.at = _time(threads[-1]) if by_time else native(threads[-1].get("id"))


def _read_thread(client: Client, thread: Mapping[str, Any], around: Place, progress: Progress) -> Iterator[Step]:
    """What is new in it, then its history; once all is read nothing of it needs to be remembered."""
    place = thread_of(thread, around.guild, {around.id: around})
    if not place.id:
        return
    channel = progress.channel(place)
    yield from read_new(client, place, channel)
    yield from read_back(client, place, channel, progress.began)
    if not channel.before:
        progress.channels.pop(place.id, None)


def _time(thread: Mapping[str, Any]) -> str:
    """When it was archived; always with microseconds and ``+00:00``, so that text compares as time does."""
    return text(mapping(thread.get("thread_metadata")).get("archive_timestamp"))
