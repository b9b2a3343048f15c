"""Receiving: who is refused and why it is counted, what goes onto the stream, what is remembered."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from quire.aws.control import Connection
from quire.aws.stream import MAX_RECORD_BYTES
from quire.aws.task_queue import TaskQueue
from quire.capture.receive import Receiver, Stores
from quire.capture.refusals import (
    ConnectorFaultError,
    EmptyBodyError,
    SecretMissingError,
    UnknownRouteError,
    counted_as,
)
from quire.domain.delivery import Accepted, WebhookRequest, read_header, with_body
from quire.domain.errors import (
    MalformedError,
    QuireError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
)
from quire.domain.ids import ConnectionId, TenantId
from tests.archiving import Interrupted, Stop
from tests.moto_aws import BUCKET, NOW, Stack, stack
from tests.pretend import PLATFORM, SECRET, authenticate

ACME = TenantId("acme")
ID = ConnectionId("pretend-1")


class Desk:
    """A receiver over mocked AWS, with one connection."""

    def __init__(self, aws: Stack) -> None:
        self.aws = aws
        self.connection = Connection(
            tenant_id=ACME,
            connection_id=ID,
            platform=PLATFORM,
            name="Head office",
            secret_id=aws.secrets.create(ACME, ID, {"secret": SECRET}),
            created_at="2026-03-02T09:14:05Z",
            workspace_id="W1",
        )
        aws.control.put_connection(self.connection)
        self.receiver = self.over()

    def over(self, **stores: Any) -> Receiver:
        """A receiver with some stores exchanged."""
        known: dict[str, Any] = {"control": self.aws.control, "secrets": self.aws.secrets}
        known |= {"journal": self.aws.journal, "stream": self.aws.stream}
        return Receiver(Stores(**(known | stores)), {PLATFORM: authenticate, "other": authenticate}, self.aws.clock)

    def send(
        self, body: bytes = b'{"facts":[]}', *, to: str = f"{PLATFORM}/{ID}", secret: str = SECRET, **more: Any
    ) -> tuple[int, str, int]:
        platform, _, connection = to.partition("/")
        headers = {"x-secret": secret} | more.get("headers", {})
        request = WebhookRequest(headers=headers, query=more.get("query", {}), body=body)
        answer = more.get("receiver", self.receiver).receive(platform, connection, request, NOW)
        return answer.status, answer.body, answer.taken


@pytest.fixture
def desk() -> Iterator[Desk]:
    with stack() as made:
        yield Desk(made)


def test_a_delivery_is_on_the_stream_before_it_is_acknowledged(desk: Desk) -> None:
    body = b'{"facts":[]}\n\xff raw as it came'
    assert desk.send(body, headers={"x-retry": "2"}) == (202, "", len(body))
    [record] = desk.aws.records()
    header, rest = read_header(record)
    assert with_body(header, rest).body == body
    assert (header.tenant_id, header.connection_id, header.platform) == (ACME, ID, PLATFORM)
    assert (header.received_at, header.workspace_id, header.source) == ("2026-03-02T09:14:05.000000Z", "W1", "webhook")
    assert (header.headers, header.size) == ({"retry": "2"}, len(body))
    assert header.sha256 == hashlib.sha256(body).hexdigest()


def test_what_a_connector_has_to_say_is_told_with_the_acknowledgement(desk: Desk) -> None:
    stores = Stores(desk.aws.control, desk.aws.secrets, desk.aws.journal, desk.aws.stream)
    talkative = Receiver(stores, {PLATFORM: lambda *_: Accepted(reply='{"refused":[3]}')}, desk.aws.clock)
    request = WebhookRequest(headers={}, body=b"{}")
    answer = talkative.receive(PLATFORM, ID, request, NOW)
    assert (answer.status, answer.content_type, answer.body) == (200, "application/json", '{"refused":[3]}')
    assert len(desk.aws.records()) == 1


def test_a_challenge_is_answered_and_nothing_stored(desk: Desk) -> None:
    assert desk.send(b"", query={"hello": "<you>"}) == (200, "<you>", 0)
    assert desk.aws.records() == []


REFUSED: dict[str, tuple[dict[str, Any], type[QuireError], str]] = {
    "too large": ({"body": b"x" * (4 * 1024 * 1024 + 1)}, TooLargeError, "too-large"),
    "too large comes first": ({"body": b"x" * 5_000_000, "to": "x/y"}, TooLargeError, "too-large"),
    "empty": ({"body": b""}, EmptyBodyError, "empty"),
    "empty with a query": ({"body": b"", "query": {"a": "b"}}, EmptyBodyError, "empty"),
    "unknown platform": ({"to": f"carrier-pigeon/{ID}"}, UnknownRouteError, "unknown-route"),
    "another platform": ({"to": f"other/{ID}"}, UnknownRouteError, "unknown-route"),
    "unknown connection": ({"to": f"{PLATFORM}/nobody"}, UnknownRouteError, "unknown-route"),
    "impossible connection": ({"to": f"{PLATFORM}/../../x"}, UnknownRouteError, "unknown-route"),
    "no connection": ({"to": f"{PLATFORM}/"}, UnknownRouteError, "unknown-route"),
    "wrong secret": ({"secret": "guess"}, UnauthenticatedError, "unauthenticated"),
    "non-ASCII secret": ({"secret": "\u00e9\U0001f600"}, UnauthenticatedError, "unauthenticated"),
    "connector fault": ({"headers": {"x-crash": "1"}}, ConnectorFaultError, "connector-fault"),
    "malformed": ({"body": b"not json"}, MalformedError, "malformed"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_stores_nothing_and_is_counted(desk: Desk, case: str) -> None:
    request, error, counted = REFUSED[case]
    with pytest.raises(error) as caught:
        desk.send(**request)
    assert type(caught.value) is error
    assert counted_as(caught.value) == counted
    assert desk.aws.records() == []


def test_a_fault_tells_the_sender_no_more_than_a_wrong_secret_does(desk: Desk) -> None:
    told = set()
    requests: list[dict[str, Any]] = [{"secret": "guess"}, {"headers": {"x-crash": "1"}}]
    for request in requests:
        with pytest.raises(UnauthenticatedError) as caught:
            desk.send(**request)
        told.add((caught.value.status, caught.value.slug, caught.value.detail))
    assert len(told) == 1


def test_a_paused_connection_is_unknown(desk: Desk) -> None:
    desk.aws.control.put_connection(replace(desk.connection, status="paused"))
    with pytest.raises(UnknownRouteError):
        desk.send()


def test_a_degraded_connection_still_delivers(desk: Desk) -> None:
    desk.aws.control.put_connection(replace(desk.connection, status="degraded"))
    assert desk.send()[0] == 202


def test_a_delivery_wakes_a_task_once_it_is_safe(desk: Desk) -> None:
    aws = desk.aws
    stores = Stores(aws.control, aws.secrets, aws.journal, aws.stream, TaskQueue(aws.aws.sqs, aws.queue_url))
    waking = Receiver(stores, {PLATFORM: lambda *_: Accepted(wake="subscriptions")}, aws.clock)
    waking.receive(PLATFORM, ID, WebhookRequest(headers={}, body=b"{}"), NOW)
    (body,) = aws.sent()
    assert json.loads(body) == {
        "schema": "quire.task/1",
        "tenantId": "acme",
        "connectionId": ID,
        "task": "subscriptions",
        "cause": "wake",
    }
    assert len(aws.records()) == 1


def test_a_connection_is_remembered_for_a_minute_and_an_unknown_one_for_less(desk: Desk) -> None:
    desk.send()
    with pytest.raises(UnknownRouteError):
        desk.send(to=f"{PLATFORM}/late")
    desk.aws.control.put_connection(replace(desk.connection, status="paused"))
    desk.aws.control.put_connection(replace(desk.connection, connection_id=ConnectionId("late")))
    desk.aws.clock.now += 9
    desk.send()
    with pytest.raises(UnknownRouteError):
        desk.send(to=f"{PLATFORM}/late")
    desk.aws.clock.now += 2
    desk.send(to=f"{PLATFORM}/late")
    desk.aws.clock.now += 50
    with pytest.raises(UnknownRouteError):
        desk.send()


def test_a_flood_of_unknown_addresses_does_not_fill_the_memory(desk: Desk) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.aws.control, "route", lambda _: None)
        for number in range(5000):
            with pytest.raises(UnknownRouteError):
                desk.send(to=f"{PLATFORM}/x{number}")
    assert len(desk.receiver._connections._kept) == 4096


def test_a_rotated_secret_takes_effect_and_wrong_ones_are_not_looked_up_each_time(desk: Desk) -> None:
    desk.send()
    desk.aws.secrets.create(ACME, ID, {"secret": "new"}, replace=True)
    desk.send()
    desk.send(secret="new")
    desk.send(secret="new")
    with pytest.raises(UnauthenticatedError):
        desk.send()
    stop = Stop(0, error=AssertionError("looked up"))
    patched = Interrupted(desk.aws.secrets._cache, ["refresh"], stop)
    desk.aws.secrets._cache = patched  # type: ignore[assignment]
    for _ in range(3):
        with pytest.raises(UnauthenticatedError):
            desk.send(secret="guess")


def test_a_missing_secret_means_send_it_again(desk: Desk) -> None:
    desk.aws.control.put_connection(
        replace(desk.connection, connection_id=ConnectionId("late"), secret_id="quire/test/t/acme/connections/late")
    )
    with pytest.raises(SecretMissingError) as caught:
        desk.send(to=f"{PLATFORM}/late")
    assert (caught.value.status, counted_as(caught.value)) == (503, "secret-missing")


def test_a_body_over_the_record_limit_goes_beside_the_stream(desk: Desk) -> None:
    body = b"{" + b"x" * MAX_RECORD_BYTES
    assert desk.send(body) == desk.send(body) == (202, "", len(body))
    first, second = desk.aws.records()
    for record in (first, second):
        header, rest = read_header(record)
        assert rest == b""
        assert header.body_at is not None
        assert header.body_at.key == f"t/acme/deliveries/2026/03/02/{header.sha256}"
        assert desk.aws.journal.read(header.body_at.key, header.body_at.version_id) == body
        head = desk.aws.aws.s3.head_object(Bucket=BUCKET, Key=header.body_at.key)
        assert head["ObjectLockMode"] == "GOVERNANCE"


def test_decrypted_text_over_the_record_limit_goes_beside_too(desk: Desk) -> None:
    desk.send(b"{}", headers={"x-opened": str(MAX_RECORD_BYTES)})
    [record] = desk.aws.records()
    header, _ = read_header(record)
    assert len(record) < 2000
    assert header.opened == {}
    assert header.opened_at is not None
    assert orjson.loads(desk.aws.journal.read(header.opened_at.key)) == {"0": "y" * MAX_RECORD_BYTES}


@pytest.mark.parametrize(
    ("store", "method", "body"),
    [
        ("control", "route", b"{}"),
        ("control", "connection", b"{}"),
        ("secrets", "get", b"{}"),
        ("stream", "put", b"{}"),
        ("journal", "put_delivery", b"{" + b"x" * MAX_RECORD_BYTES),
    ],
)
def test_an_outage_is_not_an_acknowledgement(desk: Desk, store: str, method: str, body: bytes) -> None:
    stop = Stop(0, error=UnavailableError("not now"))
    broken = Interrupted(getattr(desk.aws, store), [method], stop)
    with pytest.raises(UnavailableError):
        desk.send(body, receiver=desk.over(**{store: broken}))
    assert desk.aws.records() == []


def test_logs_hold_no_secret_and_no_body(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="quire")
    requests: list[dict[str, Any]] = [{"headers": {"x-crash": "1"}, "body": b"{canary}"}, {"secret": "canary"}]
    for request in requests:
        with pytest.raises(UnauthenticatedError):
            desk.send(**request)
    assert caplog.records
    written = "".join(json.dumps(record.__dict__, default=repr) for record in caplog.records)
    assert "canary" not in written
    assert SECRET not in written
