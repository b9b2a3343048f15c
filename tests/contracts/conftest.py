"""Fixtures of the contract tests."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from quire.domain.ids import TenantId
from tests.search_engines import ENGINES, Bench, bench, embedded, pool


@pytest.fixture(scope="session")
def embedded_engine() -> Iterator[str]:
    """The address of an embedded engine, shared by all tests: each uses tenants of its own."""
    with embedded() as url:
        yield url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On each engine; where a module says ``POOLED``, on that one in a pool beside a neighbour too."""
    if "search" in metafunc.fixturenames:
        engine = getattr(metafunc.module, "POOLED", None)
        marks = [pytest.mark.opensearch] if engine == "opensearch" else []
        pooled = [pytest.param(f"pooled on {engine}", marks=marks, id="pooled")] if engine else []
        metafunc.parametrize("search", [*ENGINES, *pooled], indirect=True)


@pytest.fixture
def search(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A bench of the kind that is asked for."""
    *pooled, kind = request.param.split()
    with ExitStack() as stack:
        made = stack.enter_context(bench(kind, lambda: request.getfixturevalue("embedded_engine")))
        if pooled:
            neighbour = TenantId(f"{made.tenant}-next-door")
            made = replace(stack.enter_context(pool(made, made.tenant, neighbour)), neighbour=neighbour)
        yield made
