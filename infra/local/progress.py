"""Show what is being done: a spinner on a terminal, one line a step elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status


class Step:
    """A step under way; ``note`` is what stands behind its title when it is over."""

    def __init__(self, title: str, status: Status | None) -> None:
        self.note = ""
        self._title = title
        self._status = status

    def say(self, text: str) -> None:
        """Tell what is going on right now, or being waited for."""
        if self._status is not None:
            self._status.update(f"{self._title}: {text}")


class Progress:
    """Prints to standard output."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Do one step; an exception passes through after it is marked as the step that failed."""
        began = time.monotonic()
        status = self.console.status(title) if self.console.is_terminal else None
        step = Step(title, status)
        if status is not None:
            status.start()
        mark = "[red]✗[/red]"
        try:
            yield step
            mark = "[green]✓[/green]"
        finally:
            if status is not None:
                status.stop()
            note = f" [dim]{step.note}[/dim]" if step.note else ""
            self.console.print(f"{mark} {title}{note} [dim]({time.monotonic() - began:.1f} s)[/dim]")

    def print(self, *lines: str) -> None:
        """Print lines as they are, without markup."""
        for line in lines:
            self.console.print(line, markup=False, soft_wrap=True)
