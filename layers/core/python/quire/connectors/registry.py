"""The platforms we know: one line each.

``authenticate(request, secrets, configuration, now)`` takes the raw request, the connection's secrets and its other
settings (as its manifest describes them) and the time in seconds since 1970. It returns what the platform expects, or
raises ``UnauthenticatedError`` or ``MalformedError``, whatever the bytes; ``UnavailableError`` where published keys
cannot be fetched just now, and ``CorruptError`` where the connection's own settings cannot be used.

``normalise(delivery)`` never raises, whatever the bytes, and gives at least one event an element: what nobody
understands is ``unrecognised``, and so is an element that a connector stumbles over.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from quire.connectors.manifest import Manifest
from quire.connectors.seam import Connector
from quire.domain.delivery import Delivery
from quire.domain.errors import NotFoundError
from quire.domain.events import Observation

PLATFORMS: Mapping[str, str] = {
    "discord": "quire.connectors.discord.connector",
    "generic": "quire.connectors.generic.connector",
    "slack": "quire.connectors.slack.connector",
    "teams": "quire.connectors.teams.connector",
    "telegram": "quire.connectors.telegram.connector",
    "whatsapp": "quire.connectors.whatsapp.connector",
}
"""Platform to the module that holds its ``CONNECTOR``; a function loads those it meets."""


@cache
def _load(module: str) -> Connector:
    found = import_module(module).CONNECTOR
    if not isinstance(found, Connector):
        raise TypeError(f"{module}.CONNECTOR is no connector")
    return found


class _Connectors(Mapping[str, Connector]):
    """All connectors by platform, each loaded when it is first asked for."""

    def __getitem__(self, platform: str) -> Connector:
        return _load(PLATFORMS[platform])

    def __iter__(self) -> Iterator[str]:
        return iter(PLATFORMS)

    def __len__(self) -> int:
        return len(PLATFORMS)


CONNECTORS: Mapping[str, Connector] = _Connectors()


class _Manifests(Mapping[str, Manifest]):
    """What all connectors say of themselves, by platform."""

    def __getitem__(self, platform: str) -> Manifest:
        return CONNECTORS[platform].manifest

    def __iter__(self) -> Iterator[str]:
        return iter(PLATFORMS)

    def __len__(self) -> int:
        return len(PLATFORMS)


MANIFESTS: Mapping[str, Manifest] = _Manifests()


def connector(platform: str) -> Connector:
    """The connector of a platform.

    Raises:
        NotFoundError: we know no such platform.
    """
    try:
        return CONNECTORS[platform]
    except KeyError as error:
        raise NotFoundError("no such platform") from error


def normalise(delivery: Delivery) -> list[Observation]:
    """The events of a delivery of any platform we know.

    Raises:
        NotFoundError: we know no such platform.
    """
    return connector(delivery.header.platform).normalise(delivery)
