"""The search for cycles rests while anybody is within, and comes back as it was."""

import gc
import threading
from collections.abc import Iterator

import pytest

from quire.domain.cycles import without_cycle_search


@pytest.fixture(autouse=True)
def _searching() -> Iterator[None]:
    assert gc.isenabled()
    yield
    gc.enable()


def test_rests_within_and_comes_back() -> None:
    with without_cycle_search():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_comes_back_after_a_fault() -> None:
    with pytest.raises(ZeroDivisionError), without_cycle_search():
        _ = 1 // 0
    assert gc.isenabled()


def test_a_search_that_did_not_run_does_not_run_afterwards() -> None:
    gc.disable()
    with without_cycle_search():
        pass
    assert not gc.isenabled()


def test_rests_until_the_last_of_several_threads_leaves() -> None:
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with without_cycle_search():
            entered.set()
            leave.wait()

    thread = threading.Thread(target=other)
    with without_cycle_search():
        thread.start()
        entered.wait()
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()
