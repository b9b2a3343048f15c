"""The simulated platforms, started once for all tests of a module."""

from collections.abc import Iterator

import pytest

from tests.simulated.direct import close_all
from tests.simulators.running import Running, running


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server, its state whatever the test before left."""
    with running(tmp_path_factory.mktemp("simulators")) as made:
        yield made


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """No connection outlives its test."""
    yield
    close_all()


@pytest.fixture
def platforms(served: Running) -> Running:
    """The server as it is at the start."""
    served.reset()
    return served
