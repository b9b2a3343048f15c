"""What a connector is, and how the facts it reads become events.

At its heart a connector is two pure functions and plain data: ``authenticate`` says who sent a request, ``normalise``
says what a delivery tells. Inside, ``split`` cuts a delivery into its elements and ``read`` says the facts of one; ids,
hashes and the event's frame are made here, once for all platforms.

Where a platform has to be asked as well, a connector adds its ``reach`` (hosts and limits), its ``grant`` (secrets to
an access token), its ``tasks`` (what runs on a schedule) and ``fetch`` (how to come by a file): :mod:`.outward`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from quire.connectors.manifest import Manifest
from quire.connectors.outward import NO_TASKS, FetchFile, Grant, Install, Tasks
from quire.domain import ids
from quire.domain.calls import Reach
from quire.domain.delivery import Accepted, Challenge, Delivery, DeliveryHeader, WebhookRequest
from quire.domain.events import Body, ConnectorRef, DeliveryRef, Event, Kind, Observation, Unrecognised

ConnectionSecrets = Mapping[str, Any]
Configuration = Mapping[str, Any]
Authenticate = Callable[[WebhookRequest, ConnectionSecrets, Configuration, float], Accepted | Challenge]
Normalise = Callable[[Delivery], list[Observation]]

_channel_id = lru_cache(maxsize=4096)(ids.channel_id)  # few against their messages
_subject_id = lru_cache(maxsize=4096)(ids.subject_id)
_LABEL = 120  # characters of a platform's own label worth keeping in an event; all of it stays in the raw


class Connector(NamedTuple):
    """A platform's functions. See :mod:`quire.connectors.registry` for what they promise."""

    platform: str
    name: str
    version: str
    authenticate: Authenticate
    normalise: Normalise
    manifest: Manifest
    reach: Reach | None = None
    grant: Grant | None = None
    tasks: Tasks = NO_TASKS
    fetch: FetchFile | None = None
    install: Install | None = None


class Element(NamedTuple):
    """One element of a delivery: its exact bytes, what they parse to, and what the delivery says around it.

    ``known`` holds what the delivery or its poller knows and the element does not (``channel``, ``team``...);
    ``names`` maps the platform's ids of people and channels to the names the delivery gives.
    """

    raw: bytes
    value: Any
    workspace: str
    received_at: str
    known: Mapping[str, str] = {}
    names: Mapping[str, str] = {}
    opened: str | None = None


class Fact(NamedTuple):
    """One fact in the platform's own ids; all but ``kind`` and ``body`` become ids and times of the event.

    ``subject`` is whose words or act it is; without one the connection stands for it (the platform's own
    announcements, elements nobody understands). ``within`` is where the ids of messages are unique, when that is
    wider than their conversation.
    """

    kind: Kind
    body: Body
    discriminator: str
    occurred_at: str
    subject: str | None = None
    channel: str | None = None
    message: str | None = None
    thread: str | None = None
    parent: str | None = None
    within: str | None = None


Split = Callable[[Delivery], Iterable[Element]]
Read = Callable[[Element], Iterable[Fact]]


def unrecognised(element: Element, reason: str, label: object = None, occurred_at: str | None = None) -> Fact:
    """The element is kept, and told to be no fact about messages that we know."""
    return Fact(
        kind="unrecognised",
        body=Unrecognised(reason=reason, type=label[:_LABEL] if isinstance(label, str) and label else None),
        discriminator=hashlib.sha256(element.raw).hexdigest(),
        occurred_at=occurred_at or element.received_at,
    )


class Frame:
    """What all events of one delivery share."""

    __slots__ = ("_connector", "_delivery", "_header")

    def __init__(self, header: DeliveryHeader, connector: ConnectorRef) -> None:
        self._header = header
        self._connector = connector
        self._delivery = DeliveryRef(sha256=header.sha256, received_at=header.received_at, headers=header.headers)

    def observe(self, element: Element, facts: Iterable[Fact]) -> Iterable[Observation]:
        """Each fact as an event, with the element's raw."""
        whole = len(element.raw) == self._header.size  # an element is cut from the body: as long means the same bytes
        raw_sha256 = self._header.sha256 if whole else hashlib.sha256(element.raw).hexdigest()
        for fact in facts:
            event = self._event(element.workspace, fact, raw_sha256)
            yield Observation(event=event, raw=element.raw, opened=element.opened)

    def _event(self, workspace: str, fact: Fact, raw_sha256: str) -> Event:
        header = self._header
        tenant, platform = header.tenant_id, header.platform
        channel = fact.channel
        channel_id = None if channel is None else _channel_id(tenant, platform, workspace, channel)
        room = fact.within if fact.within is not None else channel or ""
        message_id = self._message_id(workspace, room, fact.message)
        who = f"connection {header.connection_id}" if fact.subject is None else fact.subject
        subject_id = _subject_id(tenant, platform, workspace, who)
        about: str = message_id or channel_id or subject_id
        if fact.kind == "unrecognised":
            about = ids.derive("workspace", tenant, platform, workspace)
        return Event(
            event_id=ids.event_id(about, fact.kind, fact.discriminator),
            tenant_id=tenant,
            connection_id=header.connection_id,
            platform=platform,
            workspace_id=workspace,
            kind=fact.kind,
            channel_id=channel_id,
            message_id=message_id,
            thread_id=self._message_id(workspace, room, fact.thread),
            parent_message_id=self._message_id(workspace, room, fact.parent),
            subject_id=subject_id,
            occurred_at=fact.occurred_at,
            captured_at=header.received_at,
            source=header.source,
            body=fact.body,
            raw_sha256=raw_sha256,
            delivery=self._delivery,
            connector=self._connector,
        )

    def _message_id(self, workspace: str, room: str, native: str | None) -> ids.MessageId | None:
        if native is None:
            return None
        return ids.message_id(self._header.tenant_id, self._header.platform, workspace, room, native)
