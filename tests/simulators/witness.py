"""Somebody who takes checkpoints: whatever is posted, to any path.

State: ``{"received": [{"path", "content_type", "body"}]}``, the oldest first.
"""

from aiohttp import web

from tests.simulators.frame import Simulation, State, World


def empty() -> State:
    """Nothing was received."""
    return {"received": []}


async def answer(request: web.Request, world: World) -> web.Response:
    """Take it."""
    if request.method != "POST":
        return web.Response(status=405)
    body = (await request.read()).decode("utf-8", "replace")
    world.state["received"].append({"path": request.path, "content_type": request.content_type, "body": body})
    return web.Response(status=204)


SIMULATION = Simulation(platform="witness", hosts=("witness.simulators.localhost",), answer=answer, empty=empty)
