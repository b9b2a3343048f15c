"""All routes of the API."""

from quire.api import (
    attachments,
    channels,
    connections,
    conversations,
    days,
    differences,
    evidence,
    installs,
    me,
    members,
    messages,
    people,
    platforms,
    search,
    synonyms,
)
from quire.api.gate import Gate
from quire.api.routing import Api


def build(gate: Gate, console_origin: str = "") -> Api:
    """The API behind ``gate``."""
    api = Api(gate, console_origin)
    reading = (search, messages, evidence, attachments, channels, conversations, differences, members, days)
    for resource in (*reading, synonyms, people, platforms, connections, installs, me):
        resource.register(api)
    return api
