"""What a connector does when it asks its platform, as functions that are given the outside and never make a socket.

Tasks, their steps, grants and installs are :mod:`quire.domain.work`; here are files.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from quire.domain.attachments import WantedFile
from quire.domain.calls import Call, Outside
from quire.domain.work import (
    NO_TASKS,
    STALE,
    Checkpoint,
    Grant,
    Install,
    Installed,
    Noticed,
    Page,
    Renewed,
    Run,
    Step,
    Task,
    Tasks,
    Token,
    Work,
)

__all__ = [
    "NO_TASKS",
    "STALE",
    "Checkpoint",
    "FetchFile",
    "Grant",
    "Inline",
    "Install",
    "Installed",
    "Noticed",
    "Page",
    "Renewed",
    "Run",
    "Step",
    "Task",
    "Tasks",
    "Token",
    "Work",
]


class Inline(NamedTuple):
    """A file that came within the delivery itself."""

    data: bytes


FetchFile = Callable[[WantedFile, bytes, Outside, Mapping[str, Any]], Call | Inline]
"""Where a wanted file is to be had: from the work, the raw element that told of it, the outside, the configuration.

Raises ``GoneError`` where the platform says that it was deleted, ``OutOfReachError`` where it will never be had.
"""
