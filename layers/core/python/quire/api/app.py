"""All routes of the API."""

from quire.api import (
    attachments,
    channels,
    connections,
    conversations,
    evidence,
    installs,
    me,
    messages,
    people,
    platforms,
    search,
)
from quire.api.gate import Gate
from quire.api.routing import Api


def build(gate: Gate, console_origin: str = "") -> Api:
    """The API behind ``gate``."""
    api = Api(gate, console_origin)
    reading = (search, messages, evidence, attachments, channels, conversations)
    for resource in (*reading, people, platforms, connections, installs, me):
        resource.register(api)
    return api
