"""All routes of the API."""

from quire.api import channels, conversations, me, messages, search
from quire.api.gate import Gate
from quire.api.routing import Api


def build(gate: Gate, console_origin: str = "") -> Api:
    """The API behind ``gate``."""
    api = Api(gate, console_origin)
    for resource in (search, messages, channels, conversations, me):
        resource.register(api)
    return api
