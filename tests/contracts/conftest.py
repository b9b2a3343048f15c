"""Fixtures of the contract tests."""

from collections.abc import Iterator

import pytest

from tests.search_engines import ENGINES, Bench, bench, embedded


@pytest.fixture(scope="session")
def embedded_engine() -> Iterator[str]:
    """The address of an embedded engine, shared by all tests: each uses tenants of its own."""
    with embedded() as url:
        yield url


@pytest.fixture(params=ENGINES)
def search(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A bench on each engine."""
    with bench(request.param, lambda: request.getfixturevalue("embedded_engine")) as made:
        yield made
