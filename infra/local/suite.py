"""``make test``: every linter and every test, with one count at the end.

The tests on the local stack run in front. They wait more than they compute: what needs no stack runs beside them, at
a low priority, and prints what it has to say in one piece. The load comes last, with nothing beside it.

The last line printed is ``N passed, N failed, N skipped`` over all of them, a linter counting as one. What the machine
lacks is installed first, and said. Each part writes a JUnit report to ``.local/reports``; nothing is read from its
printed text.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from infra.local import machine, node, stack_for_tests
from infra.local.lanes import Count, Lane, Part, run_all
from infra.local.settings import ROOT

REPORTS = ROOT / ".local" / "reports"
TOOLS = node.TOOLS


def lanes() -> list[Lane]:
    """All lanes in the order they begin: the longest first, then what is quick to tell."""
    checks = [
        Part("ruff check", [TOOLS / "ruff", "check", "."]),
        Part("ruff format", [TOOLS / "ruff", "format", "--check", "."]),
        Part("lint-imports", [TOOLS / "lint-imports"]),
        Part("console: eslint", [TOOLS / "npm", "run", "--silent", "lint"], node.CONSOLE),
    ]
    load = "tests/local/test_under_load.py"
    on_stack = ["-m", "local or browser"]  # a place for each: to look at all tests takes longer than many of them
    stack = [
        _pytest("tests on the local stack", "stack", [*on_stack, "tests/browser", "tests/local", "--ignore", load]),
        _pytest("load on the local stack", "load", [*on_stack, load], alone=True),
    ]
    # What a module makes for all its tests is made once.
    engine = ["-m", "opensearch", "-n", "2", "--dist", "loadfile", "tests/contracts"]
    without = ["-m", "not local and not browser and not opensearch", "-n", "2"]
    return [
        Lane("stack", stack, stack_for_tests.stack),
        Lane("unit", [_pytest("tests without a stack", "unit", without)]),
        Lane("check", checks),
        Lane("unit", [_vitest()]),
        Lane("check", [Part("mypy", [TOOLS / "mypy", "."])]),
        Lane("opensearch", [_pytest("tests on OpenSearch", "opensearch", engine)], stack_for_tests.opensearch),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; exit code 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="infra.local.suite", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", choices=("check", "unit", "opensearch", "stack"), action="append")
    only = parser.parse_args(arguments).only
    chosen = [lane for lane in lanes() if not only or lane.group in only]
    groups = {lane.group for lane in chosen}
    # Hundreds of programs start in the course of a run: what one has compiled the others shall find.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    REPORTS.mkdir(parents=True, exist_ok=True)
    machine.prepare(browser="stack" in groups, opensearch="opensearch" in groups)
    if groups & {"check", "unit"}:
        node.ensure_packages(node.CONSOLE)
    total, summary = Count(), []
    for part, count, seconds in run_all(chosen):
        total += count
        summary.append(f"  {part.name:<28} {count!s:<40} {seconds:6.1f} s")
    print("\n" + "\n".join(summary) + "\n")
    print(total)
    return 1 if total.failed or not total.passed else 0


def _pytest(name: str, report: str, extra: Sequence[str], *, alone: bool = False) -> Part:
    file = REPORTS / f"{report}.xml"
    command = [str(TOOLS / "python"), "-m", "pytest", "--durations=10", f"--junitxml={file}", *extra]
    if os.environ.get("CI"):
        command.append("--color=no")
    return Part(name, command, report=file, alone=alone)


def _vitest() -> Part:
    report = REPORTS / "console.xml"
    reporters = ["--reporter=default", "--reporter=junit", f"--outputFile.junit={report}"]
    return Part("console: vitest", [TOOLS / "npm", "test", "--", *reporters], node.CONSOLE, report)


if __name__ == "__main__":
    sys.exit(main())
