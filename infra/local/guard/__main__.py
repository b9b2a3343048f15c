"""``python -m infra.local.guard --port PORT --upstream URL``: a guard until SIGTERM."""

import argparse
import asyncio
import logging
import signal

from infra.local.guard.proxy import Proxy


async def _serve(upstream: str, port: int) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    runner = await Proxy(upstream).start(port)
    await ended.wait()
    await runner.cleanup()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.guard", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    asyncio.run(_serve(arguments.upstream, arguments.port))


if __name__ == "__main__":
    main()
