"""Who asks: read from the access token's claims, which the API's authorizer has checked, and from nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from quire.domain.errors import UnauthenticatedError
from quire.domain.ids import TenantId, is_tenant_id

_DIGITS = re.compile(r"\d{1,12}\Z", re.ASCII)
_GATEWAY_TIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) UTC (\d{4})\Z", re.ASCII)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SUBJECT = re.compile(r"[A-Za-z0-9._@+-]{1,128}\Z", re.ASCII)


class Role(StrEnum):
    """The starter roles; what each may do stands in the policies, not here."""

    ADMINISTRATOR = "administrator"
    COMPLIANCE_OFFICER = "compliance_officer"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Principal:
    """A signed-in person; ``subject`` is the identity provider's ``sub``."""

    subject: str
    tenant_id: TenantId
    role: Role
    email: str


@dataclass(frozen=True)
class Expected:
    """What an access token for this API must say."""

    client_ids: frozenset[str]
    scope: str


def principal_of(claims: Mapping[str, Any], expected: Expected, now: datetime) -> Principal:
    """The person an access token names.

    ``claims`` are what a REST API's Cognito authorizer hands on: the token's claims as text, times among them in the
    authorizer's own format. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html

    Raises:
        UnauthenticatedError: this is no current access token of ours, or its bearer belongs to no tenant. Which of
            the two, or why, is not told.
    """
    told = {name: value for name, value in claims.items() if isinstance(value, str)}
    tenant, role, subject = told.get("tenant_id", ""), told.get("role", ""), told.get("sub", "")
    valid = (
        told.get("token_use") == "access"
        and told.get("client_id") in expected.client_ids
        and expected.scope in told.get("scope", "").split()
        and _expiry(claims.get("exp")) > now.timestamp()
        and _SUBJECT.match(subject)
        and is_tenant_id(tenant)
        and role in set(Role)
    )
    if not valid:
        raise UnauthenticatedError("a valid access token is needed")
    return Principal(subject, TenantId(tenant), Role(role), told.get("email", ""))


def _expiry(value: object) -> float:
    """Seconds since 1970; 0, long ago, when it cannot be read."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return 0
    if _DIGITS.match(value):
        return float(value)
    match = _GATEWAY_TIME.match(value)
    if match is None or match[1] not in _MONTHS:
        return 0
    day, hour, minute, second, year = (int(match[n]) for n in (2, 3, 4, 5, 6))
    try:
        return datetime(year, _MONTHS.index(match[1]) + 1, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return 0
