"""A time-stamping authority (RFC 3161 over HTTP).

State::

    {"authority": {"key", "chain", "root"},  # in PEM, as tests.timestamping.Authority.saved gives them; made if empty
     "clock": 0}                             # seconds that its clock is wrong by

Any path takes requests. ``POST /do/tsa/roots`` tells ``{"root"}``.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.simulators.frame import Simulation, State, World, does_nothing
from tests.timestamping import authority, read_authority


def empty() -> State:
    """Keys are made when they are first needed."""
    return {"authority": {}, "clock": 0}


async def answer(request: web.Request, world: World) -> web.Response:
    """One token."""
    if request.method != "POST" or request.content_type != "application/timestamp-query":
        return web.Response(status=415)
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=world.state["clock"])
    token = read_authority(_saved(world)).answer(await request.read(), at)
    return web.Response(body=token, content_type="application/timestamp-reply")


async def act(action: str, told: Any, world: World) -> Any:
    """What is to be trusted."""
    if action != "roots":
        return await does_nothing(action, told, world)
    return {"root": _saved(world)["root"]}


def _saved(world: World) -> dict[str, str]:
    saved: dict[str, str] = world.state["authority"]
    if not saved:
        saved = world.state["authority"] = authority(start=datetime.now(UTC)).saved()
    return saved


SIMULATION = Simulation(platform="tsa", hosts=("tsa.simulators.localhost",), answer=answer, empty=empty, act=act)
