"""The webhook's handler: what platforms send, what anybody may send, and what is answered and counted."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from infra.local.senders.outgoing import Outgoing
from infra.local.senders.slack import SlackSender, encode
from infra.local.senders.teams import Notice, TeamsSender
from infra.local.senders.teams_token import TokenIssuer
from quire.bootstrap import capture
from quire.domain.delivery import read_header
from quire.domain.errors import UnavailableError
from tests.archiving import Interrupted, Stop
from tests.deployed import TENANT, Deployed, deployed
from tests.unit.senders import material

SLACK = {"type": "event_callback", "team_id": "T1", "event": {"type": "message", "text": "hello", "ts": "1.000200"}}
TEAMS = Notice(
    subscription_id="s1",
    tenant_id="00000000-0000-4000-8000-00000000a001",
    expires="2030-01-01T00:00:00Z",
    resource="chats('c1')/messages('m1')",
    resource_type="#Microsoft.Graph.chatMessage",
    resource_id="m1",
    data={"id": "m1", "body": {"content": "hello"}},
)


@pytest.fixture
def house() -> Iterator[Deployed]:
    with deployed() as made:
        yield made


def slack(house: Deployed, body: bytes | None = None, **changes: Any) -> Outgoing:
    made = house.senders.slack.request(encode(SLACK) if body is None else body, time.time())
    return replace(made, **changes)


def teams(sender: TeamsSender, change: Callable[[dict[str, Any]], None] | None = None) -> Outgoing:
    body = sender.body([TEAMS], time.time())
    if change is not None:
        collection = json.loads(body)
        change(collection)
        body = json.dumps(collection).encode()
    return sender.request(body)


def metrics(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, dict[str, Any]]]:
    """Metrics that were written, with their dimensions."""
    found: list[tuple[str, dict[str, Any]]] = []
    for line in capsys.readouterr().out.splitlines():
        blob = json.loads(line)
        for told in blob.get("_aws", {}).get("CloudWatchMetrics", []):
            assert told["Namespace"] == "Quire"
            dimensions = {name: blob[name] for name in told["Dimensions"][0]}
            found.extend((metric["Name"], dimensions) for metric in told["Metrics"])
    return found


@pytest.mark.parametrize("encoded", [True, False])
def test_a_signed_slack_delivery_is_taken(house: Deployed, capsys: pytest.CaptureFixture[str], encoded: bool) -> None:
    response = house.post(slack(house), encoded=encoded)
    assert (response["statusCode"], response["body"]) == (200, "")
    [record] = house.aws.records()
    header, body = read_header(record)
    assert (header.tenant_id, header.platform, body) == (TENANT, "slack", encode(SLACK))
    service = {"service": "receive_webhook", "platform": "slack"}
    assert metrics(capsys) == [("deliveries", service), ("delivered_bytes", service)]


def test_an_encrypted_teams_delivery_is_taken_and_opened(house: Deployed) -> None:
    assert house.post(teams(house.senders.teams))["statusCode"] == 202
    [record] = house.aws.records()
    header, _ = read_header(record)
    assert json.loads(header.opened["0"]) == TEAMS.data


def test_handshakes_are_answered(house: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    response = house.post(house.senders.teams.handshake("Validation: <b>&</b>"))
    assert response["statusCode"] == 200
    assert "<b>" not in response["body"]
    assert response["headers"]["content-type"].startswith("text/plain")
    challenge = {"type": "url_verification", "token": "t", "challenge": "c1"}
    response = house.post(slack(house, encode(challenge)))
    assert response["statusCode"] == 200
    assert "c1" in response["body"]
    assert house.aws.records() == []
    assert [name for name, _ in metrics(capsys)] == ["challenges", "challenges"]


def forged(**claims: Any) -> Callable[[Deployed], Outgoing]:
    def make(house: Deployed) -> Outgoing:
        sender = house.senders.teams
        token = sender.issuer.token(time.time(), **claims)
        return teams(sender, lambda collection: collection.update(validationTokens=[token]))

    return make


def foreign_key(house: Deployed) -> Outgoing:
    issuer = TokenIssuer(
        material.ISSUER, material.AUDIENCE, material.pem(material.material().content_key),
        house.senders.teams.issuer.key_id,
    )  # fmt: skip
    return teams(replace(house.senders.teams, issuer=issuer))


def tampered(house: Deployed) -> Outgoing:
    def change(collection: dict[str, Any]) -> None:
        content = collection["value"][0]["encryptedContent"]
        content["data"] = content["data"][:-8] + "AAAAAAA="

    return teams(house.senders.teams, change)


def with_headers(**headers: str) -> Callable[[Deployed], Outgoing]:
    return lambda house: replace(made := slack(house), headers={**made.headers, **headers})


def of_slack(body: bytes) -> Callable[[Deployed], Outgoing]:
    return lambda house: slack(house, body)


def of_teams(body: bytes) -> Callable[[Deployed], Outgoing]:
    return lambda house: house.senders.teams.request(body)


def elsewhere(path: str) -> Callable[[Deployed], Outgoing]:
    return lambda house: slack(house, url=f"{material.HOOKS}/{path}")


DEEP = b'{"type":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
BAD: Mapping[str, tuple[Callable[[Deployed], Outgoing], int, str]] = {
    "wrong signature": (with_headers(**{"X-Slack-Signature": "v0=" + "0" * 64}), 401, "unauthenticated"),
    "non-ASCII signature": (with_headers(**{"X-Slack-Signature": "v0=\u00e9\U0001f600"}), 401, "unauthenticated"),
    "no signature": (with_headers(**{"X-Slack-Signature": ""}), 401, "unauthenticated"),
    "timestamp no number": (with_headers(**{"X-Slack-Request-Timestamp": "\u0663"}), 401, "unauthenticated"),
    "another secret": (
        lambda house: SlackSender(house.senders.slack.url, "guess").request(encode(SLACK), time.time()),
        401,
        "unauthenticated",
    ),
    "stale": (lambda house: house.senders.slack.request(encode(SLACK), time.time() - 301), 401, "unauthenticated"),
    "from the future": (
        lambda house: house.senders.slack.request(encode(SLACK), time.time() + 400), 401, "unauthenticated",
    ),
    "body not UTF-8": (of_slack(b"\xff\xfe{}"), 400, "malformed"),
    "not JSON": (of_slack(b"type=message"), 400, "malformed"),
    "JSON of the wrong shape": (of_slack(b'["type"]'), 400, "malformed"),
    "deep nesting": (of_slack(DEEP), 400, "malformed"),
    "empty": (of_slack(b""), 400, "malformed"),
    "five megabytes": (of_slack(b"{" + b"x" * 5_000_000), 413, "too-large"),
    "unknown connection": (elsewhere("slack/c-none"), 404, "not-found"),
    "another platform's connection": (elsewhere("slack/c-teams"), 404, "not-found"),
    "unknown platform": (elsewhere("irc/c-slack"), 404, "not-found"),
    "odd connection": (elsewhere("slack/%2e%2e"), 404, "not-found"),
    "forged token": (foreign_key, 401, "unauthenticated"),
    "token without appid": (forged(appid=None), 401, "unauthenticated"),
    "token of another application": (forged(appid="00000000-0000-4000-8000-000000000bad"), 401, "unauthenticated"),
    "token of another audience": (forged(aud="another"), 401, "unauthenticated"),
    "token of another issuer": (forged(iss="https://evil.example/"), 401, "unauthenticated"),
    "token that has expired": (forged(exp=1, nbf=0, iat=0), 401, "unauthenticated"),
    "wrong clientState": (
        lambda house: teams(replace(house.senders.teams, client_state="guess")), 401, "unauthenticated",
    ),
    "tampered ciphertext": (tampered, 401, "unauthenticated"),
    "unknown certificate": (
        lambda house: teams(replace(house.senders.teams, certificate_id="none")), 401, "unauthenticated",
    ),
    "Teams: not JSON": (of_teams(b"\xff"), 400, "malformed"),
    "Teams: wrong shape": (of_teams(b'{"value":[1]}'), 400, "malformed"),
    "Teams: deep nesting": (of_teams(b'{"value":' + DEEP + b"}"), 400, "malformed"),
    "Teams: empty": (of_teams(b""), 400, "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_problem_is_counted_and_stores_nothing(
    house: Deployed, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, status, slug = BAD[case]
    response = house.post(make(house))
    problem = json.loads(response["body"])
    assert (response["statusCode"], problem["status"]) == (status, status)
    assert problem["type"] == f"urn:quire:problem:{slug}"
    assert response["headers"]["content-type"] == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "detail"}
    assert house.aws.records() == []
    [(name, dimensions)] = metrics(capsys)
    assert name == "refusals"
    assert set(dimensions) == {"service", "platform", "slug"}
    assert dimensions["platform"] in {"slack", "teams", "unknown"}


def test_why_a_sender_is_not_believed_is_not_told(house: Deployed) -> None:
    told = {house.post(make(house))["body"] for make, status, _ in BAD.values() if status == 401}
    assert len(told) == 1


@pytest.mark.parametrize("event", [{}, {"body": 1, "headers": [], "pathParameters": "x", "rawQueryString": 5}])
def test_an_event_of_no_shape_is_a_404_or_400(house: Deployed, event: dict[str, Any]) -> None:
    response = house.post(slack(house), **({"body": None, "headers": None, "pathParameters": None} | event))
    assert response["statusCode"] in {400, 404}


def test_an_outage_is_a_503_and_asks_for_the_delivery_again(
    house: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver = capture.receiver()
    for error, counted in ((UnavailableError("kinesis PutRecord: Throttling"), "unavailable"), (OSError(), "fault")):
        broken: Any = Interrupted(house.aws.stream, ["put"], Stop(0, error=error))
        receiver._stores = replace(receiver._stores, stream=broken)
        response = house.post(slack(house))
        assert (response["statusCode"], response["headers"]["retry-after"]) == (503, "30")
        assert json.loads(response["body"])["type"] == "urn:quire:problem:unavailable"
        assert "kinesis" not in response["body"]
        assert metrics(capsys)[0][1]["slug"] == counted


def test_a_broken_secret_is_our_trouble_not_the_senders(house: Deployed) -> None:
    name = house.aws.secrets.name_of(TENANT, "c-slack")  # type: ignore[arg-type]
    house.aws.aws.secrets.put_secret_value(SecretId=name, SecretString="not JSON")
    assert house.post(slack(house))["statusCode"] == 503


def test_logs_hold_no_words_and_no_secrets(house: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    canary = "canary-19c4"
    text = SLACK | {"event": {"type": "message", "text": canary, "user": canary}}
    house.post(slack(house, encode(text)))
    house.post(SlackSender(house.senders.slack.url, canary).request(encode(text), time.time()))
    house.post(with_headers(**{"X-Slack-Signature": canary})(house))
    house.post(elsewhere(f"slack/{canary}")(house))
    house.post(elsewhere(f"{canary}/x")(house))
    written = capsys.readouterr()
    assert "refusals" in written.out
    for word in (canary, material.SIGNING_SECRET, material.CLIENT_STATE):
        assert word not in written.out + written.err
