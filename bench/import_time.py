"""How long a fresh process takes to import each handler, as a ratio to ``import pydantic``."""

import os
import subprocess
import sys
from pathlib import Path

from bench.figure import Figure, paired

TARGET_MS = 400
ROUNDS = 5
ROOT = Path(__file__).parents[1]
_PROBE = "import time; start = time.perf_counter(); import {module}; print((time.perf_counter() - start) * 1000)"


def figures() -> list[Figure]:
    """One figure a handler; the first import of each, which compiles, is left out."""
    return [_figure(path.parent.name) for path in sorted(ROOT.glob("functions/*/handler.py"))]


def _figure(name: str) -> Figure:
    handler = f"functions.{name}.handler"
    _import_ms(handler)
    rounds = [(_import_ms(handler), _import_ms("pydantic.main")) for _ in range(ROUNDS)]
    value, baseline, ratio = paired([ours for ours, _ in rounds], [bare for _, bare in rounds])
    return Figure(
        name=f"import {name}",
        unit="ms",
        value=value,
        baseline="import pydantic",
        baseline_value=baseline,
        ratio=ratio,
        target=TARGET_MS,
        bound="value",
        at_least=False,
    )


def _import_ms(module: str) -> float:
    run = subprocess.run(
        [sys.executable, "-c", _PROBE.format(module=module)],
        cwd=ROOT,
        env={"PATH": os.environ.get("PATH", "")},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(run.stdout)
