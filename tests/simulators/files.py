"""Hosts that a generic sender names for its files, among them ones that misbehave.

State: ``{"files": {"<host><path>": {file}}, "bearer"?: "..."}``; see :mod:`.served` for what a file is.
"""

from aiohttp import web

from tests.simulators.frame import Simulation, World, host_of
from tests.simulators.served import serve


async def _answer(request: web.Request, world: World) -> web.StreamResponse:
    bearer = world.state.get("bearer")
    if bearer and request.headers.get("Authorization") != f"Bearer {bearer}":
        return web.Response(status=401)
    return await serve(request, world.state["files"].get(f"{host_of(request)}{request.path}"))


SIMULATION = Simulation(
    platform="files",
    hosts=("files.partner.example", "*.files.partner.example", "elsewhere.example"),
    answer=_answer,
    empty=lambda: {"files": {}},
)
