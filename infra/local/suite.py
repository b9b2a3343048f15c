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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from infra.local import machine, node
from infra.local.settings import ROOT

REPORTS = ROOT / ".local" / "reports"
TOOLS = node.TOOLS


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


@dataclass(frozen=True)
class Part:
    """One command. ``report`` is the JUnit file it writes; without one its exit code counts as one test."""

    name: str
    command: Sequence[str | Path]
    group: str
    folder: Path = ROOT
    report: Path | None = None


def parts() -> list[Part]:
    """All parts in the order they run: the quick ones first."""
    found = [
        Part("ruff check", [TOOLS / "ruff", "check", "."], "check"),
        Part("ruff format", [TOOLS / "ruff", "format", "--check", "."], "check"),
        Part("mypy", [TOOLS / "mypy", "."], "check"),
        Part("lint-imports", [TOOLS / "lint-imports"], "check"),
    ]
    if (node.CONSOLE / "package.json").exists():
        found.append(Part("console: eslint", [TOOLS / "npm", "run", "--silent", "lint"], "check", node.CONSOLE))
        found.append(_vitest())
    found.append(_pytest("tests without a stack", "unit", ["-m", "not local and not browser", "-n", "2"]))
    found.append(_pytest("tests on the local stack", "stack", ["-m", "local or browser"]))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; exit code 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="infra.local.suite", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", choices=("check", "unit", "stack"), action="append")
    only = parser.parse_args(arguments).only
    chosen = [part for part in parts() if not only or part.group in only]
    REPORTS.mkdir(parents=True, exist_ok=True)
    groups = {part.group for part in chosen}
    machine.prepare(browser="stack" in groups, opensearch="unit" in groups or "stack" in groups)
    if any(part.folder == node.CONSOLE for part in chosen):
        node.ensure_packages(node.CONSOLE)
    total, summary = Count(), []
    for part in chosen:
        began = time.monotonic()
        count = run(part)
        total += count
        summary.append(f"  {part.name:<28} {count!s:<40} {time.monotonic() - began:6.1f} s")
    print("\n" + "\n".join(summary) + "\n")
    print(total)
    return 1 if total.failed or not total.passed else 0


def run(part: Part) -> Count:
    """Run one part, its output going through to ours, and count."""
    print(f"\n=== {part.name} ===", flush=True)
    if part.report:
        part.report.unlink(missing_ok=True)
    done = subprocess.run(
        [str(item) for item in part.command],
        cwd=part.folder,
        env=node.environment({"PYTHONUNBUFFERED": "1"}),
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if part.report is None:
        return Count(passed=1) if done.returncode == 0 else Count(failed=1)
    count = read_report(part.report) if part.report.exists() else Count()
    return count if done.returncode == 0 or count.failed else count + Count(failed=1)


def read_report(path: Path) -> Count:
    """The counts in a JUnit file; an error counts as a failure."""
    total = Count()
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):  # noqa: S314 - written by the part that just ran
        tests = int(suite.get("tests", "0"))
        failed = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
        skipped = int(suite.get("skipped", "0"))
        total += Count(tests - failed - skipped, failed, skipped)
    return total


def _pytest(name: str, group: str, extra: Sequence[str]) -> Part:
    report = REPORTS / f"{group}.xml"
    command = [str(TOOLS / "python"), "-m", "pytest", "--durations=10", f"--junitxml={report}", *extra]
    if os.environ.get("CI"):
        command.append("--color=no")
    return Part(name, command, group, report=report)


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
    return Part("console: vitest", command, "unit", node.CONSOLE, report)


if __name__ == "__main__":
    sys.exit(main())
