"""OpenSearch for the benchmarks: with the heap of a small production node, and a folder beside it for other indexes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local import processes, search
from infra.local.settings import ROOT, Settings

BENCH = Settings(port=4790, search_port=9590, state=ROOT / ".local" / "bench", engine="opensearch")
HEAP = "2g"


@contextmanager
def engine() -> Iterator[tuple[str, Path]]:
    """Its address, and the folder. One that runs already stays up afterwards, with what is in it.

    Raises:
        StartError, PackageError, PreflightError: it cannot be had on this machine.
    """
    BENCH.state.mkdir(parents=True, exist_ok=True)
    _, fresh = search.start(BENCH, HEAP)
    try:
        yield BENCH.search_endpoint, BENCH.state
    finally:
        if fresh:
            processes.stop(BENCH, search.NAME)
