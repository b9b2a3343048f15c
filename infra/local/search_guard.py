"""Start and stop the guard in front of the search engine: what functions talk to instead of the engine itself.

It refuses what OpenSearch Serverless does not have, so that nothing works here that cannot work on AWS.
"""

import os
import sys
from importlib.metadata import version

import httpx

from infra.local import processes
from infra.local.guard.proxy import REFUSED
from infra.local.processes import Record
from infra.local.settings import ROOT, Settings

NAME = "guard"


def start(settings: Settings) -> Record:
    """Start it, unless it runs; the engine may come up, go and change behind it.

    Raises:
        StartError: it did not come up.
    """
    if record := processes.running(settings, NAME):
        return record
    command = [sys.executable, "-m", "infra.local.guard", "--port", str(settings.guard_port)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "QUIRE_"))}
    return processes.start(
        settings,
        NAME,
        [*command, "--upstream", settings.search_endpoint],
        environment=inherited | {"PYTHONUNBUFFERED": "1"},
        ready=lambda: answers(settings),
        port=settings.guard_port,
        version=f"aiohttp {version('aiohttp')}",
        folder=ROOT,
    )


def stop(settings: Settings) -> bool:
    """Stop it; whether it ran."""
    return processes.stop(settings, NAME)


def answers(settings: Settings) -> bool:
    """Whether it serves requests."""
    try:
        return httpx.get(f"{settings.guard_endpoint}{REFUSED}", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False
