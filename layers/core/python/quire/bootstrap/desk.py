"""What a tenant's own people change through the API: connections, their secrets, who is whom.

A request that changes something gets credentials of its own, which reach the tenant's items and secrets and nothing
else. Tasks and calls outward are the function's own doing: what a schedule or a lease is called tells no tenant.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from quire.bootstrap.sessions import prompt

if TYPE_CHECKING:
    from quire.aws.control import Connection, Control
    from quire.aws.expiring import Expiring
    from quire.aws.sessions import Aws
    from quire.domain.ids import TenantId
    from quire.domain.work import Install, Installed
    from quire.people.directory import People
    from quire.search.tenant_engine import TenantEngine
    from quire.tenants.connection_desk import ConnectionDesk, Stores
    from quire.tenants.connection_desk import Work as DeskWork

_LEASE_SECONDS, _WAIT_SECONDS, _PAUSE_SECONDS = 30, 10, 0.25


def people_of(tenant: TenantId, aws: Aws) -> People:
    """Who there is, over these credentials."""
    from quire.aws.directory import Directory
    from quire.aws.person_decisions import PersonDecisions
    from quire.bootstrap.search import now
    from quire.config import settings
    from quire.people.directory import People

    table = settings().need("control_table")
    directory, decisions = Directory(aws.dynamodb, table), PersonDecisions(aws.dynamodb, table)
    return People(tenant, directory, decisions, vouching, now)


@cache
def vouching() -> frozenset[str]:
    """The platforms whose directories vouch for e-mail addresses."""
    from quire.connectors.registry import MANIFESTS

    return frozenset(name for name, manifest in MANIFESTS.items() if manifest.vouches_for_email)


def activity_of(engine: TenantEngine) -> Mapping[str, str]:
    """When each connection last captured something; nothing while the index does not answer."""
    from quire.domain.errors import UnavailableError
    from quire.search.activity import last_captured

    try:
        return last_captured(engine)
    except UnavailableError:
        return {}


def managing(tenant: TenantId, control: Control) -> Aws:
    """Credentials that change the tenant's own items and secrets; ``control`` reads which key is the tenant's."""
    known = control.tenant(tenant)
    found = _managing().get((tenant, known.key_arn if known else ""))
    assert found is not None, "credentials are always given"  # noqa: S101
    return found


def desk_of(tenant: TenantId, control: Control) -> ConnectionDesk:
    """What the tenant's people do with their connections."""
    from quire.aws.connection_settings import ConnectionSettings
    from quire.aws.control import Control
    from quire.aws.install_states import InstallStates
    from quire.aws.secrets import Secrets
    from quire.bootstrap.search import now
    from quire.config import settings
    from quire.connectors.registry import CONNECTORS
    from quire.tenants.connection_desk import ConnectionDesk, Stores

    known, aws = settings(), managing(tenant, control)
    table = known.need("control_table")
    stores = Stores(
        control=Control(aws.dynamodb, table),
        settings=ConnectionSettings(aws.dynamodb, table),
        secrets=Secrets(aws.secrets, known.stage, time.monotonic, known.data_key_arn),
        states=InstallStates(aws.dynamodb, table),
    )
    redirect_uri = f"{known.console_origin}/connections/installed"
    return ConnectionDesk(tenant, stores, CONNECTORS, _work(stores), redirect_uri, now)


def _work(stores: Stores) -> DeskWork:
    from quire.bootstrap.search import now
    from quire.bootstrap.timetable import timetable
    from quire.connectors.registry import MANIFESTS
    from quire.tenants.add_connection import NewConnection, add_connection
    from quire.tenants.connection_desk import Work

    def add(new: NewConnection) -> Connection:
        return add_connection(stores.control, stores.secrets, MANIFESTS, new, now(), work=timetable())

    return Work(
        add=add,
        tasks=timetable,
        hold=_held,
        exchange=_exchange,
    )


def _exchange(
    connection: Connection, install: Install, secrets: Mapping[str, Any], code: str, redirect_uri: str
) -> Installed:
    from quire.bootstrap import outbound
    from quire.bootstrap.search import now

    return install.exchange(secrets, code, redirect_uri, outbound.outside(connection, _no_token), now())


@contextmanager
def _held(connection: Connection) -> Iterator[None]:
    """The lease under which a connection's secrets are renewed, waited for: a refresh token works once."""
    from quire.bootstrap.outbound import leases
    from quire.connections.grants import lease_name
    from quire.domain.errors import BusyError

    waited = 0.0
    while (lease := leases().take(lease_name(connection), _LEASE_SECONDS)) is None:
        if waited >= _WAIT_SECONDS:
            raise BusyError("this connection's access is being renewed", _WAIT_SECONDS)
        time.sleep(_PAUSE_SECONDS)
        waited += _PAUSE_SECONDS
    try:
        yield
    finally:
        leases().free(lease)


@cache
def _managing() -> Expiring[tuple[TenantId, str], Aws]:
    from quire.aws.expiring import Expiring, Life
    from quire.config import settings
    from quire.identity.isolation import KEPT_SECONDS, Desk, assume_tenant, managing_policy

    known = settings()
    role = known.need("tenant_role_arn")
    _, partition, _, _, account, _ = role.split(":", 5)
    there = f"{known.region}:{account}"

    def load(whose: tuple[TenantId, str]) -> Aws:
        desk = Desk(
            table=f"arn:{partition}:dynamodb:{there}:table/{known.need('control_table')}",
            secrets=f"arn:{partition}:secretsmanager:{there}:secret",
            stage=known.stage,
            keys=tuple(key for key in (known.data_key_arn, whose[1]) if key),
        )
        return assume_tenant(prompt(), role, lambda tenant: managing_policy(tenant, desk), "manages")(whose[0])

    return Expiring(load, Life(present=KEPT_SECONDS, absent=0, entries=64), time.monotonic)


def _no_token(_: bool) -> NoReturn:
    from quire.domain.errors import UnavailableError

    raise UnavailableError("an install asks for the token that it is to bring")
