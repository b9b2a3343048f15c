"""The gateway listener against the simulated gateway: sessions that live, break, go on and are lost."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from quire.connectors.discord.listen import Listener, Session
from quire.domain.errors import GrantLostError, UnavailableError
from tests.simulated.asking import NOW, Connected
from tests.simulated.test_discord_poll import GUILD, message, server
from tests.simulators.running import Running, cut_all

pytestmark = pytest.mark.timeout(60)

TOKEN = "bot-token"


class Here(AbstractResolver):
    """Every host is the simulators' server."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        """Where the server listens."""
        del port, family
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=2, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing to do."""


class Heard:
    """What a listener kept, and the gaps it told of."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.gaps: list[str] = []
        self.refuse = 0

    async def keep(self, frame: bytes) -> None:
        """Keep a frame, unless the stream is to fail."""
        if self.refuse:
            self.refuse -= 1
            raise UnavailableError("the stream does not answer")
        self.raw.append(frame)
        self.frames.append(json.loads(frame))

    async def tell(self, gap: str) -> None:
        """Remember a gap."""
        self.gaps.append(gap)

    def events(self) -> list[str]:
        """The events' names."""
        return [frame["t"] for frame in self.frames]


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def listening(platforms: Running, heard: Heard, token: str = TOKEN) -> AsyncIterator[asyncio.Task[None]]:
    """A listener at work."""
    trusted = ssl.create_default_context(cafile=str(platforms.certificates.authority))

    def door() -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(resolver=Here(platforms.port), ssl=trusted, use_dns_cache=False)

    task = asyncio.create_task(Listener(heard.keep, heard.tell, door).listen(token))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.3)  # TLS connections say goodbye
        await cut_all()


def created(number: int) -> dict[str, Any]:
    """An event: a message was written."""
    return {"t": "MESSAGE_CREATE", "d": {**message(NOW, f"m{number}", number), "guild_id": GUILD}}


async def act(platforms: Running, action: str, told: Any = None) -> Any:
    """Let the gateway do something."""
    return await asyncio.to_thread(platforms.act, "discord", action, told)


def test_frames_are_kept_as_they_came_and_are_the_facts_the_poller_finds(platforms: Running) -> None:
    platforms.put("discord", server(_200000000000000001=[created(n)["d"] for n in range(3)]))
    polled = Connected("discord", platforms, {"botToken": "bot-token"})
    polled.run()
    heard = Heard()

    async def scene() -> None:
        async with listening(platforms, heard):
            await until(lambda: "READY" in heard.events())
            await act(platforms, "dispatch", [{**created(n), "copies": 2} for n in range(3)])
            await until(lambda: heard.events().count("MESSAGE_CREATE") == 6)

    asyncio.run(scene())
    assert heard.gaps == ["started"]
    assert [frame["s"] for frame in heard.frames] == list(range(1, 8))
    known = {event.event_id for event in polled.events()}
    for raw in heard.raw[1:]:
        polled.deliver(raw)
    assert {event.event_id for event in polled.events()} == known


def test_a_session_goes_on_after_a_lost_connection(platforms: Running) -> None:
    platforms.put("discord", server())
    heard = Heard()

    async def scene() -> None:
        async with listening(platforms, heard):
            await until(lambda: "READY" in heard.events())
            await act(platforms, "drop")
            await act(platforms, "dispatch", created(1))
            await until(lambda: "RESUMED" in heard.events())
            await act(platforms, "reconnect")
            await until(lambda: heard.events().count("RESUMED") == 2)

    asyncio.run(scene())
    assert heard.events() == ["READY", "MESSAGE_CREATE", "RESUMED", "RESUMED"]
    assert heard.gaps == ["started"]


def test_a_session_that_is_lost_is_a_gap(platforms: Running) -> None:
    platforms.put("discord", server())
    heard = Heard()

    async def scene() -> None:
        async with listening(platforms, heard):
            await until(lambda: "READY" in heard.events())
            await act(platforms, "forget")
            await act(platforms, "drop")
            await until(lambda: heard.events().count("READY") == 2)
            await act(platforms, "dispatch", created(1))
            await until(lambda: "MESSAGE_CREATE" in heard.events())

    asyncio.run(scene())
    assert heard.gaps == ["started", "session_lost"]


def test_heartbeats_keep_it_alive_and_a_stream_that_fails_loses_nothing(platforms: Running) -> None:
    platforms.put("discord", server())
    heard = Heard()

    async def scene() -> None:
        async with listening(platforms, heard):
            await until(lambda: "READY" in heard.events())
            heard.refuse = 2
            await act(platforms, "dispatch", [created(n) for n in range(3)])
            await asyncio.sleep(4.5)
            await until(lambda: heard.events().count("MESSAGE_CREATE") == 3)
            assert (await act(platforms, "sessions"))["sockets"] == 1

    asyncio.run(scene())
    assert [frame["d"]["content"] for frame in heard.frames[1:]] == ["m0", "m1", "m2"]
    assert heard.gaps == ["started"]


@pytest.mark.parametrize(("token", "flags"), [("wrong", 1 << 18), ("bot-token", 0)])
def test_a_bot_that_is_not_let_in_is_told(platforms: Running, token: str, flags: int) -> None:
    platforms.put("discord", server() | {"application": {"id": "900000000000000002", "flags": flags}})

    async def scene() -> None:
        async with listening(platforms, Heard(), token) as task:
            await task

    with pytest.raises(GrantLostError):
        asyncio.run(scene())


def test_numbers_that_are_left_out_are_a_gap() -> None:
    session = Session()
    frames = [("READY", 1), ("MESSAGE_CREATE", 2), ("MESSAGE_CREATE", 5), ("TYPING_START", 6), ("READY", 1)]
    read = [session.read(json.dumps({"op": 0, "t": event, "s": number, "d": {}})) for event, number in frames]
    assert [found.gap for found in read] == ["started", None, "frames_missed", None, "session_lost"]
    assert [found.keeps for found in read] == [True, True, True, False, True]
    assert not session.read('{"op": 11}').keeps
