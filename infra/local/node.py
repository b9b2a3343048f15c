"""Node and npm from PyPI, and what is built with them: the CDK command line and the console."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from infra.local.settings import ROOT

TOOLS = Path(sys.executable).parent
CONSOLE = ROOT / "web"
CONSOLE_SOURCES = (
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
)


class CommandError(Exception):
    """A program ended with another exit code than 0; the text holds what it printed."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which ``node``, ``npm`` and the Python of ``.venv`` are found first."""
    path = os.pathsep.join([str(TOOLS), os.environ.get("PATH", "")])
    return os.environ | {"PATH": path, "VIRTUAL_ENV": str(TOOLS.parent)} | dict(extra or {})


def run(command: Iterable[str | Path], folder: Path, extra: Mapping[str, str] | None = None) -> str:
    """Run a program to its end and return what it printed on standard output.

    Raises:
        CommandError: it failed.
    """
    arguments = [str(part) for part in command]
    done = subprocess.run(
        arguments,
        cwd=folder,
        env=environment(extra),
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        printed = "\n".join((done.stdout + done.stderr).splitlines()[-60:])
        raise CommandError(f"`{' '.join(arguments)}` ended with exit code {done.returncode}:\n{printed}")
    return done.stdout


def ensure_packages(folder: Path) -> bool:
    """``npm ci`` in ``folder`` unless what its lock file names is installed; whether it ran."""
    if is_installed(folder):
        return False
    run([TOOLS / "npm", "ci", "--no-audit", "--no-fund"], folder)
    return True


def is_installed(folder: Path) -> bool:
    """Whether ``node_modules`` holds the locked versions, by the lock file that npm keeps in there.

    Packages marked optional may be missing: they are for other systems.
    """
    present = folder / "node_modules" / ".package-lock.json"
    if not present.exists():
        return False
    locked = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    there = json.loads(present.read_text("utf-8"))["packages"]
    wanted = {place: item["version"] for place, item in locked.items() if place and not item.get("optional")}
    found = {place: item["version"] for place, item in there.items()}
    return all(found.get(place) == version for place, version in wanted.items())


def ensure_console() -> bool:
    """Build the console into ``web/dist`` unless it was built from these very sources; whether it was built."""
    stamp = CONSOLE / "dist" / ".quire-built"
    digest = fingerprint(CONSOLE / name for name in CONSOLE_SOURCES)
    if stamp.exists() and stamp.read_text("ascii") == digest:
        return False
    ensure_packages(CONSOLE)
    run([TOOLS / "npm", "run", "build"], CONSOLE)
    stamp.write_text(digest, "ascii")
    return True


def fingerprint(sources: Iterable[Path]) -> str:
    """SHA-256 over the names and bytes of files, and of every file below folders; what is not there counts as such."""
    digest = hashlib.sha256()
    for source in sources:
        files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for path in files:
            if "__pycache__" in path.parts:
                continue
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest() if path.exists() else b"-")
    return digest.hexdigest()
