"""Bring the tools of this repository onto a machine that has nothing but ``make`` and ``python3``.

Runs on the machine's own Python (3.9 or newer), so it uses the standard library only: ``uv`` comes from PyPI into a
small environment of its own under ``.local/boot``; uv then builds ``.venv`` from the lock file, with the Python that
``.python-version`` names. Each step is skipped when what it makes is already there.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOOT = ROOT / ".local" / "boot"
STAMP = ROOT / ".venv" / ".quire-synced"


class MissingToolError(Exception):
    """A tool that only the operator can install; the text says which package has it."""


def main() -> int:
    """Make ``.venv`` hold exactly what ``uv.lock`` says; the exit code is 0 or 1."""
    try:
        uv = ensure_uv(ROOT / "uv.lock", BOOT)
        ensure_environment(uv, ROOT, STAMP)
    except MissingToolError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"\n{' '.join(map(str, error.cmd))} failed with exit code {error.returncode}\n")
        return 1
    return 0


def ensure_uv(lock: Path, boot: Path) -> Path:
    """The path of ``uv`` in the version that the lock file names, installed on first use."""
    version = locked_version(lock.read_text("utf-8"), "uv")
    uv = boot / "bin" / "uv"
    if uv.exists() and version in _output(uv, "--version"):
        return uv
    _say(f"installing uv {version} into {boot.relative_to(ROOT)}")
    if not (boot / "bin" / "python").exists():
        _make_environment(boot)
    _run(boot / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"uv=={version}")
    return uv


def ensure_environment(uv: Path, root: Path, stamp: Path) -> None:
    """Synchronise ``.venv`` with the lock file unless it was already made from these very files."""
    sources = ("uv.lock", "pyproject.toml", "layers/core/pyproject.toml", ".python-version")
    digest = hashlib.sha256(b"\0".join((root / name).read_bytes() for name in sources)).hexdigest()
    if stamp.exists() and stamp.read_text("ascii") == digest:
        return
    _say("installing the locked Python packages into .venv (about a minute the first time)")
    _run(uv, "sync", "--frozen", cwd=root)
    stamp.write_text(digest, "ascii")


def locked_version(lock: str, package: str) -> str:
    """The version of ``package`` in the text of a ``uv.lock``.

    Raises:
        MissingToolError: the lock file does not name the package.
    """
    found = re.search(rf'^name = "{re.escape(package)}"\nversion = "([^"]+)"', lock, re.MULTILINE)
    if found is None:
        raise MissingToolError(f"uv.lock does not name {package}: run `uv lock` with it in pyproject.toml")
    return found[1]


def _make_environment(boot: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "venv", str(boot)], check=False, capture_output=True, text=True)
    if done.returncode:
        raise MissingToolError(
            f"{sys.executable} cannot make a virtual environment.\n"
            f"On Debian or Ubuntu: apt-get install python3-venv\n{done.stdout}{done.stderr}"
        )


def _output(*command: "str | Path") -> str:
    done = subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True)
    return done.stdout


def _run(*command: "str | Path", cwd: Path = ROOT) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run([str(part) for part in command], check=True, cwd=cwd, env=environment)


def _say(text: str) -> None:
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
