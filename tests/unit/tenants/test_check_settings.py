"""What a connection is given is compared with what its connector reads: told by field, never by value."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local import platform_secrets
from infra.local.stack_for_tests import STACK
from quire.connectors.registry import MANIFESTS
from quire.domain.errors import InvalidFieldsError
from quire.tenants.check_settings import check_settings

PEM = "-----BEGIN PRIVATE KEY-----"
TEAMS = {"issuer": "https://sts.windows.net/x/", "audience": "a", "jwks": "{}"}
TEAMS_SECRETS = {"clientState": "s", "certificates": {"one": PEM}}


def faults(platform: str, configuration: dict[str, Any], secrets: dict[str, Any]) -> list[tuple[str, str]]:
    try:
        check_settings(MANIFESTS[platform], configuration, secrets)
    except InvalidFieldsError as error:
        return [(fault.field, fault.problem) for fault in error.faults]
    return []


def test_what_fits_is_taken() -> None:
    assert faults("slack", {}, {"signingSecret": "x"}) == []
    assert faults("teams", TEAMS, TEAMS_SECRETS) == []


@pytest.mark.parametrize(
    ("platform", "configuration", "secrets", "expected"),
    [
        ("slack", {}, {}, [("secrets.signingSecret", "is missing")]),
        ("slack", {}, {"signingSecret": ""}, [("secrets.signingSecret", "is empty")]),
        ("slack", {}, {"signingSecret": 5}, [("secrets.signingSecret", "should be text")]),
        ("slack", {"color": 1}, {"signingSecret": "x"}, [("configuration.color", "is not a field of this platform's")]),
        ("slack", {}, {"signingSecret": "x", "botToken": "no"},
         [("secrets.botToken", "does not have the expected form")]),
        ("telegram", {}, {"secretToken": "a b"}, [("secrets.secretToken", "does not have the expected form")]),
        ("teams", {**TEAMS, "jwksUri": "https://login.microsoftonline.com/k"}, TEAMS_SECRETS,
         [("configuration", "needs exactly one of jwksUri, jwks")]),
        ("teams", TEAMS, {**TEAMS_SECRETS, "clientState": "x" * 129}, [("secrets.clientState", "is longer than 128")]),
        ("teams", TEAMS, {**TEAMS_SECRETS, "certificates": {"a": 1}}, [("secrets.certificates.a", "should be text")]),
        ("generic", {"fileHosts": ["a.example", "a.example"]}, {"signingSecret": "x"},
         [("configuration.fileHosts", "says something twice")]),
        ("generic", {"fileHosts": ["https://a.example"]}, {"signingSecret": "x"},
         [("configuration.fileHosts.0", "does not have the expected form")]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_by_field(
    platform: str, configuration: dict[str, Any], secrets: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert faults(platform, configuration, secrets) == expected


_json: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.just("hush-hush-value"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["signingSecret", "a"]), inner),
    max_leaves=6,
)


@given(platform=st.sampled_from(sorted(MANIFESTS)), value=st.dictionaries(st.sampled_from(["a", "appSecret"]), _json))
def test_no_value_is_repeated(platform: str, value: dict[str, Any]) -> None:
    told = faults(platform, value, value)
    assert told or not value
    assert "hush" not in str(told)


@pytest.mark.parametrize("platform", platform_secrets.MAKERS)
def test_what_the_local_stack_connects_with_fits(platform: str, tmp_path: Path) -> None:
    here = replace(STACK, state=tmp_path)
    made = platform_secrets.MAKERS[platform](here, "meridian-x")
    assert faults(platform, made.configuration, made.stored) == []
