"""The stack under test: the one ``QUIRE_STACK`` names (``make test`` starts one), else the developer's own."""

import pytest

from tests.local.running import Running, file_of_stack, read


@pytest.fixture(scope="session")
def stack() -> Running:
    """The running stack."""
    file = file_of_stack()
    if not file.exists():
        pytest.skip("no local stack runs: `make up` starts one")
    return read(file)
