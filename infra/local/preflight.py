"""Look before starting: are the ports free, are the tools there? Each complaint says what to do about it."""

import shutil
import socket
from pathlib import Path

from infra.local import processes
from infra.local.settings import Settings

DEBIAN_PACKAGE = {"mvn": "maven", "git": "git"}


class PreflightError(Exception):
    """The machine is not ready; the text says what is missing and what to do."""


def check_ports(settings: Settings) -> None:
    """Every port must be free, or held by the program that an earlier start of this very stack put there.

    Raises:
        PreflightError: another program listens; names the port, the program where visible, and the variable.
    """
    wanted = [
        ("emulator", settings.port, "QUIRE_PORT"),
        ("search", settings.search_port, "QUIRE_SEARCH_PORT"),
        ("guard", settings.guard_port, "QUIRE_SEARCH_PORT"),
        ("simulators", settings.platform_port, "QUIRE_PLATFORM_PORT"),
    ]
    taken = [
        f"port {port} is taken{_by(port)}: stop that program, or choose another port with {variable}=PORT"
        for name, port, variable in wanted
        if not _is_ours(settings, name, port) and not is_free(port)
    ]
    if taken:
        raise PreflightError("\n".join(taken))


def need(*tools: str) -> None:
    """Raise unless every tool is on the PATH.

    Raises:
        PreflightError: names each missing tool and the Debian package that has it.
    """
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        packages = " ".join(DEBIAN_PACKAGE.get(tool, tool) for tool in missing)
        raise PreflightError(f"{', '.join(missing)} is missing. On Debian or Ubuntu: apt-get install {packages}")


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def holder(port: int) -> str | None:
    """``name (pid 123)`` of the program listening on a TCP port, where the system lets us see it."""
    sockets = _listening_sockets(port)
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()) in sockets:
                process = link.parents[1]
                return f"{(process / 'comm').read_text('utf-8').strip()} (pid {process.name})"
        except OSError:  # the process ended meanwhile, or is somebody else's
            continue
    return None


def _is_ours(settings: Settings, name: str, port: int) -> bool:
    record = processes.running(settings, name)
    return record is not None and record.port == port


def _by(port: int) -> str:
    name = holder(port)
    return f" by {name}" if name else " by a program this user cannot see"


def _listening_sockets(port: int) -> set[str]:
    """``socket:[inode]`` of the listeners on a port, from ``/proc/net/tcp`` (proc(5))."""
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text("ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found
