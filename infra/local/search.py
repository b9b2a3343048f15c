"""Start and stop the search engine: the embedded one, or OpenSearch itself."""

import json
import os
import pwd
import shutil
from importlib.metadata import version
from pathlib import Path

import httpx
import osmem_server

from infra.local import java, opensearch_package, processes
from infra.local.processes import Record
from infra.local.settings import ROOT, Settings

NAME = "search"
HEAP = "1g"
VECTOR_MODULE = "jdk.incubator.vector"


def start(settings: Settings, heap: str = HEAP) -> tuple[Record, bool]:
    """Start the engine that the settings ask for, unless it runs; whether it was started anew.

    An engine of the other kind is stopped first: both answer at the same address. ``heap`` is Java's, where it is
    OpenSearch.

    Raises:
        StartError: it did not come up.
        PreflightError, PackageError: OpenSearch cannot be had on this machine.
    """
    record = processes.running(settings, NAME)
    if record and record.version.startswith(settings.engine):
        return record, False
    processes.stop(settings, NAME)
    return (_start_opensearch(settings, heap) if settings.engine == "opensearch" else _start_osmem(settings)), True


def stop(settings: Settings) -> bool:
    """Stop it; whether it ran."""
    return processes.stop(settings, NAME)


def answers(settings: Settings) -> bool:
    """Whether it serves requests and its indexes are ready."""
    try:
        health = httpx.get(
            f"{settings.search_endpoint}/_cluster/health", params={"wait_for_status": "yellow"}, timeout=5
        )
    except httpx.TransportError:
        return False
    return health.is_success


def opensearch_is_here() -> bool:
    """Whether OpenSearch was fetched before, so that nothing has to come from Maven Central."""
    return opensearch_package.is_complete(opensearch_package.read_package(), _base(_unprivileged_user()))


def _start_osmem(settings: Settings) -> Record:
    return processes.start(
        settings,
        NAME,
        [osmem_server.resolve_binary(), "-addr", f"127.0.0.1:{settings.search_port}", "-no-stdin-watch"],
        environment=os.environ,
        ready=lambda: answers(settings),
        port=settings.search_port,
        version=f"osmem {version('osmem-server')}",
    )


def _start_opensearch(settings: Settings, heap: str) -> Record:
    package = opensearch_package.read_package()
    user = _unprivileged_user()
    home = opensearch_package.ensure_server(package, _base(user))
    java_home = _readable_java(java.find(package.java), home.parent, user)
    folder = home.parent / f"port-{settings.search_port}"
    _configure(settings, home, folder, java_home, heap)
    if user is not None:
        _give(folder, user)
    return processes.start(
        settings,
        NAME,
        [home / "bin" / "opensearch"],
        environment={
            "PATH": os.environ["PATH"],
            "OPENSEARCH_JAVA_HOME": str(java_home),
            "OPENSEARCH_PATH_CONF": str(folder / "config"),
            "OPENSEARCH_TMPDIR": str(folder / "tmp"),
            "HOME": str(folder),
        },
        ready=lambda: answers(settings),
        port=settings.search_port,
        version=f"opensearch {package.version}",
        deadline=180.0,
        user=user,
        folder=home,
    )


def _base(user: int | None) -> Path:
    """Where the unpacked server and its data lie: a place that its user can reach."""
    if user is None or all(parent.stat().st_mode & 0o001 for parent in ROOT.parents):
        return ROOT / ".local" / "opensearch"
    return Path("/var/tmp/quire-opensearch")  # noqa: S108 - root's checkout is closed to the user it runs as


def _readable_java(home: Path, base: Path, user: int | None) -> Path:
    """A Java home that the server's user can reach; copied beside the server where the first is root's own."""
    if user is None or all(parent.stat().st_mode & 0o001 for parent in home.resolve().parents):
        return home
    copy = base / "java"
    if java.major(copy) != java.major(home):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(home, copy)
    return copy


def _configure(settings: Settings, home: Path, folder: Path, java_home: Path, heap: str) -> None:
    """Write the configuration of one node that is bound to 127.0.0.1 and starts empty, as the embedded engine does."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("config/jvm.options.d", "data", "logs", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copy2(home / "config" / "log4j2.properties", folder / "config")
    options = (home / "config" / "jvm.options").read_text("utf-8")
    options = options.replace("=data", f"={folder / 'data'}").replace("=logs/", f"={folder / 'logs'}/")
    if not java.has_module(java_home, VECTOR_MODULE):
        options = "\n".join(line for line in options.splitlines() if VECTOR_MODULE not in line)
    (folder / "config" / "jvm.options").write_text(options, "utf-8")
    (folder / "config" / "jvm.options.d" / "heap.options").write_text(f"-Xms{heap}\n-Xmx{heap}\n", "ascii")
    values = {
        "cluster.name": "quire-local",
        "node.name": "quire-local",
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        "network.host": "127.0.0.1",
        "http.port": settings.search_port,
        "transport.port": settings.transport_port,
        "discovery.type": "single-node",
        "cluster.routing.allocation.disk.threshold_enabled": False,
        "action.auto_create_index": False,
    }
    lines = [f"{name}: {json.dumps(value)}" for name, value in values.items()]
    (folder / "config" / "opensearch.yml").write_text("\n".join(lines) + "\n", "utf-8")


def _unprivileged_user() -> int | None:
    """The id of the user to run as when we are root, as which OpenSearch refuses to run."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _give(folder: Path, user: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, -1)
