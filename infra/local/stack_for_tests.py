"""What the tests run against: OpenSearch itself and a whole stack, with ports and a state folder of their own.

Neither touches what ``make up`` started, so a developer's stack keeps running beside the tests.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local import search
from infra.local.settings import ROOT, Settings

STACK = Settings(port=4680, search_port=9380, state=ROOT / ".local" / "test", engine="osmem", platform_port=4681)
ENGINE = Settings(port=4690, search_port=9390, state=ROOT / ".local" / "test-engine", engine="opensearch")


@contextmanager
def opensearch() -> Iterator[dict[str, str]]:
    """OpenSearch itself; the environment by which tests find it.

    Raises:
        StartError, PackageError, PreflightError: it cannot be had on this machine.
    """
    search.start(ENGINE)
    try:
        yield {"QUIRE_OPENSEARCH_URL": ENGINE.search_endpoint}
    finally:
        search.stop(ENGINE)


@contextmanager
def stack() -> Iterator[dict[str, str]]:
    """A whole stack, from nothing, with the demo in it; the environment by which tests find it.

    Raises:
        subprocess.CalledProcessError: it did not come up; what it printed says why.
    """
    control("reset")
    try:
        control("up")
        yield {"QUIRE_STACK": str(STACK.stack_file)} | environment(STACK)
    finally:
        control("down")


def control(command: str, here: Settings = STACK) -> None:
    """Run a command of the local runtime on the tests' stack, its output going through to ours."""
    arguments: list[str | Path] = [sys.executable, "-m", "infra.local", command]
    subprocess.run(arguments, check=True, cwd=ROOT, env=os.environ | environment(here), stdin=subprocess.DEVNULL)


def environment(here: Settings) -> dict[str, str]:
    """The variables that make every command speak to a certain stack."""
    return {
        "QUIRE_PORT": str(here.port),
        "QUIRE_SEARCH_PORT": str(here.search_port),
        "QUIRE_PLATFORM_PORT": str(here.platform_port),
        "QUIRE_STATE_DIR": str(here.state),
        "SEARCH": here.engine,
    }
