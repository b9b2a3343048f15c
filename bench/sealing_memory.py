"""Peak memory of sealing 10,000 and many more events of one day, a fresh process each.

Journal segments of 1,000 events are made when they are opened; archive segments are written to disk and thrown away
where they would be stored.
"""

import subprocess
import sys
from pathlib import Path

from bench.figure import Figure

SIZES = (10_000, 100_000, 1_000_000)
TARGET = 1.25
ROOT = Path(__file__).parents[1]


def figures() -> list[Figure]:
    """One figure a size, as a ratio to the smallest."""
    peaks = {size: _peak(size) for size in SIZES}
    least = peaks[SIZES[0]]
    return [_figure(size, peak, least) for size, peak in peaks.items()]


def _figure(size: int, peak: float, least: float) -> Figure:
    return Figure(
        name=f"seal, {size:,} events",
        unit="MiB at its peak",
        value=peak,
        baseline=f"{SIZES[0]:,} events",
        baseline_value=least,
        ratio=peak / least,
        target=TARGET,
        at_least=False,
    )


def _peak(size: int) -> float:
    """MiB of a fresh process that seals ``size`` events."""
    command = [sys.executable, "-m", "bench.seal_many", str(size)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return float(run.stdout)
