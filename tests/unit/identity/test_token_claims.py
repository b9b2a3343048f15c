"""Claims of tokens about to be issued."""

from typing import Any

from quire.aws.control import Principal
from quire.identity.token_claims import with_claims
from tests.chat import ACME

KNOWN = Principal("sub-1", ACME, "auditor", "alice@acme.example")


def claimed(attributes: dict[str, str]) -> dict[str, Any]:
    event = {"version": "2", "request": {"userAttributes": attributes}, "response": {}}
    answer = with_claims(event, {"sub-1": KNOWN}.get, "quire/api")
    assert answer["request"] == event["request"]
    token: dict[str, Any] = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    return token


def test_somebody_we_know() -> None:
    assert claimed({"sub": "sub-1", "email": "mallory@globex.example", "custom:tenant_id": "globex"}) == {
        "claimsToAddOrOverride": {"tenant_id": "acme", "role": "auditor", "email": "alice@acme.example"},
        "scopesToAdd": ["quire/api"],
    }


def test_anybody_else_gets_nothing() -> None:
    nothing = {"claimsToSuppress": ["tenant_id", "role", "email"], "scopesToSuppress": ["quire/api"]}
    assert claimed({"sub": "sub-2", "custom:tenant_id": "acme", "tenant_id": "acme"}) == nothing
    assert claimed({}) == nothing
