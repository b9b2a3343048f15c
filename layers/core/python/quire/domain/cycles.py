"""Without the search for cycles, where many values are made that hold none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """Events and what is made of them refer to nothing that refers back: they are freed without the search for cycles,
    which would look through them again and again while they grow in number. What has cycles waits until the end."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
