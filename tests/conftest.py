"""What holds for all tests."""

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("quire", deadline=None)
settings.load_profile("quire")

HERE = Path(__file__).parent
HOMES = {"local": {"local", "browser"}, "browser": {"local", "browser"}, "opensearch": {"contracts"}}
"""The folders of tests that need what not every machine runs: ``make test`` looks for them there alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that would never be run is an error."""
    for item in items:
        for mark, folders in HOMES.items():
            if item.get_closest_marker(mark) and item.path.relative_to(HERE).parts[0] not in folders:
                raise pytest.UsageError(f"{item.nodeid} is marked {mark}: it belongs into {', '.join(sorted(folders))}")
