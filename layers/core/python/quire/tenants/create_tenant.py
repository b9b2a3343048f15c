"""Use case: a new tenant."""

from __future__ import annotations

from datetime import datetime

from quire.aws.control import Control, Tenant
from quire.domain.errors import ConflictError, MalformedError
from quire.domain.ids import TenantId, is_tenant_id
from quire.domain.time import from_datetime

_MAX_NAME = 200


def create_tenant(control: Control, tenant_id: str, name: str, now: datetime) -> Tenant:
    """The tenant of this id and name, made unless it is there. ``now`` is aware.

    Raises:
        MalformedError: the id or the name is none.
        ConflictError: the id is taken by a tenant of another name.
    """
    if not is_tenant_id(tenant_id):
        raise MalformedError("a tenant id has 1 to 40 lower-case letters, digits and inner hyphens")
    if not checked_name(name):
        raise MalformedError("a tenant has a name of at most 200 characters")
    tenant = Tenant(TenantId(tenant_id), name, from_datetime(now))
    if control.put_tenant(tenant):
        return tenant
    found = control.tenant(tenant.tenant_id)
    if found is None or found.name != name:
        raise ConflictError("this tenant id is taken")
    return found


def checked_name(name: str) -> bool:
    """Whether ``name`` can stand in a list that people read."""
    return 0 < len(name) <= _MAX_NAME and name.isprintable() and name == name.strip()
