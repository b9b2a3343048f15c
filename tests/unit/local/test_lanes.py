"""Lanes of the test suite: one in front, others beside it, and what is alone when they are through."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.local import lanes, suite
from infra.local.lanes import Count, Lane, Part
from infra.local.processes import StartError


def python(program: str, *arguments: Path) -> list[str | Path]:
    return [sys.executable, "-c", program, *arguments]


def meeting(folder: Path, name: str, *others: str) -> list[str | Path]:
    """A command that ends when others began: none of them would end alone."""
    meet = "import pathlib, sys, time\nmine, *others = map(pathlib.Path, sys.argv[1:])\nmine.touch()\n"
    meet += "while not all(each.exists() for each in others): time.sleep(0.01)\n"
    meet += "print('met', *(each.name for each in others))"
    return python(meet, folder / name, *(folder / other for other in others))


def counted(chosen: list[Lane]) -> dict[str, Count]:
    return {part.name: count for part, count, _ in lanes.run_all(chosen)}


def test_reports_are_counted(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="1" errors="2" skipped="3"/>'
        '<testsuite tests="2" failures="0" errors="0"/></testsuites>',
        "utf-8",
    )

    assert str(lanes.read_report(report)) == "6 passed, 3 failed, 3 skipped"
    assert str(Count(1, 0, 0) + Count(2, 1, 1)) == "3 passed, 1 failed, 1 skipped"


def test_a_part_without_a_report_counts_as_one(tmp_path: Path) -> None:
    good, bad = Part("good", ["true"], tmp_path), Part("bad", ["false"], tmp_path)
    assert counted([Lane("check", [good, bad])]) == {"good": Count(passed=1), "bad": Count(failed=1)}
    assert counted([Lane("check", []), Lane("check", [good, bad])]) == {"good": Count(1), "bad": Count(failed=1)}


def test_a_report_of_an_earlier_run_counts_for_nothing(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuite tests="10" failures="0" errors="0"/>', "utf-8")

    assert counted([Lane("unit", [Part("broken", ["false"], report=report)])]) == {"broken": Count(failed=1)}


def test_lanes_run_beside_each_other_and_their_output_is_shown(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    three = ("one", "two", "three")
    chosen = [
        Lane("check", [Part(name, meeting(tmp_path, name, *(other for other in three if other != name)))])
        for name in three
    ]
    bad = Lane("unit", [Part("bad", ["false"])])
    monkeypatch.setattr(suite, "REPORTS", tmp_path)
    monkeypatch.setattr("infra.local.machine.prepare", lambda **_: None)
    monkeypatch.setattr("infra.local.node.ensure_packages", lambda _: False)
    monkeypatch.setattr(suite, "lanes", lambda: [*chosen, bad])

    assert suite.main([]) == 1

    printed = capfd.readouterr().out
    assert printed.endswith("3 passed, 1 failed, 0 skipped\n")
    assert {"=== one ===", "met two three"} <= {*printed.splitlines()}, "in front, line by line"
    assert "=== two ===\nmet one three" in printed
    assert suite.main(["--only", "check"]) == 0, "nothing else is asked for"


def test_what_is_beside_gives_way(capfd: pytest.CaptureFixture[str]) -> None:
    tell = Part("tell", python("import os; print('nice', os.nice(0))"))

    lanes.run_all([Lane("stack", [tell]), Lane("unit", [tell])])

    front, beside = os.nice(0), min(os.nice(0) + 10, 19)
    assert sorted(line for line in capfd.readouterr().out.splitlines() if line.startswith("nice")) == sorted(
        [f"nice {front}", f"nice {beside}"]
    )


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this system ranks no sessions")
def test_what_is_beside_gives_way_no_longer_than_something_runs_in_front(tmp_path: Path) -> None:
    rank = "import pathlib, sys, time\nrank = lambda: pathlib.Path('/proc/self/autogroup').read_text().split()[-1]\n"
    rank += "while rank() != '10': time.sleep(0.01)\npathlib.Path(sys.argv[1]).touch()\n"
    rank += "while rank() != '0': time.sleep(0.01)\n"
    until = Part("until", meeting(tmp_path, "until", "low"))
    beside = Part("beside", python(rank, tmp_path / "low"))

    found = counted([Lane("stack", [until, Part("last", ["true"], alone=True)]), Lane("unit", [beside])])

    assert set(found.values()) == {Count(passed=1)}


def test_what_is_alone_waits_for_the_others(tmp_path: Path) -> None:
    begin = Part("begin", meeting(tmp_path, "begin", "other"))
    other = Part("other", meeting(tmp_path, "other", "begin"))
    then = Part("then", python("import pathlib, sys; pathlib.Path(sys.argv[1]).touch()", tmp_path / "then"))
    last = Part("last", python("import pathlib, sys; pathlib.Path(sys.argv[1]).stat()", tmp_path / "then"), alone=True)

    assert set(counted([Lane("stack", [begin, last]), Lane("unit", [other, then])]).values()) == {Count(passed=1)}


def test_surroundings_are_there_for_all_parts_of_a_lane_and_give_variables() -> None:
    events: list[str] = []

    @contextmanager
    def around() -> Iterator[dict[str, str]]:
        events.append("started")
        yield {"AROUND": "us"}
        events.append("stopped")

    look = python("import os, sys; sys.exit(os.environ['AROUND'] != 'us')")

    found = counted([Lane("stack", [Part("first", look), Part("second", look)], around)])

    assert found == {"first": Count(passed=1), "second": Count(passed=1)}
    assert events == ["started", "stopped"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_surroundings_that_fail_are_failures(when: str, capsys: pytest.CaptureFixture[str]) -> None:
    @contextmanager
    def broken() -> Iterator[dict[str, str]]:
        if when == "before":
            raise StartError("did not come up")
        yield {}
        raise StartError("did not go down")

    found = counted([Lane("stack", [Part("one", ["true"]), Part("two", ["true"])], broken)])

    one = Count(failed=1) if when == "before" else Count(passed=1)
    assert found == {"one": one, "two": one + Count(failed=1) if when == "after" else one}
    assert "did not" in capsys.readouterr().out


def test_when_somebody_interrupts_nothing_is_left_running(tmp_path: Path) -> None:
    say = "import os, pathlib, sys, time\nplace = pathlib.Path(sys.argv[1])\n"
    say += "place.with_suffix('.new').write_text(str(os.getpid()))\nplace.with_suffix('.new').rename(place)\n"
    file = tmp_path / "pid"
    endless = Part("endless", python(say + "time.sleep(600)", file))
    never = Part("never", python("import pathlib, sys; pathlib.Path(sys.argv[1]).touch()", tmp_path / "never"))

    @contextmanager
    def interrupted() -> Iterator[dict[str, str]]:
        while not file.exists():
            time.sleep(0.01)
        signal.raise_signal(signal.SIGINT)
        yield {}

    with pytest.raises(KeyboardInterrupt):
        lanes.run_all([Lane("stack", [], interrupted), Lane("unit", [endless, never])])

    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)
