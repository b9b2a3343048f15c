"""Hostile deliveries to Slack's and Teams' addresses: 4xx with a problem document, never 5xx, and nothing is stored."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.local.senders.bulk import Bulk
from infra.local.senders.outgoing import Outgoing
from infra.local.senders.slack import encode
from infra.local.senders.teams import TeamsSender
from tests.local.hostile import NEVER, deep, must_be_a_problem, with_headers, without_headers
from tests.local.running import Running, eventually, slack_message

pytestmark = pytest.mark.local

BODY = encode(slack_message(NEVER))
DEEP = deep(b'{"type":"event_callback","event":')


def signed(stack: Running, body: bytes, at: float | None = None) -> Outgoing:
    return stack.senders.slack.request(body, time.time() if at is None else at)


def unsigned(stack: Running) -> Outgoing:
    return without_headers(signed(stack, BODY), "X-Slack")


def another_connection(stack: Running, connection: str, platform: str = "slack") -> Outgoing:
    url = f"{stack.document['hooks']}/{platform}/{connection}"
    return replace(signed(stack, BODY), url=url)


SLACK: Mapping[str, tuple[set[int], Callable[[Running], Outgoing]]] = {
    "no signature": ({401}, unsigned),
    "wrong signature": ({401}, lambda s: with_headers(signed(s, BODY), X_Slack_Signature="v0=" + "0" * 64)),
    "empty signature": ({401}, lambda s: with_headers(signed(s, BODY), X_Slack_Signature="")),
    "stale signature": ({401}, lambda s: signed(s, BODY, time.time() - 301)),
    "signature from the future": ({401}, lambda s: signed(s, BODY, time.time() + 900)),
    "timestamp that is no number": ({401}, lambda s: with_headers(signed(s, BODY), X_Slack_Request_Timestamp="now")),
    "timestamp without end": ({401}, lambda s: with_headers(signed(s, BODY), X_Slack_Request_Timestamp="9" * 4000)),
    "signature beyond ASCII": ({400, 401}, lambda s: with_headers(signed(s, BODY), X_Slack_Signature="v0=ÿþé")),
    "body that is not UTF-8": ({400, 401}, lambda s: signed(s, b"\xff\xfe\x00{" * 20)),
    "body of 5 MB": ({413}, lambda s: signed(s, b'{"type":"' + b"x" * 5_000_000 + b'"}')),
    "empty body": ({400, 401}, lambda s: signed(s, b"")),
    "not JSON": ({400}, lambda s: signed(s, b"payload=hello")),
    "JSON that breaks off": ({400}, lambda s: signed(s, BODY[:-1])),
    "JSON of the wrong shape: a list": ({400}, lambda s: signed(s, b"[1,2,3]")),
    "JSON of the wrong shape: null": ({400}, lambda s: signed(s, b"null")),
    "JSON of the wrong shape: no type": ({400}, lambda s: signed(s, b'{"event":{}}')),
    "JSON of the wrong shape: type is a number": ({400}, lambda s: signed(s, b'{"type":7}')),
    "deep nesting": ({400}, lambda s: signed(s, DEEP)),
    "unknown connection": ({404}, lambda s: another_connection(s, "nobody-has-this")),
    "connection id that is none": ({404}, lambda s: another_connection(s, "%27%20or%201=1")),
    "unknown platform": ({404}, lambda s: another_connection(s, "meridian-slack", "carrier-pigeon")),
    "connection of the other platform": ({404}, lambda s: another_connection(s, "meridian-teams")),
    "another tenant's connection": ({401}, lambda s: another_connection(s, "northwind-slack")),
}


@pytest.mark.parametrize("name", SLACK)
def test_slack_input(stack: Running, name: str) -> None:
    allowed, make = SLACK[name]
    must_be_a_problem(stack.send(make(stack)), allowed)


def teams_body(sender: TeamsSender, change: Callable[[dict[str, Any]], Any] = lambda _: None) -> bytes:
    """A good collection of one encrypted message, changed."""
    collection = json.loads(sender.body([Bulk("neverstored", datetime.now(UTC)).teams(1)], time.time()))
    change(collection)
    return json.dumps(collection).encode()


def replacing(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(collection: dict[str, Any]) -> None:
        place: Any = collection
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value(place[path[-1]]) if callable(value) else value

    return change


def without(*path: Any) -> Callable[[dict[str, Any]], None]:
    def change(collection: dict[str, Any]) -> None:
        place: Any = collection
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def flipped(text: str) -> str:
    """Base64 text with one of its characters in the middle changed."""
    middle = len(text) // 2
    return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]


def token(sender: TeamsSender, **claims: Any) -> Callable[[dict[str, Any]], None]:
    return replacing("validationTokens", value=[sender.issuer.token(time.time(), **claims)])


def forged(sender: TeamsSender) -> Callable[[dict[str, Any]], None]:
    """A token that looks right and is signed with somebody's own key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return replacing("validationTokens", value=[replace(sender.issuer, key_pem=pem).token(time.time())])


def unsigned_token(sender: TeamsSender) -> Callable[[dict[str, Any]], None]:
    """``alg: none``, the oldest trick."""
    _, claims, _ = sender.issuer.token(time.time()).split(".")
    return replacing("validationTokens", value=[f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."])


SECRET = ("value", 0, "encryptedContent")
TEAMS: Mapping[str, tuple[set[int], Callable[[TeamsSender], Callable[[dict[str, Any]], None]]]] = {
    "wrong clientState": ({401}, lambda _: replacing("value", 0, "clientState", value="guess")),
    "no clientState": ({401}, lambda _: without("value", 0, "clientState")),
    "clientState beyond ASCII": ({401}, lambda _: replacing("value", 0, "clientState", value="gu\u00e9ss")),
    "forged token": ({401}, forged),
    "unsigned token": ({401}, unsigned_token),
    "token without appid": ({401}, lambda s: token(s, appid=None)),
    "token of another application": ({401}, lambda s: token(s, appid="00000000-0000-4000-8000-000000000000")),
    "token for another audience": ({401}, lambda s: token(s, aud="somebody-else")),
    "token of another issuer": ({401}, lambda s: token(s, iss="https://evil.example/")),
    "expired token": ({401}, lambda s: token(s, exp=int(time.time()) - 3600, nbf=int(time.time()) - 7200)),
    "token that is none": ({401}, lambda _: replacing("validationTokens", value=["abc"])),
    "no token": ({401}, lambda _: without("validationTokens")),
    "tampered ciphertext": ({400, 401}, lambda _: replacing(*SECRET, "data", value=flipped)),
    "tampered key": ({400, 401}, lambda _: replacing(*SECRET, "dataKey", value=flipped)),
    "tampered data signature": ({400, 401}, lambda _: replacing(*SECRET, "dataSignature", value=flipped)),
    "unknown certificate": ({400, 401}, lambda _: replacing(*SECRET, "encryptionCertificateId", value="other")),
    "value is no list": ({400, 401}, lambda _: replacing("value", value={})),
    "value holds a number": ({400, 401}, lambda _: replacing("value", 0, value=7)),
    "nothing in value": ({400, 401}, lambda _: replacing("value", value=[])),
}


@pytest.mark.parametrize("name", TEAMS)
def test_teams_input(stack: Running, name: str) -> None:
    allowed, change = TEAMS[name]
    sender = stack.senders.teams
    must_be_a_problem(stack.send(sender.request(teams_body(sender, change(sender)))), allowed)


def test_nothing_of_it_was_stored(stack: Running) -> None:
    marker = f"after the storm {time.time_ns()}"
    stack.send_slack(slack_message(marker))

    def texts() -> list[str]:
        return [str(document.get("content", "")) for document in stack.documents("meridian")]

    eventually(lambda: marker in texts(), "what was sent after the hostile input to be searchable")
    for text in [*texts(), *(str(document.get("content")) for document in stack.documents("northwind"))]:
        assert NEVER not in text
        assert "neverstored" not in text
