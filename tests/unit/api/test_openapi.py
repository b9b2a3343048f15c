"""The OpenAPI document: as checked in, every route of it behind the gate and under a policy."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from quire.api.app import build
from quire.api.gate import Gate
from quire.api.openapi import document, encoded
from quire.domain.errors import UnauthenticatedError
from quire.domain.ids import TenantId
from quire.identity.actions import Action
from quire.identity.policy import permissions
from quire.identity.principal import Principal, Role
from tests.api_calls import answer_of, call
from tests.chat import ACME
from tests.lambda_context import CONTEXT

CHECKED_IN = Path(__file__).parents[3] / "web" / "openapi.json"
ROUTES = [
    (method.upper(), path, operation)
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
]


def test_the_document_is_the_one_checked_in() -> None:
    """When it is not: ``python -m quire.api.openapi web/openapi.json``, and generate the console's client again."""
    assert CHECKED_IN.read_bytes() == encoded()


def test_the_routes() -> None:
    assert {(method, path) for method, path, _ in ROUTES} == {
        ("POST", "/v1/search"),
        ("POST", "/v1/search/parse"),
        ("GET", "/v1/synonyms"),
        ("PUT", "/v1/synonyms"),
        ("GET", "/v1/search/complete"),
        ("GET", "/v1/searches"),
        ("POST", "/v1/searches"),
        ("GET", "/v1/searches/{searchId}"),
        ("PATCH", "/v1/searches/{searchId}"),
        ("DELETE", "/v1/searches/{searchId}"),
        ("POST", "/v1/searches/{searchId}/run"),
        ("GET", "/v1/searches/{searchId}/alerts"),
        ("GET", "/v1/audit/searches"),
        ("GET", "/v1/messages/{messageId}"),
        ("GET", "/v1/messages/{messageId}/evidence"),
        ("GET", "/v1/messages/{messageId}/attachments/{attachmentId}/content"),
        ("GET", "/v1/messages/{messageId}/attachments/{attachmentId}/thumbnail"),
        ("GET", "/v1/channels"),
        ("GET", "/v1/messages/{messageId}/audience"),
        ("GET", "/v1/conversations/{channelId}"),
        ("GET", "/v1/conversations/{channelId}/threads/{messageId}"),
        ("GET", "/v1/conversations/{channelId}/diff"),
        ("GET", "/v1/conversations/{channelId}/members"),
        ("GET", "/v1/me"),
        ("GET", "/v1/platforms"),
        ("GET", "/v1/connections"),
        ("POST", "/v1/connections"),
        ("GET", "/v1/connections/{connectionId}"),
        ("PATCH", "/v1/connections/{connectionId}"),
        ("DELETE", "/v1/connections/{connectionId}"),
        ("POST", "/v1/connections/{connectionId}/secrets"),
        ("POST", "/v1/connections/{connectionId}/install"),
        ("POST", "/v1/installs"),
        ("GET", "/v1/people"),
        ("GET", "/v1/people/{personId}"),
        ("GET", "/v1/people/{personId}/day"),
        ("POST", "/v1/people/{personId}/accounts"),
        ("DELETE", "/v1/people/{personId}/accounts/{userId}"),
    }


@pytest.mark.parametrize(("method", "path", "operation"), ROUTES)
def test_every_route_is_covered_by_a_policy(method: str, path: str, operation: Mapping[str, Any]) -> None:
    action = Action(operation["x-quire-action"])
    granted = [role for role in Role if action in permissions(Principal("someone", ACME, role, ""))]
    assert granted, f"no role may {action.value}"


@pytest.mark.parametrize(("method", "path", "operation"), ROUTES)
def test_every_route_is_behind_the_gate(method: str, path: str, operation: Mapping[str, Any]) -> None:
    """The gate sees the action that the document names, before anything else of the route happens."""
    asked: list[Any] = []

    class Stop(Exception):  # noqa: N818
        """The decision is where this test ends."""

    class Scope:
        class audit:  # noqa: N801
            @staticmethod
            def append(act: Any) -> str:
                asked.append(act)
                return ""

    def decide(principal: Principal, action: Action, resource: Any) -> Any:
        raise Stop

    def authenticate(claims: Mapping[str, Any], now: datetime) -> Principal:
        if not claims:
            raise UnauthenticatedError("a valid access token is needed")
        return Principal("someone", ACME, Role.AUDITOR, "")

    def scope_of(tenant: TenantId) -> Any:
        return Scope

    api = build(Gate(authenticate, decide, scope_of, lambda: datetime(2026, 3, 2, tzinfo=UTC)))
    real = re.sub(r"\{\w+\}", "00000000-0000-8000-8000-000000000000", path)
    assert answer_of(api.resolve(call(method, real, who={}), CONTEXT)).status == 401
    assert asked == []
    assert answer_of(api.resolve(call(method, real), CONTEXT)).status == 500
    assert [act.action for act in asked] == [operation["x-quire-action"]]


def test_names_are_camel_case() -> None:
    def names(value: Any) -> set[str]:
        if isinstance(value, dict):
            inner = set(value.get("properties", {})) | {name for each in value.values() for name in names(each)}
            return inner | ({value["name"]} if "in" in value else set())
        return {name for each in value for name in names(each)} if isinstance(value, list) else set()

    assert not {name for name in names(document()) if not re.fullmatch(r"[a-z][A-Za-z0-9]*", name)}


def test_problems_are_described_everywhere() -> None:
    for _, _, operation in ROUTES:
        assert {"400", "401", "403", "404", "409", "503"} <= set(operation["responses"])
        assert {"200", "201"} & set(operation["responses"])
    assert not {"HTTPValidationError", "ValidationError"} & set(document()["components"]["schemas"])
    assert b"HTTPValidationError" not in encoded()
    assert orjson.loads(encoded()) == document()
