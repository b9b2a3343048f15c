"""Who is listened for, and what becomes of a frame."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from quire.aws.control import Connection
from quire.bootstrap.listen_discord import Named, attend, named, put
from quire.domain.delivery import DeliveryHeader
from quire.domain.errors import GrantLostError, UnavailableError
from quire.domain.ids import ConnectionId, TenantId

NAME = Named(TenantId("meridian"), ConnectionId("discord1"))
CONNECTION = Connection(NAME.tenant, NAME.connection, "discord", "Community", "s", "2026-03-09T08:00:00Z")


def test_connections_are_named_by_tenant_and_id() -> None:
    assert named(" meridian/discord1, northgate/d2 ,") == [NAME, Named(TenantId("northgate"), ConnectionId("d2"))]
    with pytest.raises(ValueError, match="no <tenant>/<connection>"):
        named("discord1")


def attended(find: Callable[[Named], Connection | None], listen: Any, until: Callable[[], bool]) -> None:
    """Attend to the connection until a condition holds."""

    async def scene() -> None:
        task = asyncio.create_task(attend(NAME, find, listen, look_again=0.01))
        async with asyncio.timeout(10):
            while not until():
                await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scene())


def test_a_connection_is_listened_for_while_it_is_at_work() -> None:
    found: list[Connection | Exception | None] = [None, CONNECTION, UnavailableError("throttled"), CONNECTION, None]
    told: list[str] = []

    def find(name: Named) -> Connection | None:
        assert name == NAME
        now = found.pop(0) if len(found) > 1 else None
        if isinstance(now, Exception):
            raise now
        return now

    async def listen(connection: Connection) -> None:
        told.append(f"listens for {connection.connection_id}")
        try:
            await asyncio.Event().wait()
        finally:
            told.append("ended")

    attended(find, listen, lambda: told[-1:] == ["ended"])
    assert told == ["listens for discord1", "ended"]


@pytest.mark.parametrize("error", [GrantLostError("no"), OSError("no")])
def test_what_ends_by_itself_is_not_tried_at_once(error: Exception) -> None:
    tries: list[int] = []

    async def listen(connection: Connection) -> None:
        tries.append(1)
        raise error

    async def scene() -> None:
        task = asyncio.create_task(attend(NAME, lambda _: CONNECTION, listen, look_again=0.01))
        await asyncio.sleep(0.2)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scene())
    assert len(tries) == 1


def test_a_frame_goes_on_the_stream_as_a_delivery() -> None:
    kept: list[tuple[DeliveryHeader, bytes]] = []

    class Deliveries:
        def put(self, header: DeliveryHeader, body: bytes, now: datetime) -> None:
            assert now.tzinfo is UTC
            kept.append((header, body))

    frame = b'{"t":"MESSAGE_CREATE","s":3,"op":0,"d":{"content":"\xc3\xa9"}}'
    put(Deliveries(), CONNECTION, frame, datetime(2026, 3, 9, 8, tzinfo=UTC))  # type: ignore[arg-type]
    ((header, body),) = kept
    assert body == frame
    assert (header.source, header.platform, header.size) == ("webhook", "discord", len(frame))
    assert header.sha256 == hashlib.sha256(frame).hexdigest()
