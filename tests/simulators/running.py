"""The simulated platforms on a port of their own, for the length of a test."""

import asyncio
import gc
import ssl
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.simulators.certificates import Certificates, write_certificates
from tests.simulators.frame import Fault, Simulation, State
from tests.simulators.gateway import CONTROL_HOST, Gateway
from tests.simulators.registry import simulations


class Running:
    """A server in a thread of its own. ``port`` is on 127.0.0.1; ``certificates.authority`` is the bundle to trust."""

    def __init__(
        self, gateway: Gateway, port: int, certificates: Certificates, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.gateway, self.port, self.certificates, self._loop = gateway, port, certificates, loop

    @property
    def address(self) -> str:
        """Where all permitted hosts are to be found: ``127.0.0.1:<port>``."""
        return f"127.0.0.1:{self.port}"

    def state(self, platform: str) -> State:
        """A platform's state, to be read and changed in place."""
        return self.gateway.worlds[platform].state

    def put(self, platform: str, state: State) -> None:
        """Replace a platform's state."""
        self.gateway.put(platform, state)

    def fault(self, platform: str, kind: str, **fields: Any) -> None:
        """Let something go wrong: see :class:`.frame.Fault`."""
        self.gateway.faults.append(Fault(platform=platform, kind=kind, **fields))

    def requests(self, platform: str | None = None) -> list[Mapping[str, Any]]:
        """What was asked so far, oldest first."""
        return [entry for entry in list(self.gateway.requests) if platform in (None, entry["platform"])]

    def act(self, platform: str, action: str, told: Any = None) -> Any:
        """Let a platform do something by itself."""
        acting = self.gateway.simulations[platform].act(action, told, self.gateway.worlds[platform])
        return asyncio.run_coroutine_threadsafe(_awaited(acting), self._loop).result(timeout=30)

    def reset(self) -> None:
        """All as at the start."""
        self.gateway.reset()


@contextmanager
def running(
    folder: Path, states: Mapping[str, State] | None = None, only: Iterable[Simulation] | None = None
) -> Iterator[Running]:
    """Serve ``only`` these platforms (all of them by default); keys and certificates go to ``folder``."""
    served = tuple(simulations() if only is None else only)
    gateway = Gateway(served, states)
    hosts = [CONTROL_HOST, *(host for simulation in served for host in simulation.hosts)]
    certificates = write_certificates(folder, hosts)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulators", daemon=True)
    thread.start()
    runner, port = asyncio.run_coroutine_threadsafe(_start(gateway, certificates), loop).result(timeout=30)
    try:
        yield Running(gateway, port, certificates, loop)
    finally:
        asyncio.run_coroutine_threadsafe(_end(runner), loop).result(timeout=30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=30)
        loop.close()
        with warnings.catch_warnings():  # of connections that nobody had any more, here and not in a later test
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


async def _start(gateway: Gateway, certificates: Certificates) -> tuple[web.AppRunner, int]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate, certificates.key)
    runner = web.AppRunner(gateway.application(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    return runner, int(runner.addresses[0][1])


async def _end(runner: web.AppRunner) -> None:
    """A client that keeps its connection never answers TLS's goodbye: what is still open afterwards is cut.

    Also what no handler has any more; only the loop itself knows those.
    """
    await runner.cleanup()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await cut_all()


async def cut_all() -> None:
    """Cut every connection of this loop, whoever has it: what stays open when a loop ends fails a later test."""
    for transport in list(getattr(asyncio.get_running_loop(), "_transports", {}).values()):
        transport.abort()
    for _ in range(3):  # closed in the loop's next turns
        await asyncio.sleep(0)


async def _awaited(acting: Any) -> Any:
    return await acting
