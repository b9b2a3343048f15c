"""Tenants and their connections."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.aws.control import Connection, Control, Tenant
    from quire.tenants.add_connection import NewConnection


@cache
def control() -> Control:
    """The control table."""
    from quire.aws.control import Control
    from quire.config import settings

    return Control(patient().dynamodb, settings().need("control_table"))


def create_tenant(tenant_id: str, name: str) -> Tenant:
    """The tenant of this id and name, made unless it is there."""
    from quire.tenants.create_tenant import create_tenant as create

    return create(control(), tenant_id, name, datetime.now(UTC))


def add_connection(new: NewConnection, *, replace_secret: bool = False) -> Connection:
    """Link a tenant to a platform."""
    from quire.aws.secrets import Secrets
    from quire.config import settings
    from quire.connectors.registry import MANIFESTS
    from quire.tenants.add_connection import add_connection as add

    known = settings()
    secrets = Secrets(patient().secrets, known.stage, time.monotonic, known.data_key_arn)
    return add(control(), secrets, MANIFESTS, new, datetime.now(UTC), replace_secret=replace_secret)
