"""A connector put together from its parts, and the one place where its own fault is caught."""

from collections.abc import Callable, Iterable
from functools import partial

from quire.connectors.manifest import Manifest
from quire.connectors.outward import NO_TASKS, FetchFile, Grant, Install, Tasks
from quire.connectors.seam import Authenticate, Connector, Element, Frame, Read, Split, unrecognised
from quire.domain.calls import Reach
from quire.domain.delivery import Delivery
from quire.domain.errors import MalformedError
from quire.domain.events import ConnectorRef, Observation


def connect(
    manifest: Manifest,
    authenticate: Authenticate,
    split: Split,
    read: Read,
    *,
    reach: Reach | None = None,
    grant: Grant | None = None,
    tasks: Tasks = NO_TASKS,
    fetch: FetchFile | None = None,
    install: Install | None = None,
) -> Connector:
    """A connector made of its parts; its ``normalise`` is guarded."""
    reference = ConnectorRef(name=manifest.name, version=manifest.version)
    return Connector(
        platform=manifest.platform,
        name=manifest.name,
        version=manifest.version,
        authenticate=authenticate,
        normalise=partial(_normalise, reference, split, read),
        manifest=manifest,
        reach=reach,
        grant=grant,
        tasks=tasks,
        fetch=fetch,
        install=install,
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
