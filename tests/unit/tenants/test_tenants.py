"""Tenants and connections: safe to run twice, refused with a reason."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from quire.aws.control import Connection
from quire.domain.errors import ConflictError, MalformedError, NotFoundError, UnavailableError
from quire.domain.ids import ConnectionId, TenantId
from quire.tenants.add_connection import NewConnection, add_connection
from quire.tenants.create_tenant import create_tenant
from tests.archiving import Interrupted, Stop
from tests.moto_aws import NOW, Stack, stack

ACME, GLOBEX = TenantId("acme"), TenantId("globex")
NEW = NewConnection(ACME, "slack-1", "slack", "Head office", {"signingSecret": "one"}, {"issuer": "x"}, "T1")
_TEXT = {"type": "string", "minLength": 1}
PLATFORMS: Any = dict.fromkeys(
    ("slack", "teams"),
    SimpleNamespace(
        configuration={"type": "object", "properties": {"issuer": _TEXT}, "additionalProperties": False},
        secrets={"type": "object", "properties": {"signingSecret": _TEXT}, "required": ["signingSecret"]},
    ),
)


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        create_tenant(made.control, "acme", "Acme & Co.", NOW)
        yield made


def add(aws: Stack, new: NewConnection = NEW, **options: Any) -> Connection:
    return add_connection(aws.control, aws.secrets, PLATFORMS, new, options.pop("now", NOW), **options)


def test_a_tenant_is_made_once(aws: Stack) -> None:
    again = create_tenant(aws.control, "acme", "Acme & Co.", NOW + timedelta(days=1))
    assert again.created_at == "2026-03-02T09:14:05.000000Z"
    with pytest.raises(ConflictError):
        create_tenant(aws.control, "acme", "Another", NOW)


@pytest.mark.parametrize("tenant", ["", "Acme", "a#b", "a/b", "-a", "a-", "a" * 41, "\u00e4"])
def test_what_is_no_tenant_id_is_refused(aws: Stack, tenant: str) -> None:
    with pytest.raises(MalformedError):
        create_tenant(aws.control, tenant, "Name", NOW)


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb", " a"])
def test_what_is_no_name_is_refused(aws: Stack, name: str) -> None:
    with pytest.raises(MalformedError):
        create_tenant(aws.control, "globex", name, NOW)
    with pytest.raises(MalformedError):
        add(aws, replace(NEW, name=name))


def test_a_connection_has_a_secret_and_a_route(aws: Stack) -> None:
    made = add(aws)
    assert aws.control.connection(ACME, ConnectionId("slack-1")) == made
    assert aws.secrets.get(made.secret_id) == {"signingSecret": "one"}
    route = aws.control.route(ConnectionId("slack-1"))
    assert route is not None
    assert route.tenant_id == ACME


def test_run_again_it_is_updated_and_its_secret_kept_unless_told(aws: Stack) -> None:
    first = add(aws)
    changed = replace(NEW, name="Branch", secrets={"signingSecret": "two"}, workspace_id="T2")
    second = add(aws, changed, now=NOW + timedelta(days=1))
    assert second == replace(first, name="Branch", workspace_id="T2")
    assert aws.secrets.get(first.secret_id) == {"signingSecret": "one"}
    add(aws, changed, replace_secret=True)
    assert aws.secrets.refetch(first.secret_id) == {"signingSecret": "two"}


def test_a_connection_id_belongs_to_one_tenant_and_platform(aws: Stack) -> None:
    add(aws)
    create_tenant(aws.control, "globex", "Globex", NOW)
    for other in (replace(NEW, tenant_id=GLOBEX), replace(NEW, platform="teams")):
        with pytest.raises(ConflictError):
            add(aws, other)
    assert aws.secrets.get(aws.secrets.name_of(GLOBEX, ConnectionId("slack-1"))) is None


def test_there_is_no_connection_without_a_tenant(aws: Stack) -> None:
    with pytest.raises(NotFoundError):
        add(aws, replace(NEW, tenant_id=GLOBEX))


@pytest.mark.parametrize(
    "change",
    [
        {"connection_id": "a/b"},
        {"connection_id": ""},
        {"platform": "carrier-pigeon"},
        {"secrets": {}},
        {"secrets": {"a": object()}},
        {"configuration": {"a": {1, 2}}},
        {"configuration": {"a": "x" * 60_000}},
    ],
)
def test_what_is_no_connection_is_refused(aws: Stack, change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        add(aws, replace(NEW, **change))


def test_stopped_half_way_there_is_no_address_without_a_secret(aws: Stack) -> None:
    stop = Stop(0, error=UnavailableError("dynamodb TransactWriteItems"))
    control: Any = Interrupted(aws.control, ["put_connection"], stop)
    with pytest.raises(UnavailableError):
        add_connection(control, aws.secrets, PLATFORMS, NEW, NOW)
    assert aws.control.route(ConnectionId("slack-1")) is None
    assert add(aws).secret_id == aws.secrets.name_of(ACME, ConnectionId("slack-1"))


def test_a_secret_is_not_shown() -> None:
    assert "one" not in repr(NEW)
