"""The platforms we know, and the one place where a connector's own fault is caught.

``authenticate(request, secrets, configuration, now)`` takes the raw request, the connection's secrets and its other
settings (as its manifest describes them) and the time in seconds since 1970. It returns what the platform expects, or
raises ``UnauthenticatedError`` or ``MalformedError``, whatever the bytes; ``UnavailableError`` where published keys
cannot be fetched just now, and ``CorruptError`` where the connection's own settings cannot be used.

``normalise(delivery)`` never raises, whatever the bytes, and gives at least one event an element: what nobody
understands is ``unrecognised``, and so is an element that a connector stumbles over.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from quire.connectors.discord import authenticate as discord_authenticate
from quire.connectors.discord import manifest as discord_manifest
from quire.connectors.discord import normalise as discord_normalise
from quire.connectors.generic import authenticate as generic_authenticate
from quire.connectors.generic import manifest as generic_manifest
from quire.connectors.generic import normalise as generic_normalise
from quire.connectors.seam import Authenticate, Connector, Element, Frame, Manifest, Read, Split, unrecognised
from quire.connectors.slack import authenticate as slack_authenticate
from quire.connectors.slack import manifest as slack_manifest
from quire.connectors.slack import normalise as slack_normalise
from quire.connectors.teams import authenticate as teams_authenticate
from quire.connectors.teams import manifest as teams_manifest
from quire.connectors.teams import normalise as teams_normalise
from quire.connectors.telegram import authenticate as telegram_authenticate
from quire.connectors.telegram import manifest as telegram_manifest
from quire.connectors.telegram import normalise as telegram_normalise
from quire.connectors.whatsapp import authenticate as whatsapp_authenticate
from quire.connectors.whatsapp import manifest as whatsapp_manifest
from quire.connectors.whatsapp import normalise as whatsapp_normalise
from quire.domain.delivery import Delivery
from quire.domain.errors import MalformedError, NotFoundError
from quire.domain.events import ConnectorRef, Observation


def connect(manifest: Manifest, authenticate: Authenticate, split: Split, read: Read) -> Connector:
    """A connector made of its parts; its ``normalise`` is guarded."""
    reference = ConnectorRef(name=manifest.name, version=manifest.version)
    return Connector(
        platform=manifest.platform,
        name=manifest.name,
        version=manifest.version,
        authenticate=authenticate,
        normalise=partial(_normalise, reference, split, read),
        manifest=manifest,
    )


def _normalise(reference: ConnectorRef, split: Split, read: Read, delivery: Delivery) -> list[Observation]:
    frame = Frame(delivery.header, reference)
    elements: list[Element] = []
    failure = _gather(lambda: split(delivery), elements)
    found = [observation for element in elements for observation in _observe(frame, read, element)]
    if failure or not elements:
        whole = Element(delivery.body, None, delivery.header.workspace_id, delivery.header.received_at)
        found.extend(frame.observe(whole, [unrecognised(whole, failure or "a page without elements")]))
    return found


def _observe(frame: Frame, read: Read, element: Element) -> list[Observation]:
    """The events of one element: those read before a fault are kept, and the fault is one more."""
    found: list[Observation] = []
    failure = _gather(lambda: frame.observe(element, read(element)), found)
    if failure or not found:
        reason = failure or "no fact about messages in it"
        found.extend(frame.observe(element, [unrecognised(element, reason)]))
    return found


def _gather[T](items: Callable[[], Iterable[T]], into: list[T]) -> str | None:
    """Collect ``items``; the reason why they ended early, if they did."""
    try:
        for item in items():
            into.append(item)  # noqa: PERF402 - what came before a fault is kept
    except MalformedError as error:
        return error.detail
    except Exception as fault:  # noqa: BLE001 - the edge: a platform's oddity must not block its neighbours
        return f"connector fault: {type(fault).__name__}"
    return None


CONNECTORS: Mapping[str, Connector] = {
    "discord": connect(
        discord_manifest.MANIFEST, discord_authenticate.authenticate, discord_normalise.split, discord_normalise.read
    ),
    "generic": connect(
        generic_manifest.MANIFEST, generic_authenticate.authenticate, generic_normalise.split, generic_normalise.read
    ),
    "slack": connect(
        slack_manifest.MANIFEST, slack_authenticate.authenticate, slack_normalise.split, slack_normalise.read
    ),
    "teams": connect(
        teams_manifest.MANIFEST, teams_authenticate.authenticate, teams_normalise.split, teams_normalise.read
    ),
    "telegram": connect(
        telegram_manifest.MANIFEST,
        telegram_authenticate.authenticate,
        telegram_normalise.split,
        telegram_normalise.read,
    ),
    "whatsapp": connect(
        whatsapp_manifest.MANIFEST,
        whatsapp_authenticate.authenticate,
        whatsapp_normalise.split,
        whatsapp_normalise.read,
    ),
}


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
