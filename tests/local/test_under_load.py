"""2,000 deliveries within a minute: 99 of 100 are found within a minute of their capture.

Last of all files by its name: it fills the stack. ``QUIRE_LOAD_ENGINES=osmem,opensearch`` runs it on both engines, and
leaves the stack on the other one.
"""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local import settings, stack_for_tests
from infra.local.settings import ROOT
from tests.local.running import Running

pytestmark = [pytest.mark.local, pytest.mark.timeout(900)]

PROMISE = 60.0
"""Seconds."""
ENGINES = os.environ.get("QUIRE_LOAD_ENGINES", "osmem").split(",")


def measure(stack: Running, engine: str) -> None:
    """Run the load; it fails when something is lost, refused, or later than promised. Its figures are printed."""
    officer = stack.user("meridian", "compliance_officer")
    command = [sys.executable, "-m", "infra.local.load", "--stack", str(stack.file), "--user", officer]
    report = stack.file.parent / f"load-{engine}.json"
    done = subprocess.run(
        [*command, "--p99", str(PROMISE), "--out", str(report)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"QUIRE_STACK": str(stack.file)},
    )
    print(f"\n{engine}: {done.stdout}{done.stderr}")
    assert done.returncode == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_all_is_found_in_time(stack: Running, capsys: pytest.CaptureFixture[str], engine: str) -> None:
    here = settings.from_environment()
    if engine != "osmem":
        if not os.environ.get("QUIRE_STATE_DIR") or Path(os.environ["QUIRE_STATE_DIR"]) != stack.file.parent:
            pytest.skip("this stack is somebody's: only the tests' own gets another engine")
        stack_for_tests.control("up", replace(here, engine=engine))
    with capsys.disabled():
        measure(stack, engine)
