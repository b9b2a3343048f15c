"""Who a token names."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.domain.errors import UnauthenticatedError
from quire.domain.ids import TenantId
from quire.identity.principal import Expected, Principal, Role, principal_of

NOW = datetime(2026, 3, 2, 9, 14, 5, tzinfo=UTC)
EXPECTED = Expected(frozenset({"console", "cli"}), "quire/api")


def claims(**changes: Any) -> dict[str, Any]:
    """What the authorizer hands on of a good token; ``None`` takes a claim away."""
    told = {
        "sub": "5f0c6a3e-0000-4000-8000-000000000001",
        "token_use": "access",
        "client_id": "console",
        "scope": "openid quire/api",
        "tenant_id": "acme",
        "role": "auditor",
        "email": "alice@acme.example",
        "exp": str(int((NOW + timedelta(minutes=5)).timestamp())),
        **changes,
    }
    return {name: value for name, value in told.items() if value is not None}


def test_a_good_token() -> None:
    assert principal_of(claims(), EXPECTED, NOW) == Principal(
        "5f0c6a3e-0000-4000-8000-000000000001", TenantId("acme"), Role.AUDITOR, "alice@acme.example"
    )


@pytest.mark.parametrize("exp", ["Mon Mar 02 09:20:00 UTC 2026", 1772443000 + 3600, "1772446600"])
def test_expiry_as_authorizers_write_it(exp: object) -> None:
    assert principal_of(claims(exp=exp), EXPECTED, NOW).role is Role.AUDITOR


@pytest.mark.parametrize(
    "changes",
    [
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": "another"},
        {"client_id": None, "aud": "console"},
        {"scope": "openid quire/apis"},
        {"scope": None},
        {"tenant_id": None},
        {"tenant_id": ""},
        {"tenant_id": "acme#globex"},
        {"tenant_id": "*"},
        {"tenant_id": ["acme"]},
        {"custom:tenant_id": "acme", "tenant_id": None},
        {"role": None},
        {"role": "root"},
        {"sub": None},
        {"sub": ""},
        {"sub": "a b"},
        {"exp": None},
        {"exp": "0"},
        {"exp": True},
        {"exp": "Mon Mar 02 09:14:05 UTC 2026"},
        {"exp": "Mon Foo 32 09:14:05 UTC 2027"},
        {"exp": "Mon Feb 31 09:14:05 UTC 2027"},
        {"exp": "tomorrow"},
        {"exp": str(int(NOW.timestamp()))},
    ],
)
def test_any_other_token(changes: dict[str, Any]) -> None:
    with pytest.raises(UnauthenticatedError) as caught:
        principal_of(claims(**changes), EXPECTED, NOW)
    assert caught.value.detail == "a valid access token is needed"


def test_no_client_is_known() -> None:
    with pytest.raises(UnauthenticatedError):
        principal_of(claims(client_id=""), Expected(frozenset(), "quire/api"), NOW)


@given(
    st.dictionaries(st.sampled_from(sorted(claims())), st.one_of(st.text(), st.integers(), st.none(), st.booleans()))
)
def test_nothing_else_ever_happens(changes: dict[str, Any]) -> None:
    try:
        principal = principal_of({**claims(), **changes}, EXPECTED, NOW)
    except UnauthenticatedError:
        return
    assert principal.tenant_id == {**claims(), **changes}["tenant_id"]
