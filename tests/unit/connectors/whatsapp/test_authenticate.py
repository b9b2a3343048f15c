"""Who may speak for WhatsApp."""

import hashlib
import hmac
from typing import Any

import pytest

from quire.connectors.whatsapp.authenticate import authenticate, verify_signature
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import MalformedError, UnauthenticatedError
from tests.unit.connectors.reading import sample

SECRETS: dict[str, Any] = {"appSecret": "app-secret", "verifyToken": "say-friend"}
TEXT = sample("whatsapp", "message.text")


def signed(body: bytes, key: bytes = b"app-secret") -> WebhookRequest:
    digest = hmac.new(key, body, hashlib.sha256).hexdigest()
    return WebhookRequest(headers={"x-hub-signature-256": f"sha256={digest}"}, body=body)


def verification(**query: str) -> WebhookRequest:
    given = {"mode": "subscribe", "verify_token": "say-friend", "challenge": "1158201444", **query}
    return WebhookRequest(headers={}, query={f"hub.{name}": value for name, value in given.items()}, body=b"")


def ask(request: WebhookRequest, secrets: dict[str, Any] = SECRETS) -> Accepted | Challenge:
    return authenticate(request, secrets, {}, 0.0)


def test_published_vector_is_accepted() -> None:
    told = "sha256=0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914"
    request = WebhookRequest(headers={"x-hub-signature-256": told}, body=b"test")
    verify_signature(request, {"appSecret": "secret"})


@pytest.mark.parametrize("name", ["message.text", "message.escaped", "history", "account.disconnected"])
def test_signed_webhooks_are_accepted(name: str) -> None:
    assert ask(signed(sample("whatsapp", name))) == Accepted(status=200)


def test_secret_before_a_change_still_counts() -> None:
    assert ask(signed(TEXT, b"older"), {**SECRETS, "previousAppSecret": "older"}) == Accepted(status=200)
    with pytest.raises(UnauthenticatedError):
        ask(signed(TEXT, b"older"))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256="},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature-256": "sha1=" + hmac.new(b"app-secret", TEXT, hashlib.sha1).hexdigest()},
        {"x-hub-signature-256": "sha256=\udcff\u00e9"},
    ],
)
def test_missing_or_wrong_signatures_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(UnauthenticatedError):
        ask(WebhookRequest(headers=headers, body=TEXT))


def test_signature_is_over_the_bytes_as_sent() -> None:
    request = signed(TEXT)
    with pytest.raises(UnauthenticatedError):
        ask(request.model_copy(update={"body": TEXT.strip()}))


@pytest.mark.parametrize("secret", [None, "", 7, ["app-secret"]])
def test_without_a_secret_nobody_is_believed(secret: Any) -> None:
    with pytest.raises(UnauthenticatedError):
        ask(signed(TEXT, b""), {"appSecret": secret})
    with pytest.raises(UnauthenticatedError):
        ask(verification(verify_token=""), {"verifyToken": secret})


@pytest.mark.parametrize("body", [b"[]", b"{}", b"nothing", b'{"object":1,"entry":[]}', b'{"object":"page"}', b"\xff"])
def test_signed_but_no_webhook_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        ask(signed(body))


def test_verification_is_answered_with_its_challenge() -> None:
    assert ask(verification()) == Challenge(body="1158201444")
    assert ask(verification(challenge="<script>")) == Challenge(body="&lt;script&gt;")


@pytest.mark.parametrize("query", [{"verify_token": "wrong"}, {"mode": "unsubscribe"}, {"verify_token": "\udcff"}])
def test_wrong_verifications_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(UnauthenticatedError):
        ask(verification(**query))


def test_verification_without_a_challenge_is_malformed() -> None:
    with pytest.raises(MalformedError):
        ask(verification(challenge=""))


def test_request_without_anything_is_refused() -> None:
    with pytest.raises(UnauthenticatedError):
        ask(WebhookRequest(headers={}, body=b""))
