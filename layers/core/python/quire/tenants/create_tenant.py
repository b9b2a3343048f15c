"""Use case: a new tenant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from quire.aws.control import Control, Tenant
from quire.domain.errors import ConflictError, MalformedError
from quire.domain.ids import TenantId, is_tenant_id
from quire.domain.time import from_datetime

_MAX_NAME = 200


class Keys(Protocol):
    """Where tenants' keys come from."""

    def ensure(self, tenant: TenantId) -> str:
        """ARN of the tenant's key, made unless it is there."""
        ...


def create_tenant(control: Control, tenant_id: str, name: str, now: datetime, keys: Keys | None = None) -> Tenant:
    """The tenant of this id and name, made unless it is there, and with ``keys`` a key of its own. ``now`` is aware.

    The key comes first: a tenant that stopped half-way is none yet, and finds its key when this is run again.

    Raises:
        MalformedError: the id or the name is none.
        ConflictError: the id is taken by a tenant of another name.
    """
    if not is_tenant_id(tenant_id):
        raise MalformedError("a tenant id has 1 to 40 lower-case letters, digits and inner hyphens")
    if not checked_name(name):
        raise MalformedError("a tenant has a name of at most 200 characters")
    found = control.tenant(TenantId(tenant_id)) or _made(control, TenantId(tenant_id), name, now, keys)
    if found.name != name:
        raise ConflictError("this tenant id is taken")
    if keys is None or found.key_arn:
        return found
    control.set_tenant_key(found.tenant_id, key := keys.ensure(found.tenant_id))
    return replace(found, key_arn=key)


def _made(control: Control, tenant_id: TenantId, name: str, now: datetime, keys: Keys | None) -> Tenant:
    """The new tenant, or the one that somebody else made meanwhile."""
    tenant = Tenant(tenant_id, name, from_datetime(now), key_arn=keys.ensure(tenant_id) if keys else "")
    if control.put_tenant(tenant):
        return tenant
    found = control.tenant(tenant_id)
    if found is None:
        raise ConflictError("this tenant id is taken")
    return found


def checked_name(name: str) -> bool:
    """Whether ``name`` can stand in a list that people read."""
    return 0 < len(name) <= _MAX_NAME and name.isprintable() and name == name.strip()
