"""Discord's gateway, listened to for as long as this process lives: ``python -m quire.bootstrap.listen_discord``.

A container of its own, for a websocket has to be held. ``QUIRE_GATEWAY_CONNECTIONS`` names the connections,
``<tenant>/<connection>``, separated by commas. One that is paused, removed or without a token is looked at again later.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from quire.domain.delivery import DeliveryHeader
from quire.domain.errors import GrantLostError, UnavailableError
from quire.domain.ids import ConnectionId, TenantId
from quire.domain.time import from_datetime

if TYPE_CHECKING:
    import aiohttp

    from quire.aws.control import Connection
    from quire.aws.deliveries import Deliveries

NAME = "listen_discord"
_LOOK_AGAIN_SECONDS, _AFTER_LOSS_SECONDS, _AFTER_FAULT_SECONDS = 60.0, 300.0, 30.0
_log = logging.getLogger(__name__)


class Named(NamedTuple):
    """A connection by its ids."""

    tenant: TenantId
    connection: ConnectionId


Find = Callable[[Named], "Connection | None"]
Listen = Callable[["Connection"], Awaitable[None]]


def named(setting: str) -> list[Named]:
    """The connections that the setting names.

    Raises:
        ValueError: a part of it names none.
    """
    found = []
    for part in filter(None, (each.strip() for each in setting.split(","))):
        tenant, separator, connection = part.partition("/")
        if not separator or not tenant or not connection:
            raise ValueError(f"{part!r} is no <tenant>/<connection>")
        found.append(Named(TenantId(tenant), ConnectionId(connection)))
    return found


async def attend(name: Named, find: Find, listen: Listen, look_again: float = _LOOK_AGAIN_SECONDS) -> None:
    """Listen for a connection while it is to be listened for, and see every ``look_again`` seconds whether it is."""
    while True:
        connection, _ = await _look(name, find)
        if connection is None:
            await asyncio.sleep(look_again)
            continue
        listening = asyncio.ensure_future(listen(connection))
        try:
            while not listening.done():
                await asyncio.wait({listening}, timeout=look_again)
                wanted, known = await _look(name, find)
                if known and wanted is None:
                    break
            pause = _pause(listening, connection)
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await listening
        await asyncio.sleep(pause)


async def _look(name: Named, find: Find) -> tuple[Connection | None, bool]:
    """The connection, and whether anybody knows: while nobody does, what goes on goes on."""
    try:
        return await asyncio.to_thread(find, name), True
    except UnavailableError as error:
        _log.warning("a connection could not be looked up", extra={"error": type(error).__name__})
        return None, False


def _pause(listening: asyncio.Future[None], connection: Connection) -> float:
    """Seconds until the next try, after listening came to an end."""
    if not listening.done() or listening.cancelled():
        return 0.0
    error = listening.exception()
    told = {"connection_id": connection.connection_id, "error": type(error).__name__ if error else None}
    _log.warning("listening ended", extra=told)
    return _AFTER_LOSS_SECONDS if isinstance(error, GrantLostError) else _AFTER_FAULT_SECONDS


def find(name: Named) -> Connection | None:
    """The connection, where it is one of Discord's to be listened for now.

    Raises:
        UnavailableError: nobody knows just now.
    """
    from quire.bootstrap.tenants import control

    found = control().connection(name.tenant, name.connection)
    return found if found is not None and found.platform == "discord" and found.at_work else None


async def listen(connection: Connection) -> None:
    """Listen for a connection until it loses its grant, frames on the stream, its poller woken for each gap.

    Raises:
        GrantLostError: Discord does not take the bot any more; the connection is degraded, and people were told.
    """
    from quire.aws.deliveries import Deliveries
    from quire.aws.stream import CaptureStream
    from quire.bootstrap import connections
    from quire.bootstrap.archive import journal
    from quire.bootstrap.sessions import patient
    from quire.config import settings
    from quire.connectors.discord.listen import Listener

    deliveries = Deliveries(journal(), CaptureStream(patient().kinesis, settings().need("capture_stream")))

    async def keep(frame: bytes) -> None:
        await asyncio.to_thread(put, deliveries, connection, frame, datetime.now(UTC))

    async def tell(gap: str) -> None:
        del gap
        wake = partial(connections.ask_for_task, connection.tenant_id, connection.connection_id, "poll", "wake")
        await asyncio.to_thread(wake)

    try:
        token = await asyncio.to_thread(connections.grant_keeper().token, connection)
        await Listener(keep, tell, _door if settings().platform_gateway else None).listen(token)
    except GrantLostError as error:
        await asyncio.to_thread(connections.report_lost, connection, error.detail)
        raise


def put(deliveries: Deliveries, connection: Connection, frame: bytes, now: datetime) -> None:
    """Put a frame on the stream as it came.

    Raises:
        UnavailableError: it may be put again.
    """
    header = DeliveryHeader(
        tenant_id=connection.tenant_id,
        connection_id=connection.connection_id,
        platform=connection.platform,
        source="webhook",
        received_at=from_datetime(now),
        sha256=hashlib.sha256(frame).hexdigest(),
        size=len(frame),
        workspace_id=connection.workspace_id,
    )
    deliveries.put(header, frame, now)


def _door() -> aiohttp.BaseConnector:
    """Connections to where all platforms are on one machine."""
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

    from quire.config import settings

    known = settings()
    place, _, port = known.platform_gateway.rpartition(":")
    number = int(port)

    class Here(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            del port
            return [ResolveResult(hostname=host, host=place, port=number, family=family, proto=0, flags=0)]

        async def close(self) -> None:
            return None

    trusted = ssl.create_default_context(cafile=known.platform_ca or None)
    return aiohttp.TCPConnector(resolver=Here(), ssl=trusted, use_dns_cache=False)


async def run() -> None:
    """Attend to all connections until told to end."""
    from quire.config import settings

    attending = [asyncio.create_task(attend(n, find, listen)) for n in named(settings().need("gateway_connections"))]
    ended = asyncio.Event()
    for signalled in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signalled, ended.set)
    told_to_end = asyncio.create_task(ended.wait())
    await asyncio.wait({told_to_end, *attending}, return_when=asyncio.FIRST_COMPLETED)
    faults = [task for task in attending if task.done()]
    for task in (told_to_end, *attending):
        task.cancel()
    await asyncio.gather(told_to_end, *attending, return_exceptions=True)
    for task in faults:
        task.result()  # a fault of ours ends the process: it is started again


def main() -> int:
    """The container's program."""
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

    logging.getLogger("quire")
    logger = Logger(service=NAME)
    copy_config_to_registered_loggers(logger, include={"quire"})
    asyncio.run(run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
