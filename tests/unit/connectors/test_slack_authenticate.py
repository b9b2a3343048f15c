"""The Slack webhook lets in what Slack signed, and answers everything else with an error a caller may see."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.connectors.slack.authenticate import authenticate, verify_signature
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import BadInputError, MalformedError, UnauthenticatedError
from tests.unit.connectors.reading import ROOT, sample

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_772_442_845.5
VECTOR: Path = ROOT.parent / "shared" / "payloads" / "vectors" / "slack_v0.json"


def signed(body: bytes, at: float = NOW, secret: str = SECRET, more: Mapping[str, str] | None = None) -> WebhookRequest:
    timestamp = str(int(at))
    proof = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    told = {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={proof}", **(more or {})}
    return WebhookRequest(headers=told, body=body)


def admit(request: WebhookRequest, secret: Any = SECRET, now: float = NOW) -> Accepted | Challenge:
    return authenticate(request, {"signingSecret": secret}, {}, now)


def test_slacks_own_vector_is_let_in() -> None:
    if not VECTOR.exists():
        pytest.skip("Slack's published vector is not beside this checkout")
    vector = json.loads(VECTOR.read_text(encoding="utf-8"))
    request = WebhookRequest(
        headers={name.lower(): value for name, value in vector["headers"].items()}, body=vector["raw_body"].encode()
    )
    secrets = {"signingSecret": vector["signing_secret"]}
    at = float(vector["headers"]["X-Slack-Request-Timestamp"])
    verify_signature(request, secrets, at)
    with pytest.raises(MalformedError):  # a slash command's form: signed, but no event
        authenticate(request, secrets, {}, at)
    with pytest.raises(UnauthenticatedError):
        verify_signature(request.model_copy(update={"body": request.body + b" "}), secrets, at)


def test_a_signed_event_is_let_in_with_its_retry_headers_only() -> None:
    request = signed(
        sample("slack", "message"),
        more={"x-slack-retry-num": "2", "x-slack-retry-reason": "http_timeout", "cookie": "c", "user-agent": "u"},
    )
    accepted = admit(request)
    assert accepted == Accepted(headers={"x-slack-retry-num": "2", "x-slack-retry-reason": "http_timeout"})


@pytest.mark.parametrize(
    ("name", "task"), [("tokens_revoked", "rotate"), ("app_uninstalled", "rotate"), ("message", None)]
)
def test_news_of_lost_access_has_the_token_looked_at(name: str, task: str | None) -> None:
    admitted = admit(signed(sample("slack", name)))
    assert isinstance(admitted, Accepted)
    assert admitted.wake == task


def test_a_signed_handshake_is_answered_in_plain_text() -> None:
    challenge = admit(signed(sample("slack", "url_verification")))
    assert challenge == Challenge(body="3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P")
    assert challenge.status == 200


def test_what_the_handshake_says_back_is_harmless() -> None:
    body = json.dumps({"type": "url_verification", "challenge": "<script>alert('&')</script>"}).encode()
    challenge = admit(signed(body))
    assert isinstance(challenge, Challenge)
    assert not set(challenge.body) & set("<>\"'")


@pytest.mark.parametrize("challenge", [None, "", 5, ["x"], "x" * 1001])
def test_a_handshake_without_a_challenge_is_malformed(challenge: Any) -> None:
    with pytest.raises(MalformedError):
        admit(signed(json.dumps({"type": "url_verification", "challenge": challenge}).encode()))


def test_a_handshake_is_signed_like_everything_else() -> None:
    with pytest.raises(UnauthenticatedError):
        admit(WebhookRequest(headers={}, body=sample("slack", "url_verification")))


@pytest.mark.parametrize("age", [-300, -299, 0, 300])
def test_within_five_minutes(age: int) -> None:
    assert admit(signed(b'{"type":"x"}', at=NOW), now=int(NOW) + age)


@pytest.mark.parametrize("age", [-301, 301, 86_400])
def test_beyond_five_minutes(age: int) -> None:
    with pytest.raises(UnauthenticatedError):
        admit(signed(b'{"type":"x"}', at=NOW), now=int(NOW) + age)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-slack-request-timestamp", "yesterday"),
        ("x-slack-request-timestamp", ""),
        ("x-slack-request-timestamp", "١٧٧٢٤٤٢٨٤٥"),
        ("x-slack-request-timestamp", "1" * 400),
        ("x-slack-request-timestamp", "-1772442845"),
        ("x-slack-request-timestamp", "1772442845\n"),
        ("x-slack-signature", "v0=é"),
        ("x-slack-signature", "v0=\ud800"),
        ("x-slack-signature", ""),
        ("x-slack-signature", "v0="),
        ("x-slack-signature", "v0=" + "0" * 64),
        ("x-slack-signature", "v1=" + "0" * 64),
    ],
)
def test_hostile_headers_are_refused(name: str, value: str) -> None:
    request = signed(b'{"type":"x"}')
    hostile = WebhookRequest.model_construct(headers={**request.headers, name: value}, query={}, body=request.body)
    with pytest.raises(UnauthenticatedError):
        admit(hostile)


@pytest.mark.parametrize("missing", ["x-slack-request-timestamp", "x-slack-signature"])
def test_unsigned_requests_are_refused(missing: str) -> None:
    request = signed(b'{"type":"x"}')
    headers = {name: value for name, value in request.headers.items() if name != missing}
    with pytest.raises(UnauthenticatedError):
        admit(request.model_copy(update={"headers": headers}))


@pytest.mark.parametrize("secret", [None, "", 5, "another"])
def test_without_our_secret_nobody_is_let_in(secret: Any) -> None:
    for signer in (SECRET, ""):
        with pytest.raises(UnauthenticatedError):
            admit(signed(b'{"type":"x"}', secret=signer), secret=secret)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"null",
        b"{}",
        b'{"type":5}',
        b'{"ok":"yes"}',
        b'{"type":"x","n":NaN}',
        b'{"type":"x","n":1e999}',
        b'{"type":"x","deep":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"token=a&team_id=b",
    ],
)
def test_signed_but_no_event_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        admit(signed(body))


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"x","type":"y"}',
        b'{"type":"x","n":123456789012345678901234567890}',
        b'{"type":"x","text":"half \\ud83d"}',
        b'{"ok":false,"error":"ratelimited"}',
        b'\xef\xbb\xbf {"type":"x"} ',
    ],
)
def test_odd_json_is_let_in(body: bytes) -> None:
    assert isinstance(admit(signed(body)), Accepted)


def test_no_error_says_why() -> None:
    told = set()
    request = signed(b'{"type":"x"}')
    for headers in ({}, {**request.headers, "x-slack-signature": "v0=" + "0" * 64}, request.headers):
        with pytest.raises(UnauthenticatedError) as caught:
            admit(request.model_copy(update={"headers": headers}), now=NOW + 1000)
        told.add(caught.value.detail)
    assert len(told) == 1


@given(body=st.binary(max_size=200), timestamp=st.text(max_size=15), signature=st.text(max_size=80))
def test_nothing_but_bad_input_comes_of_hostile_requests(body: bytes, timestamp: str, signature: str) -> None:
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature}
    with pytest.raises(BadInputError):
        admit(WebhookRequest.model_construct(headers=headers, query={}, body=body))


@given(body=st.binary(max_size=200))
def test_signed_bytes_are_let_in_or_malformed(body: bytes) -> None:
    try:
        admit(signed(body))
    except MalformedError:
        return
