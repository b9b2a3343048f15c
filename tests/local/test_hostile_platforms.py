"""Hostile deliveries to the addresses of WhatsApp, Telegram, Discord and any other system: refused, and not stored."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local.senders import discord, generic, telegram, whatsapp
from infra.local.senders.outgoing import Outgoing
from tests.local.hostile import NEVER, deep, must_be_a_problem, with_headers, without_headers
from tests.local.running import Running, eventually, slack_message

pytestmark = pytest.mark.local


class Platform(NamedTuple):
    """How a platform sends: a request for a body at a time, as its sender makes it; a good body; wrong shapes."""

    send: Callable[[Any, bytes, float], Outgoing]
    proof: str  # what the names of the headers begin with that tell who sends
    proof_header: str
    wrong_proof: str
    good: bytes
    nested: bytes
    shapes: tuple[bytes, ...]


def event(**changes: Any) -> dict[str, Any]:
    """An event any system might push."""
    return {
        **{"kind": "message.created", "id": "n-1", "at": "2026-03-02T09:00:00Z", "text": NEVER},
        **{"channel": {"id": "c"}, "sender": {"id": "s"}},
        **changes,
    }


PLATFORMS: Mapping[str, Platform] = {
    "whatsapp": Platform(
        send=lambda sender, body, _: sender.request(body),
        proof="X-Hub",
        proof_header="X-Hub-Signature-256",
        wrong_proof="sha256=" + "0" * 64,
        good=whatsapp.encode({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [NEVER]}]}),
        nested=b'{"object":"whatsapp_business_account","entry":',
        shapes=(
            b"{}",
            b'{"object":7,"entry":[]}',
            b'{"object":"whatsapp_business_account"}',
            b'{"object":"x","entry":{}}',
        ),
    ),
    "telegram": Platform(
        send=lambda sender, body, _: sender.request(body),
        proof="X-Telegram",
        proof_header="X-Telegram-Bot-Api-Secret-Token",
        wrong_proof="guess",
        good=telegram.encode({"update_id": 7, "message": {"message_id": 1, "text": NEVER}}),
        nested=b'{"update_id":7,"message":',
        shapes=(b"{}", b'{"update_id":"7"}', b'{"update_id":true}', b'{"update_id":7.5}', b'{"update_id":null}'),
    ),
    "discord": Platform(
        send=lambda sender, body, at: sender.request(body, at),
        proof="X-Signature",
        proof_header="X-Signature-Ed25519",
        wrong_proof="0" * 128,
        good=discord.encode({"version": 1, "type": 1, "event": {"type": "X", "data": {"content": NEVER}}}),
        nested=b'{"version":1,"type":1,"event":',
        shapes=(b"{}", b'{"type":true}', b'{"type":2}', b'{"type":1}', b'{"type":1,"event":[]}', b'{"type":"0"}'),
    ),
    "generic": Platform(
        send=lambda sender, body, at: sender.request(body, at),
        proof="X-Quire",
        proof_header="X-Quire-Signature",
        wrong_proof="t=1,v1=" + "0" * 64,
        good=generic.encode([event()]),
        nested=b'{"events":',
        shapes=(
            *(b"{}", b'{"events":{}}', b'{"events":[]}', b'{"events":[7]}'),
            generic.encode([event(kind="message.forgotten")]),
            generic.encode([event(at="yesterday"), event(id="")]),
            generic.encode([event(attachments=[{"id": "a", "name": "../../etc/passwd", "contentBase64": "no"}])]),
        ),
    ),
}

CASES: Mapping[str, tuple[set[int], Callable[["Desk"], Outgoing]]] = {
    "no proof": ({401}, lambda d: without_headers(d.signed(d.good), d.platform.proof)),
    "wrong proof": ({401}, lambda d: d.proved(d.platform.wrong_proof)),
    "empty proof": ({401}, lambda d: d.proved("")),
    "endless proof": ({400, 401}, lambda d: d.proved("t=1,v1=" * 900)),
    "proof beyond ASCII": ({400, 401}, lambda d: d.proved("ÿþé")),
    "body that is not UTF-8": ({400, 401}, lambda d: d.signed(b"\xff\xfe\x00{" * 20)),
    "body of 5 MB": ({413}, lambda d: d.signed(b'{"type":"' + b"x" * 5_000_000 + b'"}')),
    "empty body": ({400, 401}, lambda d: d.signed(b"")),
    "not JSON": ({400}, lambda d: d.signed(b"payload=hello")),
    "JSON that breaks off": ({400}, lambda d: d.signed(d.good[:-1])),
    "a list": ({400}, lambda d: d.signed(b"[1,2,3]")),
    "null": ({400}, lambda d: d.signed(b"null")),
    "deep nesting": ({400}, lambda d: d.signed(deep(d.platform.nested))),
    "unknown connection": ({404}, lambda d: d.elsewhere("nobody-has-this")),
    "connection id that is none": ({404}, lambda d: d.elsewhere("%27%20or%201=1")),
    "connection of another platform": ({404}, lambda d: d.elsewhere("meridian-slack")),
}


class Desk(NamedTuple):
    """One platform's sender on the running stack."""

    stack: Running
    name: str

    @property
    def platform(self) -> Platform:
        return PLATFORMS[self.name]

    @property
    def good(self) -> bytes:
        return self.platform.good

    def sender(self) -> Any:
        sender = getattr(self.stack.senders, self.name)
        assert sender is not None, f"the first tenant has no connection to {self.name}"
        return sender

    def signed(self, body: bytes, at: float | None = None) -> Outgoing:
        return self.platform.send(self.sender(), body, time.time() if at is None else at)

    def proved(self, proof: str) -> Outgoing:
        return with_headers(self.signed(self.good), **{self.platform.proof_header: proof})

    def elsewhere(self, connection: str) -> Outgoing:
        url = f"{self.stack.document['hooks']}/{self.name}/{connection}"
        return replace(self.signed(self.good), url=url)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", PLATFORMS)
def test_input_of_any_platform(stack: Running, name: str, case: str) -> None:
    allowed, make = CASES[case]
    must_be_a_problem(stack.send(make(Desk(stack, name))), allowed)


SHAPES = [pytest.param(n, body, id=f"{n}-{i}") for n, p in PLATFORMS.items() for i, body in enumerate(p.shapes)]


@pytest.mark.parametrize(("name", "body"), SHAPES)
def test_json_of_the_wrong_shape(stack: Running, name: str, body: bytes) -> None:
    must_be_a_problem(stack.send(Desk(stack, name).signed(body)), {400})


MANY = generic.encode([event(id=str(n)) for n in range(1001)])
OWN: Mapping[str, tuple[str, set[int], Callable[[Desk], Outgoing]]] = {
    "WhatsApp: signed with SHA-1 only": (
        "whatsapp",
        {401},
        lambda d: with_headers(without_headers(d.signed(d.good), "X-Hub"), X_Hub_Signature="sha1=" + "0" * 40),
    ),
    "WhatsApp: signature of another body": (
        "whatsapp",
        {401},
        lambda d: for_another(d),
    ),
    "WhatsApp: guessed verify token": ("whatsapp", {401}, lambda d: asked(d, **{"hub.verify_token": "guess"})),
    "WhatsApp: no verify token": ("whatsapp", {401}, lambda d: asked(d, **{"hub.verify_token": ""})),
    "WhatsApp: verification of another mode": ("whatsapp", {401}, lambda d: asked(d, **{"hub.mode": "unsubscribe"})),
    "WhatsApp: verification without a challenge": ("whatsapp", {400}, lambda d: asked(d, **{"hub.challenge": ""})),
    "WhatsApp: challenge without end": ("whatsapp", {400}, lambda d: asked(d, **{"hub.challenge": "x" * 5000})),
    "Discord: stale": ("discord", {401}, lambda d: d.signed(d.good, time.time() - 901)),
    "Discord: from the future": ("discord", {401}, lambda d: d.signed(d.good, time.time() + 1800)),
    "Discord: time changed": ("discord", {401}, lambda d: timed(d, str(int(time.time()) + 1))),
    "Discord: time that is no number": ("discord", {401}, lambda d: timed(d, "now")),
    "Discord: time without end": ("discord", {401}, lambda d: timed(d, "9" * 4000)),
    "Discord: key of somebody": ("discord", {401}, lambda d: somebody(d)),
    "Discord: half a signature": ("discord", {401}, lambda d: d.proved("0" * 64)),
    "Discord: ping of somebody": ("discord", {401}, lambda d: somebody(d, b'{"version":1,"type":0}')),
    "generic: stale": ("generic", {401}, lambda d: d.signed(d.good, time.time() - 301)),
    "generic: from the future": ("generic", {401}, lambda d: d.signed(d.good, time.time() + 900)),
    "generic: two times": ("generic", {401}, lambda d: d.proved(f"t={int(time.time())}," + proof_of(d))),
    "generic: signature without a time": ("generic", {401}, lambda d: d.proved(proof_of(d).partition(",")[2])),
    "generic: 1,001 events": (
        "generic",
        {413},
        lambda d: d.signed(MANY),
    ),
    "generic: signature of another body": ("generic", {401}, lambda d: for_another(d)),
    "generic: another secret": (
        "generic",
        {401},
        lambda d: replace(d.sender(), signing_secret="guess").request(d.good, time.time()),
    ),
}


@pytest.mark.parametrize("case", OWN)
def test_input_of_one_platform(stack: Running, case: str) -> None:
    name, allowed, make = OWN[case]
    must_be_a_problem(stack.send(make(Desk(stack, name))), allowed)


def for_another(desk: Desk) -> Outgoing:
    """A good delivery with the proof of another."""
    return replace(desk.signed(b"{}"), body=desk.good)


def asked(desk: Desk, **changes: str) -> Outgoing:
    """WhatsApp's verification, changed."""
    query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": desk.sender().verify_token} | changes
    handshake: Outgoing = desk.sender().handshake("1")
    return replace(handshake, url=f"{desk.sender().url}?{urlencode(query)}")


def timed(desk: Desk, stamp: str) -> Outgoing:
    """Discord's signature beside another time."""
    return with_headers(desk.signed(desk.good), X_Signature_Timestamp=stamp)


def somebody(desk: Desk, body: bytes | None = None) -> Outgoing:
    """Signed well, by a key that is not the application's."""
    key = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    return desk.platform.send(replace(desk.sender(), private_key=key), body or desk.good, time.time())


def proof_of(desk: Desk) -> str:
    """The signature header of a good delivery."""
    return desk.signed(desk.good).headers[desk.platform.proof_header]


def test_of_a_delivery_with_a_bad_event_the_good_ones_are_kept(stack: Running) -> None:
    kept = f"kept among others {time.time_ns()}"
    good = event(text=kept, id=kept)
    answer = stack.send(Desk(stack, "generic").signed(generic.encode([event(kind="no.such"), good, event(id=7)])))
    assert answer.status_code == 200, answer.text
    reply = answer.json()
    assert (reply["accepted"], [each["index"] for each in reply["refused"]]) == (1, [0, 2])
    eventually(lambda: kept in json.dumps(stack.documents("meridian"), ensure_ascii=False), "the good event")


def test_nothing_of_it_was_stored(stack: Running) -> None:
    marker = f"after the second storm {time.time_ns()}"
    stack.send_slack(slack_message(marker))

    def stored() -> str:
        return json.dumps([stack.documents(tenant) for tenant in ("meridian", "northwind")], ensure_ascii=False)

    eventually(lambda: marker in stored(), "what was sent after the hostile input to be searchable")
    assert NEVER not in stored()
