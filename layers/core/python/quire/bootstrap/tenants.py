"""Tenants and their connections."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.aws.control import Connection, Control, Tenant
    from quire.aws.secrets import Secrets
    from quire.tenants.add_connection import NewConnection


@cache
def control() -> Control:
    """The control table."""
    from quire.aws.control import Control
    from quire.config import settings

    return Control(patient().dynamodb, settings().need("control_table"))


def create_tenant(tenant_id: str, name: str) -> Tenant:
    """The tenant of this id and name with a key of its own, made unless it is there."""
    from quire.aws.tenant_keys import TenantKeys
    from quire.config import settings
    from quire.tenants.create_tenant import create_tenant as create

    keys = TenantKeys(patient().kms, settings().stage)
    return create(control(), tenant_id, name, datetime.now(UTC), keys)


def add_connection(new: NewConnection, *, replace_secret: bool = False) -> Connection:
    """Link a tenant to a platform, and let the tasks of that link begin."""
    from quire.bootstrap.timetable import timetable
    from quire.connectors.registry import MANIFESTS
    from quire.tenants.add_connection import add_connection as add

    now = datetime.now(UTC)
    return add(control(), secrets(), MANIFESTS, new, now, replace_secret=replace_secret, work=timetable())


def remove_connection(connection: Connection) -> Connection:
    """End a tenant's link to a platform."""
    from quire.bootstrap.timetable import timetable
    from quire.tenants.remove_connection import remove_connection as remove

    return remove(control(), secrets(), connection.tenant_id, connection.connection_id, timetable())


@cache
def secrets() -> Secrets:
    """The connections' secrets."""
    from quire.aws.secrets import Secrets
    from quire.config import settings

    known = settings()
    return Secrets(patient().secrets, known.stage, time.monotonic, known.data_key_arn)
