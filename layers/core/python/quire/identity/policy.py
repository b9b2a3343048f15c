"""One Cedar decision a request, from the policies in this folder. What cannot be decided is denied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quire.identity.actions import RESOURCE_OF, Action, Resource

if TYPE_CHECKING:
    from cedarpy import PolicySet, Schema

    from quire.identity.principal import Principal

POLICIES = Path(__file__).parent / "policies"


@dataclass(frozen=True)
class Decision:
    """Whether it is allowed, and the ids of the policies that made it so; none when nothing permits it."""

    allowed: bool
    policies: tuple[str, ...]


def decide(principal: Principal, action: Action, resource: Resource) -> Decision:
    """Whether ``principal`` may do ``action`` to ``resource``."""
    import cedarpy

    policies, schema = _parsed()
    request = {
        "principal": _uid("User", principal.subject),
        "action": _uid("Action", action.value),
        "resource": _uid(resource.type, resource.id),
        "context": {},
    }
    result = cedarpy.is_authorized(request, policies, _entities(principal, resource), schema)
    allowed = result.decision is cedarpy.Decision.Allow and not result.diagnostics.errors
    named = result.diagnostics.id_annotations_by_reason
    return Decision(allowed, tuple(sorted(str(named.get(reason) or reason) for reason in result.diagnostics.reasons)))


def permissions(principal: Principal) -> list[Action]:
    """All actions the principal's role may do within its tenant."""
    return [
        action
        for action, kind in RESOURCE_OF.items()
        if decide(principal, action, Resource(kind, _any_of(kind, principal), principal.tenant_id)).allowed
    ]


def policy_text() -> str:
    """The policies as they stand in the repository."""
    return (POLICIES / "roles.cedar").read_text("utf-8")


def schema_text() -> str:
    """The schema they are checked against."""
    return (POLICIES / "schema.cedarschema").read_text("utf-8")


@cache
def _parsed() -> tuple[PolicySet, Schema]:
    import cedarpy

    return cedarpy.PolicySet.from_str(policy_text()), cedarpy.Schema.from_str(schema_text())


def _entities(principal: Principal, resource: Resource) -> list[dict[str, Any]]:
    tenant = _uid("Tenant", principal.tenant_id)
    user = {
        "uid": _uid("User", principal.subject),
        "attrs": {"tenant": {"__entity": tenant}},
        "parents": [_uid("Role", principal.role.value)],
    }
    if resource.type == "Tenant":
        return [user]
    thing = {
        "uid": _uid(resource.type, resource.id),
        "attrs": {},
        "parents": [_uid("Tenant", resource.tenant)],
    }
    return [user, thing]


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": f"Quire::{kind}", "id": name}


def _any_of(kind: str, principal: Principal) -> str:
    return principal.tenant_id if kind == "Tenant" else "any"
