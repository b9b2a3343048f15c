"""Use case: one webhook request onto the stream.

Size and emptiness first, then whose connection it is, then the sender's proof, then the bytes: to S3 where they are
too large for a record, and always to the stream before anybody is told that we have them.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quire.aws.control import Connection, Control
from quire.aws.deliveries import Deliveries
from quire.aws.expiring import Expiring, Life
from quire.aws.journal import Journal
from quire.aws.secrets import Secrets
from quire.aws.stream import CaptureStream
from quire.aws.task_queue import TaskQueue, WantedTask
from quire.capture.refusals import ConnectorFaultError, EmptyBodyError, SecretMissingError, UnknownRouteError
from quire.capture.requests import MAX_BODY_BYTES
from quire.domain.delivery import Accepted, Challenge, DeliveryHeader, WebhookRequest
from quire.domain.errors import QuireError, TooLargeError, UnauthenticatedError
from quire.domain.ids import ConnectionId, is_connection_id
from quire.domain.time import from_datetime

Authenticate = Callable[[WebhookRequest, Mapping[str, Any], Mapping[str, Any], float], Accepted | Challenge]
"""A connector's check: request, the connection's secrets, its configuration, seconds since 1970."""

_ROUTE_LIFE = Life(present=60, absent=10)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What the platform is told. ``taken`` is the number of bytes now on the stream, 0 for a challenge."""

    status: int
    content_type: str = ""
    body: str = ""
    taken: int = 0


@dataclass(frozen=True)
class Stores:
    """Where deliveries go, and what tells whose they are; ``tasks`` is asked for those that a delivery wakes."""

    control: Control
    secrets: Secrets
    journal: Journal
    stream: CaptureStream
    tasks: TaskQueue | None = None


class Receiver:
    """Receives webhooks. ``connectors`` is by platform; ``clock`` gives monotonic seconds for what is remembered."""

    def __init__(self, stores: Stores, connectors: Mapping[str, Authenticate], clock: Callable[[], float]) -> None:
        self._stores = stores
        self.platforms = frozenset(connectors)
        self._connectors = connectors
        self._connections = Expiring(self._load, _ROUTE_LIFE, clock)

    def receive(self, platform: str, connection_id: str, request: WebhookRequest, now: datetime) -> Answer:
        """Take a delivery, or answer a platform's challenge. ``now`` is aware.

        Raises:
            TooLargeError, EmptyBodyError: before anything else is looked at. A request with a query may have no body
                (Microsoft Graph's validation handshake has none).
            UnknownRouteError: no connection that is at work has this address.
            UnauthenticatedError, MalformedError: the connector refuses.
            UnavailableError: the platform has to send again.
        """
        if len(request.body) > MAX_BODY_BYTES:
            raise TooLargeError("a delivery may have 4 MiB")
        if not request.body and not request.query:
            raise EmptyBodyError("the body is empty")
        connection = self._connection(platform, connection_id)
        verdict = self._authenticate(connection, request, now)
        if isinstance(verdict, Challenge):
            return Answer(verdict.status, verdict.content_type, verdict.body)
        if not request.body:
            raise EmptyBodyError("the body is empty")
        self._take(connection, request.body, verdict, now)
        told = ("application/json", verdict.reply) if verdict.reply else ("", "")
        return Answer(verdict.status, *told, taken=len(request.body))

    def _connection(self, platform: str, connection_id: str) -> Connection:
        if platform in self._connectors and is_connection_id(connection_id):
            found = self._connections.get(ConnectionId(connection_id))
            if found is not None and found.platform == platform and found.at_work:
                return found
        raise UnknownRouteError("no such connection")

    def _load(self, connection_id: ConnectionId) -> Connection | None:
        route = self._stores.control.route(connection_id)
        return None if route is None else self._stores.control.connection(route.tenant_id, connection_id)

    def _authenticate(self, connection: Connection, request: WebhookRequest, now: datetime) -> Accepted | Challenge:
        """Ask the connector; when it refuses the sender, once more with the secret as it is now, if that changed."""
        secrets = self._stores.secrets.get(connection.secret_id)
        if secrets is None:
            raise SecretMissingError("the connection is not set up yet")
        try:
            return self._ask(connection, request, secrets, now)
        except ConnectorFaultError:
            raise
        except UnauthenticatedError:
            fresh = self._stores.secrets.refetch(connection.secret_id)
            if fresh is None or fresh == secrets:
                raise
        return self._ask(connection, request, fresh, now)

    def _ask(
        self, connection: Connection, request: WebhookRequest, secrets: Mapping[str, Any], now: datetime
    ) -> Accepted | Challenge:
        authenticate = self._connectors[connection.platform]
        try:
            return authenticate(request, secrets, connection.configuration, now.timestamp())
        except QuireError:
            raise
        except Exception as error:
            # Whatever hostile bytes do to a connector, the sender has proven nothing; its message may hold those bytes.
            _log.error("connector failed", extra={"platform": connection.platform, "error": type(error).__name__})
            raise ConnectorFaultError("the sender did not prove who it is") from error

    def _take(self, connection: Connection, body: bytes, accepted: Accepted, now: datetime) -> None:
        header = DeliveryHeader(
            tenant_id=connection.tenant_id,
            connection_id=connection.connection_id,
            platform=connection.platform,
            source="webhook",
            received_at=from_datetime(now),
            sha256=hashlib.sha256(body).hexdigest(),
            size=len(body),
            workspace_id=connection.workspace_id,
            headers=accepted.headers,
            opened=accepted.opened,
        )
        Deliveries(self._stores.journal, self._stores.stream).put(header, body, now)
        if accepted.wake:
            self._wake(connection, accepted.wake)

    def _wake(self, connection: Connection, task: str) -> None:
        """Let a task of the connection run now. Where that fails the platform sends again, and so do we."""
        if self._stores.tasks is None:
            _log.error("nothing to wake", extra={"platform": connection.platform, "task": task})
            return
        tenant, connection_id = connection.tenant_id, connection.connection_id
        self._stores.tasks.send(WantedTask(tenant_id=tenant, connection_id=connection_id, task=task, cause="wake"))
