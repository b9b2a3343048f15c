"""Use case: a tenant's link to a platform: the secret, then the connection and its route together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson

from quire.aws.connection_items import ACTIVE, REMOVED
from quire.aws.control import Connection, Control, Health
from quire.aws.secrets import Secrets
from quire.domain.errors import ConflictError, MalformedError, NotFoundError
from quire.domain.ids import ConnectionId, TenantId, is_connection_id
from quire.domain.time import from_datetime
from quire.tenants.check_settings import Described, check_settings
from quire.tenants.create_tenant import checked_name

_MAX_BYTES = 60_000
"""A secret holds 64 KiB."""


class Work(Protocol):
    """The tasks of connections (``quire.connections.timetable``)."""

    def begin(self, connection: Connection) -> None:
        """Schedule them, and let them run now; safe to repeat."""
        ...

    def end(self, connection: Connection) -> None:
        """Schedule them no more; safe to repeat."""
        ...


@dataclass(frozen=True)
class NewConnection:
    """What to link. ``secrets`` goes to Secrets Manager only; ``configuration`` is kept with the connection."""

    tenant_id: TenantId
    connection_id: str
    platform: str
    name: str
    secrets: Mapping[str, Any] = field(repr=False)
    configuration: Mapping[str, Any] = field(default_factory=dict)
    workspace_id: str = ""


def add_connection(
    control: Control,
    secrets: Secrets,
    platforms: Mapping[str, Described],
    new: NewConnection,
    now: datetime,
    *,
    replace_secret: bool = False,
    work: Work | None = None,
) -> Connection:
    """The connection, active, its tasks scheduled with ``work``. Run again, its name, configuration and workspace are
    updated; the secret that is there is kept unless ``replace_secret``. A removed one is active again.

    The secret, under the tenant's key, comes first: a connection that stopped half-way has no address yet, never an
    address without a secret. Its tasks come last: they find it there.

    Raises:
        MalformedError: a field is not what it should be (``InvalidFieldsError`` where the platform's schema says so).
        NotFoundError: there is no such tenant.
        ConflictError: the connection's id is another tenant's, or another platform's.
    """
    _check(new, platforms)
    connection_id = ConnectionId(new.connection_id)
    tenant = control.tenant(new.tenant_id)
    if tenant is None:
        raise NotFoundError("no such tenant")
    route = control.route(connection_id)
    if route is not None and (route.tenant_id, route.platform) != (new.tenant_id, new.platform):
        raise ConflictError("this connection id is taken")
    known = control.connection(new.tenant_id, connection_id)
    secret_id = secrets.create(
        new.tenant_id, connection_id, new.secrets, replace=replace_secret, key_arn=tenant.key_arn
    )
    remains = known is not None and known.status != REMOVED
    connection = Connection(
        tenant_id=new.tenant_id,
        connection_id=connection_id,
        platform=new.platform,
        name=new.name,
        secret_id=secret_id,
        created_at=known.created_at if known else from_datetime(now),
        status=known.status if known and remains else ACTIVE,
        health=known.health if known and remains else Health(),
        workspace_id=new.workspace_id,
        configuration=dict(new.configuration),
    )
    control.put_connection(connection)
    if work is not None and connection.at_work:
        work.begin(connection)
    return connection


def _check(new: NewConnection, platforms: Mapping[str, Described]) -> None:
    if not is_connection_id(new.connection_id):
        raise MalformedError("a connection id has 1 to 64 letters, digits and inner hyphens")
    if new.platform not in platforms:
        raise MalformedError("there is no connector for this platform")
    if not checked_name(new.name):
        raise MalformedError("a connection has a name of at most 200 characters")
    try:
        sizes = [len(orjson.dumps(dict(part))) for part in (new.secrets, new.configuration)]
    except TypeError as error:
        raise MalformedError("secrets and configuration are JSON") from error
    if max(sizes) > _MAX_BYTES:
        raise MalformedError("secrets and configuration may have 60 KB each")
    check_settings(platforms[new.platform], new.configuration, new.secrets)
