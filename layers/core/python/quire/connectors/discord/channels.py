"""Reading one channel: what is new, what was changed or taken away lately, what was there before.

Discord keeps no list of what happened: an edit shows by its time, a deletion only by a message's absence from where it
stood. https://docs.discord.com/developers/resources/message#get-channel-messages
"""

from collections.abc import Iterator
from typing import NamedTuple

from quire.connectors.discord.client import PAGE, Client
from quire.connectors.discord.progress import WINDOW_MESSAGES, Channel
from quire.connectors.discord.servers import Place
from quire.connectors.discord.snowflake import native
from quire.connectors.discord.window import Seen, mark_of
from quire.connectors.outward import Noticed, Page, Step
from quire.connectors.shape import mappings
from quire.domain.calls import Answer
from quire.domain.delivery import Source


class _Read(NamedTuple):
    body: bytes
    seen: Seen

    @property
    def is_full(self) -> bool:
        return len(self.seen) >= PAGE


def read_new(client: Client, place: Place, channel: Channel) -> Iterator[Step]:
    """The messages since the last run, oldest first."""
    while place.last > channel.after:
        page = _read(client.messages(place.id, after=channel.after))
        if page is None or not page.seen:
            return
        yield Page(page.body, place.context())
        channel.seen.update(page.seen)
        channel.after = max(page.seen)
        if not page.is_full:
            return


def read_again(client: Client, place: Place, channel: Channel) -> Iterator[Step]:
    """The recent messages once more: a page goes on where one changed or is missing that was there before."""
    if not channel.seen:
        return
    oldest, above, before = min(channel.seen), 1 << 64, None
    for _ in range(-(-WINDOW_MESSAGES // PAGE)):
        page = _read(client.messages(place.id, before=before))
        if page is None:
            return
        if not page.seen and not client.may_read(place.id, max(channel.seen)):
            yield unreadable(place)
            return
        floor = min(page.seen) if page.is_full else 0
        absent = sorted(i for i in channel.seen if floor <= i < above and i not in page.seen)
        # What came since the last run is read when its turn comes, so that no hole is left before it.
        known = {i: mark for i, mark in page.seen.items() if oldest <= i <= channel.after}
        changed = sorted(i for i, mark in known.items() if channel.seen.get(i) != mark)
        if absent or changed:
            yield Page(page.body, {**place.context(), "read": "again", **_told(absent, changed)}, "reconcile")
        channel.seen = {i: mark for i, mark in {**channel.seen, **known}.items() if i not in set(absent)}
        if not page.is_full or floor <= oldest:
            return
        above = before = floor


def read_back(client: Client, place: Place, channel: Channel, began: int) -> Iterator[Step]:
    """The history, newest first, from where the last run stopped."""
    while channel.before:
        page = _read(client.messages(place.id, before=channel.before))
        if page is None:
            return
        if not page.seen:
            if client.may_read(place.id, channel.before - 1):
                channel.before = 0
            else:
                yield unreadable(place)
            return
        source: Source = "backfill" if min(page.seen) < began else "poll"
        yield Page(page.body, place.context(), source)
        channel.seen.update(page.seen)
        channel.before = min(page.seen) if page.is_full else 0


def unreadable(place: Place) -> Noticed:
    """The bot lost its view of a channel: nothing can be said of what is there."""
    return Noticed(
        "history_unreadable",
        f"the bot may not read channel {place.id} any more: give it View Channel and Read Message History",
        degraded=True,
    )


def _told(absent: list[int], changed: list[int]) -> dict[str, str]:
    """What a page shows only to whoever saw the one before."""
    return {key: ",".join(map(str, ids)) for key, ids in (("absent", absent), ("changed", changed)) if ids}


def _read(answer: Answer | None) -> _Read | None:
    if answer is None:
        return None
    found = {int(native(each.get("id")) or "0"): mark_of(each) for each in mappings(answer.json())}
    found.pop(0, None)
    return _Read(answer.body, found)
