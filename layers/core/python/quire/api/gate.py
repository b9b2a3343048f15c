"""The gate every request passes before anything else, validation included: who, may they, with what, on record.

1. The access token's claims name the person and, alone, the tenant (else 401).
2. Stores are built from credentials of that tenant.
3. One Cedar decision, for the one action the route was registered with; a route without one does not exist.
4. The route runs.
5. One audit entry, also of what was denied or failed; only when it is written is there an answer.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from aws_lambda_powertools.event_handler import Response

from quire.api.problems import MethodNotAllowedError, status_of
from quire.api.scope import Asked, TenantScope
from quire.audit.entries import Act, Outcome
from quire.domain.errors import ForbiddenError, MalformedError, NotFoundError, TooLargeError
from quire.domain.ids import TenantId
from quire.domain.time import from_datetime
from quire.identity.actions import RESOURCE_OF, Action, Resource

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

    from quire.identity.policy import Decision
    from quire.identity.principal import Principal

MAX_BODY_CHARACTERS = 65_536
ASKED = "quire_asked"
"""Where the resolver's context keeps what the gate let pass."""


class Decide(Protocol):
    """Whether somebody may do something to something."""

    def __call__(self, principal: Principal, action: Action, resource: Resource) -> Decision:
        """The decision."""
        ...


@dataclass(frozen=True)
class Access:
    """What a route does, and to what: the path parameter that names it, none for the tenant's archive as a whole."""

    action: Action
    parameter: str | None = None


@dataclass(frozen=True)
class Gate:
    """``authenticate`` raises ``UnauthenticatedError``; ``scope_of`` gives a tenant's stores; ``clock`` aware times."""

    authenticate: Callable[[Mapping[str, Any], datetime], Principal]
    decide: Decide
    scope_of: Callable[[TenantId], TenantScope]
    clock: Callable[[], datetime]

    def admit(
        self, app: APIGatewayRestResolver, next_middleware: NextMiddleware, access: Access | None, methods: set[str]
    ) -> Response[Any]:
        """Answer a request, or raise what is wrong with it. ``access`` is that of its route, if it has one;
        ``methods`` are those the path is known with."""
        event: Mapping[str, Any] = app.current_event.raw_event
        now = self.clock()
        principal = self.authenticate(_claims(event), now)
        scope = self.scope_of(principal.tenant_id)
        act = _act(event, principal, now)
        asked: Asked | None = None
        try:
            if access is None:
                raise _unknown(methods)  # noqa: TRY301 - on record like everything else
            asked = Asked(principal, access.action, _resource(app, access, principal.tenant_id), scope)
            act = _about(act, asked)
            decision = self.decide(principal, asked.action, asked.resource)
            act = replace(act, decision="allowed" if decision.allowed else "denied", policies=decision.policies)
            if not decision.allowed:
                raise ForbiddenError("your role does not allow this")  # noqa: TRY301
            _readable(app)
            app.context[ASKED] = asked
            response: Response[Any] = next_middleware(app)
        except Exception as error:
            scope.audit.append(_ended(act, asked, status_of(error)))
            raise
        scope.audit.append(_ended(act, asked, response.status_code))
        return response


def _claims(event: Mapping[str, Any]) -> Mapping[str, Any]:
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") if isinstance(authorizer, dict) else None
    return claims if isinstance(claims, dict) else {}


def _act(event: Mapping[str, Any], principal: Principal, now: datetime) -> Act:
    context = event.get("requestContext") or {}
    none: Outcome = "none"
    return Act(
        tenant_id=principal.tenant_id,
        at=from_datetime(now),
        subject=principal.subject,
        role=principal.role.value,
        action="none",
        resource_type="Path",
        resource_id=str(event.get("path", ""))[:512],
        decision=none,
        status=0,
        request_id=str(context.get("requestId", "")),
        source_ip=str((context.get("identity") or {}).get("sourceIp", "")),
    )


def _about(act: Act, asked: Asked) -> Act:
    return replace(
        act, action=asked.action.value, resource_type=asked.resource.type, resource_id=asked.resource.id[:512]
    )


def _ended(act: Act, asked: Asked | None, status: int) -> Act:
    return replace(act, status=status, detail=dict(asked.detail) if asked else {})


def _resource(app: APIGatewayRestResolver, access: Access, tenant: TenantId) -> Resource:
    """Ids say nothing of whose they are, so a thing is taken for the tenant's; that tenant's stores know better."""
    name = tenant if access.parameter is None else str(app.context["_route_args"][access.parameter])
    return Resource(RESOURCE_OF[access.action], name, tenant)


def _readable(app: APIGatewayRestResolver) -> None:
    try:
        body = app.current_event.decoded_body
    except (binascii.Error, UnicodeDecodeError) as error:
        raise MalformedError("the body is not UTF-8 text") from error
    if body is not None and len(body) > MAX_BODY_CHARACTERS:
        raise TooLargeError(f"a body has at most {MAX_BODY_CHARACTERS} characters")


def _unknown(methods: set[str]) -> Exception:
    if methods:
        return MethodNotAllowedError(f"this address takes {', '.join(sorted(methods))}")
    return NotFoundError("there is nothing at this address")
