"""The pre-token trigger's handler."""

from collections.abc import Iterator

import pytest

from tests.serving import Serving, serving


@pytest.fixture
def quire() -> Iterator[Serving]:
    with serving() as made:
        yield made


def test_somebody_we_know(quire: Serving) -> None:
    quire.know("sub-1", "acme", "auditor")
    assert quire.sign_in({"sub": "sub-1", "email": "else@example.com"}) == {
        "claimsToAddOrOverride": {"tenant_id": "acme", "role": "auditor", "email": "sub-1@example.com"},
        "scopesToAdd": ["quire/api"],
    }


def test_anybody_else(quire: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    for attributes in ({"sub": "sub-2", "custom:tenant_id": "acme"}, {"sub": ""}, {}):
        assert "claimsToAddOrOverride" not in quire.sign_in(attributes)
    assert "sub-2" not in capsys.readouterr().out
