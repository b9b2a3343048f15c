"""What an access token says beyond the sign-in itself: added from our own record of the person, never from
attributes, which a person or an identity provider may set.

The event is Cognito's pre-token-generation trigger, version 2.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from quire.aws.control import Principal

CLAIMS = ("tenant_id", "role", "email")


def with_claims(event: Mapping[str, Any], principal: Callable[[str], Principal | None], scope: str) -> dict[str, Any]:
    """The trigger's event with its response: tenant, role, e-mail and ``scope`` for somebody we know.

    For anybody else all of these are kept out of the token, whoever else may have put them there; the API then
    refuses it.

    Raises:
        UnavailableError: our record could not be read; nobody gets a token on a guess.
    """
    attributes = (event.get("request") or {}).get("userAttributes") or {}
    known = principal(str(attributes.get("sub", ""))) if attributes.get("sub") else None
    token: dict[str, Any]
    if known is None:
        token = {"claimsToSuppress": list(CLAIMS), "scopesToSuppress": [scope]}
    else:
        told = {"tenant_id": known.tenant_id, "role": known.role, "email": known.email}
        token = {"claimsToAddOrOverride": told, "scopesToAdd": [scope]}
    return {**event, "response": {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": token}}}
