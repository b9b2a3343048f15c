"""Without the search for cycles, where many values are made that hold none."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Search:
    """The process's one search for cycles: it rests while anybody in any thread is ``within``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._within = 0
        self._wanted = False

    def rest(self) -> None:
        with self._lock:
            if not self._within:
                self._wanted = gc.isenabled()
                gc.disable()
            self._within += 1

    def go_on(self) -> None:
        with self._lock:
            self._within -= 1
            if not self._within and self._wanted:
                gc.enable()


_search = _Search()


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """Events and what is made of them refer to nothing that refers back: they are freed without the search for cycles,
    which would look through them again and again while they grow in number. What has cycles waits until the last one
    leaves. It then goes through everything new that is still held: as a decorator, this has a function's own values let
    go of before."""
    _search.rest()
    try:
        yield
    finally:
        _search.go_on()
