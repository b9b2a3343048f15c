"""Runs commands in lanes, one in front and the others beside it, and counts what passed and failed."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from infra.local import node
from infra.local.opensearch_package import PackageError
from infra.local.preflight import PreflightError
from infra.local.processes import StartError
from infra.local.settings import ROOT

_BESIDE = 2
_LOW = 10
"""Of 19: with what runs in front on both sides of it, a tenth of the machine; and all that is left over."""


@dataclass(frozen=True)
class Count:
    """How many tests passed, failed (or broke), and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


Surroundings = Callable[[], AbstractContextManager[dict[str, str]]]


@contextmanager
def nothing() -> Iterator[dict[str, str]]:
    """The surroundings of a lane that needs none."""
    yield {}


@dataclass(frozen=True)
class Part:
    """One command. ``report`` is the JUnit file it writes; without one its exit code counts as one test.

    One that is ``alone`` measures how fast something is: it waits until nothing runs beside it.
    """

    name: str
    command: Sequence[str | Path]
    folder: Path = ROOT
    report: Path | None = None
    alone: bool = False


@dataclass(frozen=True)
class Lane:
    """Parts that run one after another, within surroundings that are started before and stopped after; these give
    variables of the environment."""

    group: str
    parts: Sequence[Part]
    surroundings: Surroundings = nothing


Outcome = tuple[Part, Count, float]


def run_all(chosen: Sequence[Lane]) -> list[Outcome]:
    """Run the first lane in front and the others beside it, as many at a time as there are ``_BESIDE``.

    The first waits more than it computes: the others take, at a low priority, what it leaves of the machine.
    """
    front, *others = chosen
    beside = Beside()
    with ThreadPoolExecutor(_BESIDE) as pool:
        left = [pool.submit(run_lane, lane, beside.run) for lane in others]

        def until_alone() -> None:
            beside.hurry()
            wait(left)

        try:
            told = run_lane(front, in_front, until_alone)
            beside.hurry()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            beside.end()
            raise
    return [*(outcome for done in left for outcome in done.result()), *told]


Runner = Callable[[Part, Mapping[str, str]], int]


def run_lane(lane: Lane, runner: Runner, until_alone: Callable[[], object] = lambda: None) -> list[Outcome]:
    """Run the parts of a lane one after another; surroundings that fail to start fail each of them."""
    for part in lane.parts:
        if part.report:
            part.report.unlink(missing_ok=True)
    told: list[Outcome] = []
    began = time.monotonic()
    try:
        with lane.surroundings() as variables:
            for part in lane.parts:
                if part.alone:
                    until_alone()
                    began = time.monotonic()
                code = runner(part, variables)
                told.append((part, count(part, code), time.monotonic() - began))
                began = time.monotonic()
    except (StartError, PackageError, PreflightError, subprocess.CalledProcessError) as error:
        print(error, flush=True)
        missing = lane.parts[len(told) :]
        told = [*told, *((part, Count(failed=1), time.monotonic() - began) for part in missing)]
        if not missing:  # they all ran, but what was around them could not be stopped
            last, counted, seconds = told[-1]
            told[-1] = (last, counted + Count(failed=1), seconds)
    return told


def count(part: Part, code: int) -> Count:
    """What a part that ended with this exit code counts as."""
    if code not in (0, 1):
        print(f"{part.name} ended with exit code {code}", flush=True)
    if part.report is None:
        return Count(passed=1) if code == 0 else Count(failed=1)
    found = read_report(part.report) if part.report.exists() else Count()
    return found if code == 0 or found.failed else found + Count(failed=1)


def in_front(part: Part, variables: Mapping[str, str]) -> int:
    """Run a part whose output goes through to ours; its exit code."""
    print(f"\n=== {part.name} ===", flush=True)
    command = [str(item) for item in part.command]
    done = subprocess.run(command, cwd=part.folder, env=_environment(variables), check=False, stdin=subprocess.DEVNULL)
    return done.returncode


class Beside:
    """Runs parts beside another one: their output comes in one piece when they have ended."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._priority = _LOW
        self._ranking = threading.Lock()

    def run(self, part: Part, variables: Mapping[str, str]) -> int:
        """Run a part that gives way to what runs in front; its exit code."""
        print(f"\n=== {part.name}: begins beside ===", flush=True)
        process = subprocess.Popen(
            ["nice", "-n", str(_LOW), *map(str, part.command)],
            cwd=part.folder,
            env=_environment(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with self._ranking:
            self._running.add(process)
            _rank(process.pid, self._priority)
        try:
            printed, _ = process.communicate()
        finally:
            self._running.discard(process)
        print(f"\n=== {part.name} ===\n{printed.decode(errors='replace')}", flush=True)
        return process.returncode

    def hurry(self) -> None:
        """Nothing runs in front any more: let them have their share beside whatever else this machine does."""
        with self._ranking:
            self._priority = 0
            for process in list(self._running):
                _rank(process.pid, self._priority)

    def end(self) -> None:
        """End what runs: in sessions of their own, they are not told when somebody interrupts us."""
        for process in list(self._running):
            os.killpg(process.pid, signal.SIGTERM)


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    return node.environment({"PYTHONUNBUFFERED": "1"} | dict(variables))


def read_report(path: Path) -> Count:
    """The counts in a JUnit file; an error counts as a failure."""
    total = Count()
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):  # noqa: S314 - written by the part that just ran
        tests = int(suite.get("tests", "0"))
        failed = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
        skipped = int(suite.get("skipped", "0"))
        total += Count(tests - failed - skipped, failed, skipped)
    return total


def _rank(session: int, priority: int) -> None:
    """Linux shares the machine between sessions first, by a number of their own; within them by ``nice``."""
    while True:
        try:
            Path(f"/proc/{session}/autogroup").write_text(str(priority), "ascii")
        except BlockingIOError:  # who is not root may say so ten times a second
            time.sleep(0.1)
        except (FileNotFoundError, ProcessLookupError):
            return
        else:
            return
