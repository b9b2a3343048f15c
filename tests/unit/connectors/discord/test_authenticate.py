"""Who may speak for Discord."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quire.connectors.discord.authenticate import authenticate
from quire.domain.delivery import Accepted, Challenge, WebhookRequest
from quire.domain.errors import CorruptError, MalformedError, UnauthenticatedError
from tests.unit.connectors.reading import sample, samples

NOW = 1_772_442_600.0
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()
SECRETS: dict[str, Any] = {"publicKey": PUBLIC}
EVENT = sample("discord", "webhook.lobby_message")


def request(body: bytes = EVENT, time: str = "1772442600", key: Ed25519PrivateKey = KEY) -> WebhookRequest:
    signature = key.sign(time.encode() + body).hex()
    return WebhookRequest(headers={"x-signature-ed25519": signature, "x-signature-timestamp": time}, body=body)


def test_ping_is_answered_with_nothing() -> None:
    answer = authenticate(request(sample("discord", "webhook.ping")), SECRETS, {}, NOW)
    assert answer == Challenge(status=204, content_type="", body="")


@pytest.mark.parametrize(
    "name", [name for name in samples("discord") if name.startswith("webhook.") and name != "webhook.ping"]
)
def test_signed_events_are_accepted(name: str) -> None:
    assert authenticate(request(sample("discord", name)), SECRETS, {}, NOW) == Accepted(status=204)


def test_key_may_be_part_of_the_configuration() -> None:
    assert authenticate(request(), {}, {"publicKey": PUBLIC.upper()}, NOW) == Accepted(status=204)


def test_wrong_signatures_are_refused() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    for wrong in (request(key=other), request().model_copy(update={"body": EVENT + b" "})):
        with pytest.raises(UnauthenticatedError):
            authenticate(wrong, SECRETS, {}, NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-signature-ed25519": "", "x-signature-timestamp": "1772442600"},
        {"x-signature-ed25519": "zz" * 64, "x-signature-timestamp": "1772442600"},
        {"x-signature-ed25519": "00" * 64, "x-signature-timestamp": "1772442600"},
        {"x-signature-ed25519": "00" * 63, "x-signature-timestamp": "1772442600"},
        {"x-signature-ed25519": "\udcff" * 128, "x-signature-timestamp": "1772442600"},
        {"x-signature-ed25519": "٠" * 128, "x-signature-timestamp": "١"},
        {"x-signature-ed25519": request().headers["x-signature-ed25519"]},
        {"x-signature-ed25519": request().headers["x-signature-ed25519"], "x-signature-timestamp": "1772442601"},
    ],
)
def test_missing_or_odd_signatures_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(UnauthenticatedError):
        authenticate(WebhookRequest(headers=headers, body=EVENT), SECRETS, {}, NOW)


@pytest.mark.parametrize(("off", "accepted"), [(-901, False), (-900, True), (900, True), (901, False)])
def test_signature_is_good_for_a_quarter_of_an_hour(off: int, accepted: bool) -> None:
    signed = request(time=str(int(NOW) + off))
    if accepted:
        assert isinstance(authenticate(signed, SECRETS, {}, NOW), Accepted)
        return
    with pytest.raises(UnauthenticatedError):
        authenticate(signed, SECRETS, {}, NOW)


def test_connection_without_a_key_lets_nobody_in() -> None:
    with pytest.raises(UnauthenticatedError):
        authenticate(request(), {}, {}, NOW)


@pytest.mark.parametrize("key", ["00", "zz" * 32, 7, ["a"]])
def test_key_that_is_none_is_our_fault(key: Any) -> None:
    with pytest.raises(CorruptError):
        authenticate(request(), {"publicKey": key}, {}, NOW)


@pytest.mark.parametrize("key", ["00" * 32, "ff" * 32])
def test_key_that_fits_nothing_lets_nobody_in(key: str) -> None:
    with pytest.raises((CorruptError, UnauthenticatedError)):
        authenticate(request(), {"publicKey": key}, {}, NOW)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"type":2}', b'{"type":true}', b'{"type":1}', b'{"type":1,"event":7}', b"no json", b"\xff"]
)
def test_signed_but_no_event_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        authenticate(request(body), SECRETS, {}, NOW)
