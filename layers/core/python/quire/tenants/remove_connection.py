"""Use case: a tenant's link to a platform comes to its end; what was archived by it stays."""

from __future__ import annotations

from dataclasses import replace

from quire.aws.connection_items import REMOVED
from quire.aws.control import Connection, Control
from quire.aws.secrets import Secrets
from quire.domain.errors import NotFoundError
from quire.domain.ids import ConnectionId, TenantId
from quire.tenants.add_connection import Work


def remove_connection(
    control: Control, secrets: Secrets, tenant: TenantId, connection_id: ConnectionId, work: Work | None = None
) -> Connection:
    """The connection, removed: nothing is taken or asked any more, and its secret is deleted. Safe to repeat.

    The status comes first, so that whatever follows late does nothing. The item and its route stay: the id is never
    another tenant's, and what was archived says whose connection it came by.

    Raises:
        NotFoundError: the tenant has no such connection.
        UnavailableError: not all is done; to be run again.
    """
    revised = control.revise(tenant, connection_id, lambda known: replace(known, status=REMOVED))
    if revised is None:
        raise NotFoundError("there is no such connection")
    connection = revised[1]
    if work is not None:
        work.end(connection)
    secrets.forget(connection.secret_id)
    return connection
