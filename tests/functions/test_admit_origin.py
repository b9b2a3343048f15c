"""``admit_origin`` on a mocked account."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from functions.admit_origin.handler import lambda_handler
from quire.aws.origin_secret import OriginSecret
from quire.aws.sessions import Aws
from quire.bootstrap import edge, sessions
from quire.capture.admit_origin import HEADER
from quire.config import settings
from tests.lambda_context import CONTEXT
from tests.moto_aws import Clock


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An account with the secret ``now``."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    caches = (settings, sessions.prompt, edge.origin_secret)
    with mock_aws():
        for cached in caches:
            cached.cache_clear()
        account = Aws("us-east-1")
        arn = account.secrets.create_secret(Name="origin", SecretString="now")["ARN"]
        for name, value in {"QUIRE_STAGE": "test", "AWS_REGION": "us-east-1", "QUIRE_ORIGIN_SECRET_ARN": arn}.items():
            monkeypatch.setenv(name, value)
        yield account
    for cached in caches:
        cached.cache_clear()


def event(headers: dict[str, str] | None) -> dict[str, Any]:
    """An authorizer's request, payload format 2.0."""
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeKey": "POST /hooks/{platform}/{connectionId}",
        "headers": headers,
    }


def test_the_secret_admits(aws: Aws) -> None:
    assert lambda_handler(event({HEADER: "now"}), CONTEXT) == {"isAuthorized": True}


@pytest.mark.parametrize("headers", [None, {}, {HEADER: ""}, {HEADER: "guess"}, {HEADER: "nów"}, {"x-other": "now"}])
def test_nothing_else_does(aws: Aws, headers: dict[str, str] | None) -> None:
    assert lambda_handler(event(headers), CONTEXT) == {"isAuthorized": False}


def test_old_and_new_are_admitted_while_cloudfront_still_has_the_old_one(aws: Aws) -> None:
    assert lambda_handler(event({HEADER: "now"}), CONTEXT) == {"isAuthorized": True}
    aws.secrets.put_secret_value(SecretId="origin", SecretString="next")
    assert lambda_handler(event({HEADER: "next"}), CONTEXT) == {"isAuthorized": True}
    assert lambda_handler(event({HEADER: "now"}), CONTEXT) == {"isAuthorized": True}


def test_a_flood_of_guesses_asks_for_the_secret_once_in_fifteen_seconds(aws: Aws) -> None:
    clock = Clock()
    secret = OriginSecret(aws.secrets, "origin", clock)
    assert secret.values() == ("now",)
    assert secret.refetch() == ("now",)
    assert secret.refetch() == ()
    clock.now += 16
    assert secret.refetch() == ("now",)


def test_a_secret_that_is_gone_admits_nobody(aws: Aws) -> None:
    assert OriginSecret(aws.secrets, "missing", Clock()).values() == ()
