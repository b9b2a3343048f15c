"""Whoever knocks with whatever: a connector answers, or refuses in one of the ways it may."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from quire.connectors.registry import CONNECTORS, connector
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import BadInputError, UnauthenticatedError

NOW = 1_772_442_600
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SECRETS: Mapping[str, Mapping[str, Any]] = {
    "slack": {"signingSecret": "s"},
    "teams": {"clientState": "s", "certificates": {}},
    "whatsapp": {"appSecret": "s", "verifyToken": "s"},
    "telegram": {"secretToken": "s"},
    "generic": {"signingSecret": "s"},
    "discord": {"publicKey": KEY.public_key().public_bytes_raw().hex()},
}
HEADERS = (
    "x-slack-signature",
    "x-slack-request-timestamp",
    "x-hub-signature-256",
    "x-telegram-bot-api-secret-token",
    "x-quire-signature",
    "x-signature-ed25519",
    "x-signature-timestamp",
)
words = st.text(max_size=12) | st.sampled_from(
    ["1772442600", "v0=00", "sha256=00", "00" * 64, "t=1772442600,v1=00", "\udcff", "s", "subscribe"]
)
queries = st.dictionaries(
    st.sampled_from(["hub.mode", "hub.verify_token", "hub.challenge", "validationToken", "x"]), words, max_size=3
)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8)
NAMES = "type event events object entry update_id value ok id kind channel sender at"
keys = st.sampled_from(NAMES.split())
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
bodies = st.binary(max_size=40) | values.map(lambda value: orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME))


def ask(platform: str, request: WebhookRequest) -> Accepted | Challenge | BadInputError:
    """What the connector says; anything but an answer or a refusal fails the test."""
    try:
        return connector(platform).authenticate(request, SECRETS[platform], {}, float(NOW))
    except BadInputError as refusal:
        return refusal


def test_every_platform_is_tried() -> None:
    assert set(SECRETS) == set(CONNECTORS)


@pytest.mark.parametrize("platform", sorted(SECRETS))
@settings(max_examples=100, deadline=None)
@given(headers=st.dictionaries(st.sampled_from(HEADERS), words), query=queries, body=bodies)
def test_strangers_are_refused(platform: str, headers: dict[str, str], query: dict[str, str], body: bytes) -> None:
    answer = ask(platform, WebhookRequest(headers=headers, query=query, body=body))
    if platform == "telegram" and headers.get("x-telegram-bot-api-secret-token") == "s":
        return
    if isinstance(answer, Challenge):
        handshake = {"teams": "validationToken", "whatsapp": "hub.challenge"}[platform]
        assert handshake in query
    elif platform != "teams":  # a handshake without a token is malformed, and nothing else is open to strangers
        assert isinstance(answer, UnauthenticatedError) or (platform == "whatsapp" and not body)


def _slack(body: bytes) -> dict[str, str]:
    digest = hmac.new(b"s", b"v0:%d:" % NOW + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": str(NOW), "x-slack-signature": f"v0={digest}"}


def _whatsapp(body: bytes) -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest()}


def _generic(body: bytes) -> dict[str, str]:
    digest = hmac.new(b"s", b"%d." % NOW + body, hashlib.sha256).hexdigest()
    return {"x-quire-signature": f"t={NOW},v1={digest}"}


def _discord(body: bytes) -> dict[str, str]:
    signature = KEY.sign(b"%d" % NOW + body).hex()
    return {"x-signature-timestamp": str(NOW), "x-signature-ed25519": signature}


def _telegram(body: bytes) -> dict[str, str]:
    del body
    return {"x-telegram-bot-api-secret-token": "s"}


SIGNED: Mapping[str, Callable[[bytes], dict[str, str]]] = {
    "slack": _slack,
    "whatsapp": _whatsapp,
    "telegram": _telegram,
    "generic": _generic,
    "discord": _discord,
}


@pytest.mark.parametrize("platform", sorted(SIGNED))
@settings(max_examples=150, deadline=None)
@given(body=bodies.filter(bool))
def test_senders_with_odd_bodies_are_answered(platform: str, body: bytes) -> None:
    answer = ask(platform, WebhookRequest(headers=SIGNED[platform](body), body=body))
    assert not isinstance(answer, UnauthenticatedError)
