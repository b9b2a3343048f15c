"""``python -m tests.simulators``: the simulated platforms on one TLS port of this machine.

``--certificate`` and ``--key`` name the server's chain and key in PEM, for the names that ``--names`` prints; or
``--tls FOLDER`` has them made there (``platforms-ca.pem``, ``platforms.pem``, ``platforms-key.pem``), if they are not
there yet; beside them what the time-stamping authority signs with (``tsa.json``), and its root (``tsa-root.pem``).
``--state FILE`` holds a JSON object: platform to its state at the start.
"""

import argparse
import asyncio
import json
import signal
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from tests.simulators.certificates import Certificates, write_certificates
from tests.simulators.gateway import Gateway, read_states
from tests.simulators.registry import names, simulations
from tests.timestamping import authority


def main() -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulators")
    parser.add_argument("--port", type=int, default=4581)
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--tls", type=Path)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--names", action="store_true")
    asked = parser.parse_args()
    if asked.names:
        sys.stdout.write("\n".join(names()) + "\n")
        return 0
    if asked.tls:
        made = _certificates(asked.tls)
        asked.certificate, asked.key = made.certificate, made.key
    if not asked.certificate or not asked.key:
        parser.error("--tls, or --certificate and --key")
    states = read_states(asked.state.read_text("utf-8")) if asked.state else {}
    if asked.tls:
        states.setdefault("tsa", {"authority": _time_authority(asked.tls)})
    asyncio.run(_serve(Gateway(simulations(), states), asked.port, asked.certificate, asked.key))
    return 0


def _certificates(folder: Path) -> Certificates:
    there = Certificates(folder / "platforms-ca.pem", folder / "platforms.pem", folder / "platforms-key.pem")
    named = folder / "platforms-names.txt"
    wanted = "\n".join(names())
    if all(path.exists() for path in (*there, named)) and named.read_text("utf-8") == wanted:
        return there
    made = write_certificates(folder, names())
    named.write_text(wanted, "utf-8")
    return made


def _time_authority(folder: Path) -> dict[str, str]:
    """The same at every start: tokens that were given out lead to one root."""
    kept, root = folder / "tsa.json", folder / "tsa-root.pem"
    if not (kept.exists() and root.exists()):
        made = authority(start=datetime.now(UTC)).saved()
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(made), "utf-8")
        root.write_text(made["root"], "ascii")
    saved: dict[str, str] = json.loads(kept.read_text("utf-8"))
    return saved


async def _serve(gateway: Gateway, port: int, certificate: Path, key: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    runner = web.AppRunner(gateway.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    ended = asyncio.Event()
    for signalled in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signalled, ended.set)
    sys.stdout.write(f"simulated platforms on https://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await ended.wait()
    await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
