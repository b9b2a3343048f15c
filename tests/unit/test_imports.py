"""Every handler can be imported with nothing in the environment, and takes nothing heavy along."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HANDLERS = sorted(path.parent.name for path in ROOT.glob("functions/*/handler.py"))
HEAVY = ("boto3", "botocore.client", "opensearchpy", "cryptography", "cedarpy", "jwt", "zstandard")
PROBE = """
import sys, socket
def refused(*_, **__): raise AssertionError("the network was used")
socket.socket.connect = refused
import functions.{name}.handler as handler
assert callable(handler.lambda_handler)
print(*(name for name in {heavy!r} if name in sys.modules))
"""


def test_there_are_handlers() -> None:
    assert {"receive_webhook", "archive_events"} <= set(HANDLERS)


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_imports_without_environment_network_or_heavy_libraries(name: str) -> None:
    probe = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE.format(name=name, heavy=HEAVY)],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert probe.returncode == 0, probe.stderr
    assert probe.stdout.split() == []
