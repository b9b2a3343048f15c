"""Programs that come from the system's packages: found, or installed where that is possible, and said either way."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.local import search
from infra.local.preflight import DEBIAN_PACKAGE, PreflightError

SHELL = "chromium-headless-shell"
"""Chromium without a window's frame around the page; a whole one draws that frame for nobody, at thrice the work."""
BROWSERS = (SHELL, "chromium", "chromium-browser", "google-chrome")


def prepare(*, browser: bool, opensearch: bool) -> None:
    """Have a browser and what OpenSearch is fetched with.

    Raises:
        PreflightError: something is missing and cannot be installed from here; names the package.
    """
    if browser:
        _have_browser()
    wanted = []
    if opensearch and shutil.which("mvn") is None and not search.opensearch_is_here():
        wanted.append("mvn")
    if wanted:
        install([DEBIAN_PACKAGE[tool] for tool in wanted])


def _have_browser() -> None:
    if os.environ.get("QUIRE_BROWSER") or shutil.which(SHELL):
        return
    try:
        install([SHELL])
    except PreflightError:
        if browser_path() is None:
            install(["chromium"])
        sys.stdout.write(f"{SHELL} cannot be had here: {browser_path()} takes longer\n")


def browser_path() -> Path | None:
    """The Chromium to drive: the shell where it is there; ``QUIRE_BROWSER`` names another one."""
    named = os.environ.get("QUIRE_BROWSER")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return Path(found) if found else None


def install(packages: Sequence[str]) -> None:
    """Install Debian packages.

    Raises:
        PreflightError: this is no Debian, we are not root, or apt-get failed.
    """
    command = f"apt-get install {' '.join(packages)}"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise PreflightError(f"missing: {', '.join(packages)}. On Debian or Ubuntu, as root: {command}")
    sys.stdout.write(f"installing {', '.join(packages)} with apt-get\n")
    sys.stdout.flush()
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *arguments],
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise PreflightError(f"`apt-get {' '.join(arguments)}` failed:\n{done.stdout}{done.stderr}")
