"""Every stage's templates, synthesised once a test run however many workers run the tests."""

import fcntl
from pathlib import Path

import pytest

from tests.infra.synthesis import STAGES, Synthesised, synthesise


@pytest.fixture(scope="session")
def synthesised(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> dict[str, Synthesised]:
    """The stages by name."""
    base = tmp_path_factory.getbasetemp()
    return _Stages(base if worker_id == "master" else base.parent)


class _Stages(dict[str, Synthesised]):
    """Synthesises a stage when it is first asked for; workers wait for each other's."""

    def __init__(self, shared: Path) -> None:
        super().__init__()
        self._shared = shared

    def __missing__(self, stage: str) -> Synthesised:
        folder = self._shared / f"cdk-{stage}"
        with (self._shared / f"cdk-{stage}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = folder / ".done"
            if not done.exists():
                synthesise(stage, folder)
                done.touch()
        self[stage] = Synthesised(stage, folder)
        return self[stage]


@pytest.fixture(scope="session")
def local(synthesised: dict[str, Synthesised]) -> Synthesised:
    """The stage of one machine."""
    return synthesised["local"]


@pytest.fixture(scope="session")
def dev(synthesised: dict[str, Synthesised]) -> Synthesised:
    """``prod``'s shape at its smallest."""
    return synthesised["dev"]


@pytest.fixture(scope="session")
def prod(synthesised: dict[str, Synthesised]) -> Synthesised:
    """The real thing."""
    return synthesised["prod"]


@pytest.fixture(scope="session", params=STAGES)
def stage(request: pytest.FixtureRequest, synthesised: dict[str, Synthesised]) -> Synthesised:
    """Each stage in turn."""
    return synthesised[request.param]
