"""Who may push events, and what they are told."""

import hashlib
import hmac
from typing import Any

import orjson
import pytest

from quire.connectors.generic.authenticate import authenticate
from quire.domain.delivery import Accepted, WebhookRequest
from quire.domain.errors import MalformedError, TooLargeError, UnauthenticatedError
from tests.unit.connectors.reading import sample

NOW = 1_772_442_600.5
SECRETS: dict[str, Any] = {"signingSecret": "pushed-with-care"}


def signature(body: bytes, key: bytes = b"pushed-with-care", time: int = int(NOW)) -> str:
    return hmac.new(key, f"{time}.".encode() + body, hashlib.sha256).hexdigest()


def request(body: bytes, header: str | None = None) -> WebhookRequest:
    told = f"t={int(NOW)},v1={signature(body)}" if header is None else header
    return WebhookRequest(headers={"x-quire-signature": told}, body=body)


def told(name: str) -> Any:
    answer = authenticate(request(sample("generic", name)), SECRETS, {}, NOW)
    assert isinstance(answer, Accepted)
    assert answer.status == 200
    return orjson.loads(answer.reply or "")


def test_signature_is_what_is_documented() -> None:
    """``printf '1772442600.{"events":[]}' | openssl dgst -sha256 -hmac pushed-with-care``"""
    assert signature(b'{"events":[]}') == "7df0f04b9b96867d1d8bcdfe39410b71cf2146d3b26053a9b2355a6d08ba2d4e"


@pytest.mark.parametrize(("name", "accepted"), [("day", 8), ("files", 1), ("minimal", 1), ("direct", 1)])
def test_good_events_are_accepted(name: str, accepted: int) -> None:
    assert told(name) == {"accepted": accepted, "refused": []}


def test_bad_events_are_refused_with_their_index() -> None:
    assert told("some_refused") == {
        "accepted": 2,
        "refused": [
            {"index": 1, "detail": "at: not an RFC 3339 time"},
            {"index": 2, "detail": "kind: none of the kinds there are"},
            {"index": 3, "detail": "not an object"},
            {"index": 4, "detail": "emoji: Field required"},
        ],
    }


def test_delivery_without_a_good_event_is_refused_as_a_whole() -> None:
    with pytest.raises(MalformedError) as caught:
        authenticate(request(sample("generic", "all_refused")), SECRETS, {}, NOW)
    assert caught.value.detail == "every event was refused: 0: id: Field required; 1: kind: none of the kinds there are"


def test_refusal_tells_none_of_the_events_words() -> None:
    event = {"kind": "message.created", "id": 7, "channel": "secret words", "sender": {}, "at": "secret words"}
    body = orjson.dumps({"events": [event, {"kind": "secret words"}]})
    with pytest.raises(MalformedError) as caught:
        authenticate(request(body), SECRETS, {}, NOW)
    assert "secret" not in caught.value.detail


@pytest.mark.parametrize(("count", "error"), [(1000, None), (1001, TooLargeError)])
def test_thousand_events_and_no_more(count: int, error: type[Exception] | None) -> None:
    event = orjson.loads(sample("generic", "minimal"))["events"][0]
    body = orjson.dumps({"events": [event] * count})
    if error is None:
        assert isinstance(authenticate(request(body), SECRETS, {}, NOW), Accepted)
        return
    with pytest.raises(error):
        authenticate(request(body), SECRETS, {}, NOW)


def test_one_of_two_signatures_is_enough() -> None:
    body = sample("generic", "minimal")
    header = f"t={int(NOW)}, v1={signature(body, b'older')}, v1={signature(body)}, v2=something"
    assert isinstance(authenticate(request(body, header), SECRETS, {}, NOW), Accepted)


BODY = sample("generic", "minimal")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1772442600",
        f"v1={signature(BODY)}",
        f"t=1772442600,v1={signature(BODY, b'older')}",
        f"t=1772442601,v1={signature(BODY)}",
        f"t=1772442600,t=1772442600,v1={signature(BODY)}",
        f"t=x,v1={signature(BODY)}",
        f"t=١٧٧٢,v1={signature(BODY)}",
        f"t=1772442600,v1={signature(BODY).upper()}",
        "t=1772442600,v1=\udcff",
        "t=1772442600," + ",".join(["v1=0"] * 10) + f",v1={signature(BODY)}",
    ],
)
def test_wrong_signatures_are_refused(header: str) -> None:
    with pytest.raises(UnauthenticatedError):
        authenticate(request(BODY, header), SECRETS, {}, NOW)


@pytest.mark.parametrize(("off", "accepted"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_signature_is_good_for_five_minutes(off: int, accepted: bool) -> None:
    time = int(NOW) + off
    header = f"t={time},v1={signature(BODY, time=time)}"
    if accepted:
        assert isinstance(authenticate(request(BODY, header), SECRETS, {}, float(int(NOW))), Accepted)
        return
    with pytest.raises(UnauthenticatedError):
        authenticate(request(BODY, header), SECRETS, {}, float(int(NOW)))


@pytest.mark.parametrize("secret", [None, "", 7])
def test_connection_without_a_secret_lets_nobody_in(secret: Any) -> None:
    with pytest.raises(UnauthenticatedError):
        authenticate(request(BODY, f"t=1772442600,v1={signature(BODY, b'')}"), {"signingSecret": secret}, {}, NOW)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"events":{}}', b'{"events":[]}', b"no json", b"\xff"])
def test_signed_but_no_delivery_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        authenticate(request(body), SECRETS, {}, NOW)
