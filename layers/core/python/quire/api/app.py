"""All routes of the API."""

from quire.api import (
    attachments,
    audit,
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
    saved_searches,
    search,
    synonyms,
)
from quire.api.gate import Gate
from quire.api.routing import Api


def build(gate: Gate, console_origin: str = "") -> Api:
    """The API behind ``gate``."""
    api = Api(gate, console_origin)
    finding = (search, saved_searches, audit)
    reading = (messages, evidence, attachments, channels, conversations, differences, members, days)
    for resource in (*finding, *reading, synonyms, people, platforms, connections, installs, me):
        resource.register(api)
    return api
