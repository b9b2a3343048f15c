"""What a connector does when it asks its platform, as functions that are given the outside and never make a socket.

Tasks, their steps and grants are :mod:`quire.domain.work`; here are files and installs.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from quire.domain.attachments import WantedFile
from quire.domain.calls import Call, Outside
from quire.domain.work import (
    NO_TASKS,
    STALE,
    Checkpoint,
    Grant,
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


class Installed(NamedTuple):
    """What an install brought: the connection's secrets as they are from now on, and the workspace it was made in."""

    secrets: Mapping[str, Any]
    workspace_id: str = ""


class Install(NamedTuple):
    """How a person lets the app into a workspace, where the platform has a page for that (OAuth's code flow).

    ``authorize(secrets, state, redirect_uri)`` is the address of that page. ``exchange(secrets, code, redirect_uri,
    outside, now)`` is what the code it hands back is worth; it raises ``MalformedError`` where that is nothing, and
    uses only ``send`` of the outside.
    """

    authorize: Callable[[Mapping[str, Any], str, str], str]
    exchange: Callable[[Mapping[str, Any], str, str, Outside, datetime], Installed]
