"""Start and stop the simulated platforms: what the stack's functions find when they ask outside.

They have an authority of their own (``tls/platforms-ca.pem``), which only those functions trust: nobody has to let a
browser believe that this machine is ``slack.com``.
"""

import json
import os
import ssl
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx

from infra.local import processes
from infra.local.processes import Record
from infra.local.settings import ROOT, Settings

NAME = "simulators"
_CONTROL = {"Host": "control.simulators.localhost"}
AUTHORITY, TIME_ROOT = "platforms-ca.pem", "tsa-root.pem"


def start(settings: Settings, states: dict[str, Any]) -> Record:
    """Start them unless they run, with these states (by platform), and wait until they answer.

    Raises:
        StartError: they did not come up.
    """
    if record := processes.running(settings, NAME):
        return record
    keep(settings, states)
    command = [sys.executable, "-m", "tests.simulators", "--port", settings.platform_port, "--tls", settings.tls]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "QUIRE_"))}
    return processes.start(
        settings,
        NAME,
        [str(part) for part in [*command, "--state", _file(settings)]],
        environment=inherited | {"PYTHONUNBUFFERED": "1", "SSL_CERT_FILE": str(settings.tls / "bundle.pem")},
        ready=lambda: answers(settings),
        port=settings.platform_port,
        version=f"aiohttp {version('aiohttp')}",
        folder=ROOT,
    )


def stop(settings: Settings) -> bool:
    """Stop them; whether they ran."""
    return processes.stop(settings, NAME)


def keep(settings: Settings, states: dict[str, Any]) -> None:
    """Write down how they start the next time: tokens and files, for their owner only."""
    file = _file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(states), "utf-8")


def put(settings: Settings, platform: str, state: dict[str, Any]) -> None:
    """Replace a platform's state.

    Raises:
        httpx.HTTPError: they did not take it.
    """
    _control(settings, "PUT", f"/state/{platform}", state).raise_for_status()


def state(settings: Settings, platform: str) -> dict[str, Any]:
    """A platform's state.

    Raises:
        httpx.HTTPError: they did not tell it.
    """
    answer = _control(settings, "GET", f"/state/{platform}")
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def answers(settings: Settings) -> bool:
    """Whether they serve requests, over a connection that their certificate makes good."""
    try:
        return _control(settings, "GET", "/health").is_success
    except (httpx.TransportError, OSError):
        return False


def authority(settings: Settings) -> str:
    """Path of the certificate to trust."""
    return str((settings.tls / AUTHORITY).resolve())


def time_root(settings: Settings) -> str:
    """Path of the certificate that the simulated authority's time tokens lead to."""
    return str((settings.tls / TIME_ROOT).resolve())


def endpoint(settings: Settings) -> str:
    """Where they listen."""
    return f"https://127.0.0.1:{settings.platform_port}"


def _control(settings: Settings, method: str, path: str, content: Any = None) -> httpx.Response:
    context = ssl.create_default_context(cafile=authority(settings))
    with httpx.Client(verify=context, trust_env=False, timeout=30) as client:
        return client.request(method, f"{endpoint(settings)}{path}", headers=_CONTROL, json=content)


def _file(settings: Settings) -> Path:
    return settings.state / "simulators.json"
