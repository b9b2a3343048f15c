"""The server: one TLS port for all platforms, told apart by the host that is asked for, and a control host.

=======================================  ===========================================================================
``GET /health``                          platforms and their hosts
``GET|PUT /state/<platform>``            its state; PUT replaces it and forgets what the platform remembered
``PATCH /state/<platform>``              replaces the members named
``POST /faults``, ``GET|DELETE /faults`` a fault or a list of them (:class:`.frame.Fault`'s fields), those left, none
``GET|DELETE /requests``                 what was asked (``?platform=``), oldest first; forgets it
``POST /do/<platform>/<action>``         lets the platform do something by itself
``POST /reset``                          all as at the start
=======================================  ===========================================================================
"""

import copy
import json
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from tests.simulators.frame import Fault, Simulation, State, World, covers, host_of

CONTROL_HOST = "control.simulators.localhost"
_KEPT_REQUESTS = 5_000
_KEPT_BODY = 65_536
_LARGEST_STATE = 1 << 30


class Gateway:
    """All simulated platforms behind one door."""

    def __init__(self, simulations: Iterable[Simulation], states: Mapping[str, State] | None = None) -> None:
        self.simulations = {simulation.platform: simulation for simulation in simulations}
        self._first = copy.deepcopy(dict(states or {}))
        self.faults: list[Fault] = []
        self.requests: deque[dict[str, Any]] = deque(maxlen=_KEPT_REQUESTS)
        self.worlds: dict[str, World] = {}
        self.reset()

    def reset(self) -> None:
        """All as at the start."""
        self.faults.clear()
        self.requests.clear()
        for platform, simulation in self.simulations.items():
            self.worlds[platform] = World({**simulation.empty(), **copy.deepcopy(self._first.get(platform, {}))})

    def put(self, platform: str, state: State) -> None:
        """Replace a platform's state; members left out are as at the start."""
        self.worlds[platform] = World({**self.simulations[platform].empty(), **copy.deepcopy(state)})

    def application(self) -> web.Application:
        """The server's one application."""
        application = web.Application(client_max_size=_LARGEST_STATE)
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        host = host_of(request)
        if host == CONTROL_HOST:
            return await self._control(request)
        found = next((s for s in self.simulations.values() if any(covers(p, host) for p in s.hosts)), None)
        if found is None:
            return web.Response(status=421, text=f"no simulated platform has the host {host}")
        entry = await _entry(found.platform, host, request)
        self.requests.append(entry)
        response = await self._as_platform(found, request)
        entry["status"] = response.status
        return response

    async def _as_platform(self, simulation: Simulation, request: web.Request) -> web.StreamResponse:
        for fault in [fault for fault in self.faults if fault.takes(simulation.platform, request)]:
            struck = await fault.strike(simulation, request)
            if struck is not None:
                return struck
        try:
            return await simulation.answer(request, self.worlds[simulation.platform])
        except web.HTTPException as answer:
            return web.Response(status=answer.status, text=answer.text, headers=answer.headers)

    async def _control(self, request: web.Request) -> web.Response:
        first, _, rest = request.path.strip("/").partition("/")
        if first == "health":
            return web.json_response({"platforms": {name: list(s.hosts) for name, s in self.simulations.items()}})
        if first == "reset":
            self.reset()
            return web.json_response({})
        if first == "faults":
            return await self._control_faults(request)
        if first == "requests":
            return self._control_requests(request)
        platform, _, action = rest.partition("/")
        if platform not in self.simulations:
            return web.json_response({"error": f"no platform {platform!r}"}, status=404)
        if first == "state":
            return await self._control_state(platform, request)
        if first == "do":
            told = await request.json() if request.can_read_body else None
            return web.json_response(await self.simulations[platform].act(action, told, self.worlds[platform]))
        return web.json_response({"error": "no such thing"}, status=404)

    async def _control_state(self, platform: str, request: web.Request) -> web.Response:
        if request.method == "PUT":
            self.put(platform, await request.json())
        elif request.method == "PATCH":
            self.worlds[platform].state.update(await request.json())
        return web.json_response(self.worlds[platform].state)

    async def _control_faults(self, request: web.Request) -> web.Response:
        if request.method == "DELETE":
            self.faults.clear()
        elif request.method == "POST":
            told = await request.json()
            self.faults += [Fault(**each) for each in (told if isinstance(told, list) else [told])]
        return web.json_response([vars(fault) for fault in self.faults if fault.times > 0])

    def _control_requests(self, request: web.Request) -> web.Response:
        if request.method == "DELETE":
            self.requests.clear()
        wanted = request.query.get("platform")
        return web.json_response([entry for entry in self.requests if wanted in (None, entry["platform"])])


async def _entry(platform: str, host: str, request: web.Request) -> dict[str, Any]:
    body = await request.read()
    return {
        "at": time.time(),
        "platform": platform,
        "host": host,
        "method": request.method,
        "path": request.path,
        "query": dict(request.query),
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "body": body[:_KEPT_BODY].decode("utf-8", "replace"),
        "status": None,
    }


def read_states(text: str) -> dict[str, State]:
    """States by platform, from the JSON of a state file."""
    states = json.loads(text)
    if not isinstance(states, dict):
        raise TypeError("a state file holds an object: platform to its state")
    return states
