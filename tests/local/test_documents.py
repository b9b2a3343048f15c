"""What docs/local.md tells a developer to type, typed on the running stack."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.settings import ROOT
from tests.local.running import Running, file_of_stack

pytestmark = pytest.mark.local

_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_BLOCKS = [block for block in _BLOCK.findall((ROOT / "docs" / "local.md").read_text("utf-8")) if "quire " in block]


@pytest.mark.parametrize("block", _BLOCKS, ids=[block.split("\n")[1][:40] for block in _BLOCKS])
def test_block_runs_as_it_is_written(stack: Running, block: str) -> None:
    """Only the state's folder is another: tests have a stack of their own."""
    state = file_of_stack().parent
    here = block.replace(".local/", f"{state}/").replace("uv run quire", "quire")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here],
        cwd=ROOT,
        env=environment | {"QUIRE_STATE_DIR": str(state)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    if "curl" in block:
        assert '"hits":[' in done.stdout.replace(" ", "")


def test_page_has_such_blocks() -> None:
    assert len(_BLOCKS) == 2
