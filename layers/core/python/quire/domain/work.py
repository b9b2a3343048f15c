"""What a connection does when it asks its platform, as values: its token, its tasks and the steps of their runs.

A task is a generator. What it yields takes effect before it goes on, in the order it was yielded: so a cursor that is
yielded after a page is kept once the page is on the stream, and a refresh token once it is stored.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from quire.domain.calls import Outside
from quire.domain.delivery import Source


class Token(NamedTuple):
    """An access token. ``expires_at`` is aware; ``renewed`` are the connection's secrets as they are from now on, to
    be stored before the token is used (a refresh token works once)."""

    value: str
    expires_at: datetime | None = None
    renewed: Mapping[str, Any] | None = None


Grant = Callable[[Mapping[str, Any], Mapping[str, Any], Outside, datetime], Token]
"""An access token from the connection's secrets and configuration, asking outside where it must; the time is aware.

``secrets[STALE]``, where it is there, is a token that shall not be given again: the platform refused it, or it is about
to end. A grant whose secrets hold a token and what renews it renews it then; ``renewed`` needs not repeat the key.

Raises ``GrantLostError`` where the platform took the access back. Only ``send`` of the outside may be used.
"""
STALE = "staleToken"


class Work(NamedTuple):
    """What a task is run with. ``state`` is what its last checkpoint held, empty at first; ``now`` is aware.

    ``webhook_url`` is the connection's own address.
    """

    outside: Outside
    secrets: Mapping[str, Any]
    configuration: Mapping[str, Any]
    state: Mapping[str, Any]
    now: datetime
    webhook_url: str


class Page(NamedTuple):
    """Bytes as the platform sent them, for the capture stream. ``context`` is what they do not say themselves."""

    body: bytes
    context: Mapping[str, str] = {}
    source: Source = "poll"


class Checkpoint(NamedTuple):
    """All before this is done. ``state`` (JSON values, at most 300 KB) is where the next run starts."""

    state: Mapping[str, Any]


class Renewed(NamedTuple):
    """The connection's secrets as they are from now on."""

    secrets: Mapping[str, Any]


class Noticed(NamedTuple):
    """Something about the connection's health that a person should know; ``code`` is one stable word.

    ``degraded`` says that messages may be missed until somebody acts.
    """

    code: str
    detail: str
    degraded: bool = False


Step = Page | Checkpoint | Renewed | Noticed
Run = Callable[[Work], Iterator[Step]]


class Task(NamedTuple):
    """Something a connection does every so often, and when it is woken.

    Calls of a task whose ``source`` is ``backfill`` wait until everything else had its turn.
    """

    run: Run
    every: timedelta
    source: Source = "poll"


Tasks = Mapping[str, Task]
"""By name: ``poll``, ``directory``, ``subscriptions``..."""
NO_TASKS: Tasks = {}


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
