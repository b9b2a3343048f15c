"""Start programs in the background, know them again, and stop them: those that were started here and nothing else.

A record ``run/<name>.json`` holds the process id *and* its start time, so that a number that the system has given to
another program since is never signalled.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.local.settings import Settings

_children: dict[int, "subprocess.Popen[bytes]"] = {}
"""What this very process started: the programs outlive us, but while we are here it is us who must collect them."""


class StartError(Exception):
    """A program did not come up; the text ends with the last lines it printed."""


@dataclass(frozen=True)
class Record:
    """A program that was started: ``started`` is the system's start time of that process, in its own unit."""

    name: str
    pid: int
    started: str
    port: int
    version: str


def running(settings: Settings, name: str) -> Record | None:
    """The record of a program that is alive and the very one that was started; None otherwise."""
    path = settings.run / f"{name}.json"
    try:
        record = Record(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        path.unlink()
        return None
    return record if started_at(record.pid) == record.started else None


def died(settings: Settings, name: str) -> bool:
    """Whether a program that was started has ended without having been stopped."""
    return (settings.run / f"{name}.json").exists() and running(settings, name) is None


def all_running(settings: Settings) -> list[Record]:
    """Every program of this stack that is alive."""
    names = sorted(path.stem for path in settings.run.glob("*.json"))
    return [record for name in names if (record := running(settings, name))]


def start(
    settings: Settings,
    name: str,
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    ready: Callable[[], bool],
    port: int,
    version: str,
    deadline: float = 60.0,
    user: int | None = None,
    folder: Path | None = None,
) -> Record:
    """Start a program in a session of its own and wait until ``ready`` says so.

    ``deadline`` is in seconds. ``user`` is the numeric id to run as. What it prints goes to ``log/<name>.log``.

    Raises:
        StartError: it ended, or was not ready in time; it is stopped again then.
    """
    settings.run.mkdir(parents=True, exist_ok=True)
    settings.logs.mkdir(parents=True, exist_ok=True)
    log = settings.logs / f"{name}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder or settings.state,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
        )
    _children[process.pid] = process
    record = Record(name, process.pid, started_at(process.pid) or "", port, version)
    (settings.run / f"{name}.json").write_text(json.dumps(asdict(record)), "utf-8")
    try:
        wait_until(lambda: ready() or process.poll() is not None, f"{name} to answer", deadline)
    except TimeoutError as error:
        stop(settings, name)
        raise StartError(f"{name} was not ready after {deadline:.0f} s.\n{tail(log)}") from error
    if process.poll() is not None:
        raise StartError(f"{name} ended with exit code {process.returncode}.\n{tail(log)}")
    return record


def stop(settings: Settings, name: str, *, patience: float = 60.0) -> bool:
    """End a program by SIGTERM and wait; after ``patience`` seconds by SIGKILL. Whether there was one to end."""
    record = running(settings, name)
    if record is None:
        (settings.run / f"{name}.json").unlink(missing_ok=True)
        return False
    os.kill(record.pid, signal.SIGTERM)
    if not ended_within(record, patience):
        os.kill(record.pid, signal.SIGKILL)
        ended_within(record, 10.0)
    _end_session(record.pid)
    (settings.run / f"{name}.json").unlink(missing_ok=True)
    return True


def ended_within(record: Record, seconds: float) -> bool:
    """Wait for the process of a record to be gone; whether it is."""
    deadline = time.monotonic() + seconds
    while started_at(record.pid) == record.started:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def started_at(pid: int) -> str | None:
    """When the process with this id started, as the system tells it; None when there is none (or a dead child)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return None if Path("/proc/self/stat").exists() else _started_by_ps(pid)
    state, *rest = stat.rpartition(")")[2].split()
    if state == "Z":
        _reap(pid)
        return None
    return rest[18]


def wait_until(done: Callable[[], bool], what: str, seconds: float, *, every: float = 0.1) -> None:
    """Ask ``done`` again and again until it is true.

    Raises:
        TimeoutError: it was not within ``seconds``; the text says what was waited for.
    """
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(every)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, with its name."""
    if not log.exists():
        return f"({log} was not written)"
    text = log.read_text("utf-8", "replace").splitlines()[-lines:]
    return "\n".join([f"--- {log} ---", *text])


def _end_session(leader: int) -> None:
    """Signal what the program left behind in its own session; nobody else is in there."""
    try:
        os.killpg(leader, signal.SIGTERM)
    except ProcessLookupError:
        return


def _reap(pid: int) -> None:
    """Collect a child of ours that has ended, so that the system forgets it."""
    if (child := _children.get(pid)) is not None and child.poll() is not None:
        del _children[pid]


def _started_by_ps(pid: int) -> str | None:
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return done.stdout.strip() or None
