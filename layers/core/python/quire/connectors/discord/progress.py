"""How far a connection's channels were read: the state that a run of ``poll`` ends with and the next begins with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from quire.connectors.discord.servers import Place
from quire.connectors.discord.snowflake import id_at
from quire.connectors.discord.window import Seen, pack, trimmed, unpack

WINDOW_MESSAGES = 200
WINDOW_HOURS = 48
MOST_SEEN = 10_000
"""Messages of all channels together whose edits and deletions are looked for; the oldest go first."""


@dataclass
class Channel:
    """A channel's progress. All after ``after`` is still to come; below ``before`` history is still to be read, 0 when
    there is none left. ``seen`` are the recent messages that were read."""

    after: int
    before: int = 0
    seen: Seen = field(default_factory=dict)


@dataclass
class Walk:
    """How far a list of archived threads was read, newest first: those archived until ``until`` are done; a walk in
    progress stands at ``at`` and began at ``newest``. All are times as Discord gives them."""

    until: str = ""
    at: str = ""
    newest: str = ""


@dataclass
class Progress:
    """All channels' progress. ``began`` is the id that a message sent at the first run would have had.

    Recent messages were last read again at ``again_at`` (seconds since 1970); a round in progress did the channels up
    to the id ``again_from``; messages older than ``again_hours`` are not.
    """

    began: int
    now: datetime
    channels: dict[str, Channel] = field(default_factory=dict)
    walks: dict[str, Walk] = field(default_factory=dict)
    again_at: float = 0.0
    again_from: int = 0
    again_hours: int = WINDOW_HOURS

    def channel(self, place: Place) -> Channel:
        """A channel's progress; of one never read before: the present from now on, and its history backwards."""
        if place.id not in self.channels:
            self.channels[place.id] = Channel(after=place.last, before=place.last + 1 if place.last else 0)
        return self.channels[place.id]

    def is_due(self, every: timedelta) -> bool:
        """Whether recent messages are to be read again."""
        return self.now.timestamp() >= self.again_at + every.total_seconds()

    def dump(self) -> dict[str, Any]:
        """As JSON values; what is too old or too much to compare is left out."""
        since = id_at(self.now - timedelta(hours=self.again_hours))
        for channel in self.channels.values():
            channel.seen = trimmed(channel.seen, WINDOW_MESSAGES, since)
        every = sorted((i for channel in self.channels.values() for i in channel.seen), reverse=True)
        floor = every[MOST_SEEN - 1] if len(every) >= MOST_SEEN else 0
        return {
            "began": str(self.began),
            "againAt": int(self.again_at),
            "againFrom": str(self.again_from),
            "channels": {name: _channel(channel, floor) for name, channel in self.channels.items()},
            "archived": {name: [walk.until, walk.at, walk.newest] for name, walk in self.walks.items()},
        }


def load(state: Mapping[str, Any], now: datetime) -> Progress:
    """What :meth:`Progress.dump` gave; the beginning, where there is none."""
    if "began" not in state:
        return Progress(began=id_at(now), now=now)
    channels = {
        str(name): Channel(int(told[0]), int(told[1]) if len(told) > 1 else 0, unpack(told[2]) if len(told) > 2 else {})
        for name, told in state["channels"].items()
    }
    walks = {str(name): Walk(*told) for name, told in state["archived"].items()}
    return Progress(int(state["began"]), now, channels, walks, float(state["againAt"]), int(state["againFrom"]))


def _channel(channel: Channel, floor: int) -> list[str]:
    seen = {identifier: mark for identifier, mark in channel.seen.items() if identifier >= floor}
    told = [str(channel.after), str(channel.before), pack(seen)]
    while len(told) > 1 and told[-1] in {"", "0"}:
        told.pop()
    return told
