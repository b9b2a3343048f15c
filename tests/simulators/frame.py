"""What a simulated platform is: its hosts, its state as plain JSON, and how it answers.

Each platform's module makes one :class:`Simulation`. Its functions are given a :class:`World`: the state that tests and
the demo put there through the control host, and a memory for what only a running server knows (tokens it issued,
sockets it holds), which is lost when the state is replaced.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiohttp import web

State = dict[str, Any]


@dataclass
class World:
    """One platform's present."""

    state: State
    memory: dict[str, Any] = field(default_factory=dict)


Answering = Callable[[web.Request, World], Awaitable[web.StreamResponse]]
Acting = Callable[[str, Any, World], Awaitable[Any]]
Refusing = Callable[[str, float], web.Response]


def plainly(kind: str, seconds: float) -> web.Response:
    """How a platform without a dialect of its own refuses; see :attr:`Simulation.refuse`."""
    if kind == "rate_limit":
        return web.Response(status=429, headers={"Retry-After": str(max(1, round(seconds)))})
    return web.Response(status=401 if kind == "unauthorised" else 503)


async def does_nothing(action: str, told: Any, world: World) -> Any:
    """For platforms that never do anything by themselves."""
    del told, world
    raise web.HTTPNotFound(text=f"no action {action}")


class Simulation(NamedTuple):
    """A platform. ``hosts`` are exact names, or ``*.example.com`` for any name below one.

    ``refuse(kind, seconds)`` is its dialect for the injected faults ``rate_limit``, ``unauthorised`` and ``outage``.
    ``act(action, told, world)`` is what the platform does by itself (a gateway that sends a frame), started by
    ``POST /do/<platform>/<action>`` of the control host.
    """

    platform: str
    hosts: tuple[str, ...]
    answer: Answering
    empty: Callable[[], State] = dict
    refuse: Refusing = plainly
    act: Acting = does_nothing


@dataclass
class Fault:
    """What goes wrong with the next ``times`` requests (after letting ``after`` pass) that match.

    ``kind``: ``rate_limit`` (asks to wait ``seconds``), ``unauthorised``, ``outage``, ``answer`` (``status``,
    ``headers`` and ``body`` as given), ``slow`` (waits ``seconds``, then answers), ``cut`` (closes the connection).
    ``path`` is a regular expression that the path begins with.
    """

    platform: str
    kind: str
    path: str = ""
    method: str = ""
    host: str = ""
    times: int = 1
    after: int = 0
    seconds: float = 1.0
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def takes(self, platform: str, request: web.Request) -> bool:
        """Whether it strikes this request; counts it."""
        matches = (
            self.platform == platform
            and self.times > 0
            and self.method in {"", request.method}
            and self.host in {"", host_of(request)}
            and re.match(self.path, request.path) is not None
        )
        if not matches:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True

    async def strike(self, simulation: Simulation, request: web.Request) -> web.StreamResponse | None:
        """The answer in place of the platform's own; ``None`` where that is to follow."""
        if self.kind == "slow":
            await asyncio.sleep(self.seconds)
            return None
        if self.kind == "cut":
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if self.kind == "answer":
            text = self.body if isinstance(self.body, str) else json.dumps(self.body)
            return web.Response(
                status=self.status, headers={"Content-Type": "application/json", **self.headers}, text=text
            )
        return simulation.refuse(self.kind, self.seconds)


def host_of(request: web.Request) -> str:
    """The host that was asked for, without its port, in lower case."""
    return request.host.partition(":")[0].lower()


def covers(pattern: str, host: str) -> bool:
    """Whether ``pattern`` (a name, or ``*.name``) means ``host``."""
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
