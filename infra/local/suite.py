"""``make test``: every linter and every test, in one order, with one count at the end.

The last line printed is ``N passed, N failed, N skipped`` over all of them, a linter counting as one. What the machine
lacks is installed first, and said. Each part writes a JUnit report to ``.local/reports``; nothing is read from its
printed text.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from infra.local import machine, node, stack_for_tests
from infra.local.opensearch_package import PackageError
from infra.local.preflight import PreflightError
from infra.local.processes import StartError
from infra.local.settings import ROOT

REPORTS = ROOT / ".local" / "reports"
TOOLS = node.TOOLS
_LANES = 2
_IDLE = ("nice", "-n", "19")


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
    """The surroundings of a part that needs none."""
    yield {}


@dataclass(frozen=True)
class Part:
    """One command. ``report`` is the JUnit file it writes; without one its exit code counts as one test.

    ``surroundings`` are started before and stopped after; they give variables of the environment. One ``beside``
    others keeps a core busy and shares nothing with them; one that is ``last`` has no deadline either, and takes what
    the last part, which waits more than it computes, leaves of the machine.
    """

    name: str
    command: Sequence[str | Path]
    group: str
    folder: Path = ROOT
    report: Path | None = None
    surroundings: Surroundings = nothing
    beside: Literal["", "others", "last"] = ""


def parts() -> list[Part]:
    """All parts in the order they run: the quick ones first."""
    found = [
        Part("mypy", [*_IDLE, TOOLS / "mypy", "."], "check", beside="last"),
        Part("ruff check", [TOOLS / "ruff", "check", "."], "check", beside="others"),
        Part("ruff format", [TOOLS / "ruff", "format", "--check", "."], "check", beside="others"),
        Part("lint-imports", [TOOLS / "lint-imports"], "check", beside="others"),
    ]
    if (node.CONSOLE / "package.json").exists():
        lint: list[str | Path] = [TOOLS / "npm", "run", "--silent", "lint"]
        found.append(Part("console: eslint", lint, "check", node.CONSOLE, beside="others"))
        found.append(_vitest())
    without = ["-m", "not local and not browser and not opensearch", "-n", "2"]
    found.append(_pytest("tests without a stack", "unit", without))
    # These wait for the engine more than they compute; what a module makes for all its tests is made once.
    two = ["-m", "opensearch", "-n", "2", "--dist", "loadfile"]
    found.append(_pytest("tests on OpenSearch", "opensearch", two, stack_for_tests.opensearch))
    found.append(_pytest("tests on the local stack", "stack", ["-m", "local or browser"], stack_for_tests.stack))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; exit code 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="infra.local.suite", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", choices=("check", "unit", "opensearch", "stack"), action="append")
    only = parser.parse_args(arguments).only
    chosen = [part for part in parts() if not only or part.group in only]
    REPORTS.mkdir(parents=True, exist_ok=True)
    groups = {part.group for part in chosen}
    machine.prepare(browser="stack" in groups, opensearch="opensearch" in groups)
    if any(part.folder == node.CONSOLE for part in chosen):
        node.ensure_packages(node.CONSOLE)
    total, summary = Count(), []
    for part, count, seconds in _in_lanes(chosen):
        total += count
        summary.append(f"  {part.name:<28} {count!s:<40} {seconds:6.1f} s")
    print("\n" + "\n".join(summary) + "\n")
    print(total)
    return 1 if total.failed or not total.passed else 0


def _in_lanes(chosen: Sequence[Part]) -> Iterator[tuple[Part, Count, float]]:
    """Run the parts: first those beside others, two at a time, then each of the rest by itself, the last with what was
    left for it."""
    with ThreadPoolExecutor(_LANES) as lanes:
        for part, done in [(part, lanes.submit(_timed, part)) for part in chosen if part.beside == "others"]:
            yield part, *done.result()
    alone = [part for part in chosen if not part.beside]
    for part in alone[:-1]:
        yield part, *_timed(part)
    with ThreadPoolExecutor(1) as lane:
        left = [(part, lane.submit(_timed, part)) for part in chosen if part.beside == "last"]
        for part in alone[-1:]:
            yield part, *_timed(part)
        for part, done in left:
            yield part, *done.result()


def _timed(part: Part) -> tuple[Count, float]:
    began = time.monotonic()
    count = run(part)
    return count, time.monotonic() - began


def run(part: Part) -> Count:
    """Run one part and count; surroundings that fail to start fail the part. Its output goes through to ours, at once
    or, where others run beside it, when it has ended."""
    if not part.beside:
        print(f"\n=== {part.name} ===", flush=True)
    if part.report:
        part.report.unlink(missing_ok=True)
    try:
        with part.surroundings() as variables:
            succeeded = _succeeds(part, variables)
    except (StartError, PackageError, PreflightError, subprocess.CalledProcessError) as error:
        print(error, flush=True)
        succeeded = False
    if part.report is None:
        return Count(passed=1) if succeeded else Count(failed=1)
    count = read_report(part.report) if part.report.exists() else Count()
    return count if succeeded or count.failed else count + Count(failed=1)


def _succeeds(part: Part, variables: Mapping[str, str]) -> bool:
    command = [str(item) for item in part.command]
    environment = node.environment({"PYTHONUNBUFFERED": "1"} | dict(variables))
    out, err = (subprocess.PIPE, subprocess.STDOUT) if part.beside else (None, None)
    done = subprocess.run(
        command, cwd=part.folder, env=environment, check=False, stdin=subprocess.DEVNULL, stdout=out, stderr=err
    )
    if part.beside:
        print(f"\n=== {part.name} ===\n{done.stdout.decode(errors='replace')}", flush=True)
    if done.returncode not in (0, 1):
        print(f"{part.name} ended with exit code {done.returncode}", flush=True)
    return done.returncode == 0


def read_report(path: Path) -> Count:
    """The counts in a JUnit file; an error counts as a failure."""
    total = Count()
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):  # noqa: S314 - written by the part that just ran
        tests = int(suite.get("tests", "0"))
        failed = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
        skipped = int(suite.get("skipped", "0"))
        total += Count(tests - failed - skipped, failed, skipped)
    return total


def _pytest(name: str, group: str, extra: Sequence[str], surroundings: Surroundings = nothing) -> Part:
    report = REPORTS / f"{group}.xml"
    command = [str(TOOLS / "python"), "-m", "pytest", "--durations=10", f"--junitxml={report}", *extra]
    if os.environ.get("CI"):
        command.append("--color=no")
    return Part(name, command, group, report=report, surroundings=surroundings)


def _vitest() -> Part:
    report = REPORTS / "console.xml"
    command = [
        str(TOOLS / "npm"),
        "test",
        "--",
        "--reporter=default",
        "--reporter=junit",
        f"--outputFile.junit={report}",
    ]
    return Part("console: vitest", command, "unit", node.CONSOLE, report, beside="others")


if __name__ == "__main__":
    sys.exit(main())
