"""Discord's gateway: every event as it happens, each frame's text handed on as it came.

Frames and pages tell the same facts under the same ids, so nothing is told twice. A session that was lost, a number
that was left out and a frame that could not be kept are gaps: the poller covers them, and is told so at once.
https://docs.discord.com/developers/events/gateway
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import aiohttp
import discord
import orjson

from quire.domain.errors import GrantLostError, UnavailableError

Keep = Callable[[bytes], Awaitable[None]]
"""Puts a frame where it is safe; raises ``UnavailableError`` where it may be put again."""
Tell = Callable[[str], Awaitable[None]]
"""Told of a gap, in one stable word."""
Door = Callable[[], aiohttp.BaseConnector]
"""Makes what connections are made by, where that is not the usual way; each client closes its own."""

MOST_WAITING = 20_000
_TRIES = 6
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 30.0
_UNKEPT = frozenset({"INTERACTION_CREATE", "PRESENCE_UPDATE", "TYPING_START", "VOICE_SERVER_UPDATE"})
"""Events that hold a secret, or say nothing of what was written."""
_DISPATCH = 0
_log = logging.getLogger(__name__)


class Kept(NamedTuple):
    """What a frame comes to: whether it is kept, and the gap that it shows."""

    keeps: bool
    gap: str | None = None


@dataclass
class Session:
    """The numbers of a session's frames: each is one more than the one before."""

    last: int | None = None
    began: bool = field(default=False)

    def read(self, frame: str) -> Kept:
        """What to do with a frame's text."""
        told = orjson.loads(frame)
        if not isinstance(told, dict) or told.get("op") != _DISPATCH:
            return Kept(keeps=False)
        event, number = told.get("t"), told.get("s")
        gap = self._gap(event, number)
        return Kept(event not in _UNKEPT, gap)

    def _gap(self, event: object, number: object) -> str | None:
        before, self.last = self.last, number if isinstance(number, int) else self.last
        if event == "READY":
            first, self.began = not self.began, True
            return "started" if first else "session_lost"
        missed = before is not None and isinstance(number, int) and number > before + 1
        return "frames_missed" if missed else None


@dataclass
class Listener:
    """Listens with one bot. ``keep`` and ``tell`` are awaited one at a time, in the frames' order."""

    keep: Keep
    tell: Tell
    door: Door | None = None
    session: Session = field(default_factory=Session)
    _waiting: asyncio.Queue[tuple[str, Kept]] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    _overflowed: bool = False

    async def listen(self, token: str) -> None:
        """Until cancelled, or until Discord wants this bot no more.

        Raises:
            GrantLostError: the token counts no more, or the message content intent is off.
        """
        keeping = asyncio.create_task(self._keep_all())
        try:
            for members in (True, False):
                try:
                    await self._connect(token, members)
                except discord.PrivilegedIntentsRequired as error:
                    if not members:
                        raise GrantLostError("the bot may not see what messages say: its intent is off") from error
                else:
                    return
        except discord.LoginFailure as error:
            raise GrantLostError("Discord does not take the bot's token any more") from error
        finally:
            keeping.cancel()

    async def _connect(self, token: str, members: bool) -> None:
        wanted = discord.Intents(guilds=True, members=members, messages=True, reactions=True, message_content=True)
        client = _Client(self._receive, wanted, self.door() if self.door else None)
        try:
            await client.start(token, reconnect=True)
        finally:
            await client.close()

    def _receive(self, frame: str) -> None:
        found = self.session.read(frame)
        if not found.keeps and found.gap is None:
            return
        try:
            self._waiting.put_nowait((frame, found))
        except asyncio.QueueFull:
            self._overflowed = True

    async def _keep_all(self) -> None:
        while True:
            frame, found = await self._waiting.get()
            if found.gap:
                await self._told(found.gap)
            if found.keeps and not await self._kept(frame.encode()):
                await self._told("frame_not_kept")
            if self._overflowed and self._waiting.empty():
                self._overflowed = False
                await self._told("frames_missed")

    async def _kept(self, frame: bytes) -> bool:
        wait = _FIRST_WAIT
        for _ in range(_TRIES):
            try:
                await self.keep(frame)
            except UnavailableError as error:
                _log.warning("a frame could not be kept yet", extra={"error": type(error).__name__})
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                return True
        return False

    async def _told(self, gap: str) -> None:
        _log.info("gap", extra={"gap": gap})
        try:
            await self.tell(gap)
        except UnavailableError as error:
            _log.warning("nobody was told of a gap", extra={"gap": gap, "error": type(error).__name__})


class _Client(discord.Client):
    """A client that hands on each frame's text at once, and keeps nothing."""

    def __init__(
        self, receive: Callable[[str], None], intents: discord.Intents, connector: aiohttp.BaseConnector | None
    ) -> None:
        super().__init__(
            intents=intents,
            connector=connector,
            enable_debug_events=True,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
        )
        self._take = receive

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Called by the library for everything; frames come first, before they are understood."""
        if event == "socket_raw_receive":
            self._take(args[0])
            return
        super().dispatch(event, *args, **kwargs)
