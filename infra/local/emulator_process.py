"""The emulator's process: serves it on exactly one address, and writes its state down when asked.

Run as ``python -m infra.local.emulator_process``; :mod:`infra.local.emulator` sets the environment. Its own command
line would also take port 443, and writes its state down only when it stops: ``SIGUSR1`` makes it do so now.
"""

import asyncio
import logging
import os
import resource
import signal
import threading
from asyncio import constants

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as gateway
from ministack.core import persistence, tls

from infra.local import emulator_amendments

GOODBYE = 1.0
"""Seconds to wait for a client's TLS goodbye: idle connections of the functions' clients never say it."""
_writing = threading.Lock()


def main() -> None:
    """Serve until SIGTERM or SIGINT; its shutdown then writes its state down."""
    emulator_amendments.install()
    signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=write_state, daemon=True).start())
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.certfile, config.keyfile = tls.resolve_tls_material()
    config.keep_alive_timeout = 75
    constants.SSL_SHUTDOWN_TIMEOUT = GOODBYE
    asyncio.run(_serve_and_leave(config))


async def _serve_and_leave(config: Config) -> None:
    """Serve, and end at once when its state is written: its threads wait for function calls that nobody awaits."""
    await serve(gateway.app, config)
    logging.shutdown()
    os._exit(0)


def write_state() -> None:
    """Write down what the emulator holds in memory; one writer at a time."""
    with _writing:
        persistence.save_all(gateway._build_persistence_save_dict())
    logging.getLogger("quire.local").info("state written")


if __name__ == "__main__":
    main()
