"""Connections by the API: secrets go in and never come out, installs are somebody's own, tenants stay apart."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from functions.serve_api.handler import lambda_handler
from quire.aws.control import Tenant
from quire.bootstrap import desk, outbound
from quire.bootstrap import search as search_bootstrap
from quire.connectors.registry import PLATFORMS
from quire.domain.calls import Answer, Call
from quire.domain.ids import ConnectionId, TenantId
from tests.api_calls import answer_of, call, claims
from tests.deployed import TENANT
from tests.functions.test_serve_api import acts
from tests.lambda_context import CONTEXT
from tests.pretend import PLATFORM, fact
from tests.serving import HOOKS, Serving, serving

GLOBEX = TenantId("globex")
NEW = {
    "platform": "slack",
    "name": "Head office",
    "secrets": {"signingSecret": "hush-sign", "clientId": "1.2", "clientSecret": "hush-client"},
}


@pytest.fixture
def quire() -> Iterator[Serving]:
    with serving() as made:
        made.house.aws.control.put_tenant(Tenant(GLOBEX, "Globex", "2026-01-01T00:00:00Z"))
        yield made


def ask(quire: Serving, *args: Any, **more: Any) -> Any:
    return quire.ask(*args, **{"role": "administrator", **more})


def made(quire: Serving, **changes: Any) -> dict[str, Any]:
    answer = ask(quire, "POST", "/v1/connections", {**NEW, **changes})
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.body
    return body


def stored(quire: Serving, connection: str) -> Any:
    secret = f"quire/test/t/meridian/connections/{connection}"
    return orjson.loads(quire.house.aws.aws.secrets.get_secret_value(SecretId=secret)["SecretString"])


def test_platforms_describe_themselves(quire: Serving) -> None:
    platforms = ask(quire, "GET", "/v1/platforms").body["platforms"]
    assert [each["platform"] for each in platforms] == sorted(PLATFORMS)
    slack = next(each for each in platforms if each["platform"] == "slack")
    assert slack["installable"] is True
    assert slack["secrets"]["properties"]["signingSecret"]["writeOnly"] is True
    assert slack["cannotCapture"]
    assert all(task["everySeconds"] >= 60 and task["summary"] for each in platforms for task in each["tasks"])
    assert quire.ask("GET", "/v1/platforms").status == 200
    assert quire.ask("GET", "/v1/platforms", role="auditor").status == 403


def test_a_connection_is_made_with_an_address(quire: Serving) -> None:
    connection = made(quire)
    assert connection["webhookUrl"] == f"{HOOKS}/slack/{connection['connectionId']}"
    assert (connection["status"], connection["name"], connection["health"]) == (
        "active",
        "Head office",
        {"troubles": []},
    )
    assert stored(quire, connection["connectionId"]) == NEW["secrets"]
    assert quire.timetable.noted == [("begin", connection["connectionId"])]
    listed = quire.ask("GET", "/v1/connections").body["connections"]
    assert connection in listed


def test_no_answer_and_no_record_holds_a_secret(quire: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    connection = made(quire)["connectionId"]
    told = [
        ask(quire, "GET", f"/v1/connections/{connection}").body,
        ask(quire, "GET", "/v1/connections").body,
        ask(quire, "POST", f"/v1/connections/{connection}/secrets", {"secrets": {"signingSecret": "hush-2"}}).body,
        ask(quire, "POST", f"/v1/connections/{connection}/secrets", {"secrets": {"botToken": "hush-bad"}}).body,
        ask(quire, "POST", f"/v1/connections/{connection}/secrets", {"secrets": {"signingSecret": None}}).body,
        ask(quire, "DELETE", f"/v1/connections/{connection}").body,
    ]
    assert told[0]["secretsSet"] == ["clientId", "clientSecret", "signingSecret"]
    written = capsys.readouterr()
    assert "hush" not in str(told) + str(acts(quire)) + written.out + written.err


def test_what_the_platform_does_not_read_is_refused_by_field(quire: Serving) -> None:
    for changes, fields in (
        ({"secrets": {}}, ["secrets.signingSecret"]),
        ({"secrets": {"signingSecret": "x", "colour": "hush"}}, ["secrets.colour"]),
        ({"configuration": {"a": 1}}, ["configuration.a"]),
    ):
        answer = ask(quire, "POST", "/v1/connections", {**NEW, **changes})
        assert (answer.status, answer.problem) == (400, "malformed")
        assert [each["field"] for each in answer.body["errors"]] == fields
    assert ask(quire, "POST", "/v1/connections", {**NEW, "platform": "fax"}).status == 400
    assert ask(quire, "POST", "/v1/connections", {**NEW, "name": " "}).status == 400
    assert not any(each["name"] == "Head office" for each in ask(quire, "GET", "/v1/connections").body["connections"])


def test_a_connection_is_changed(quire: Serving) -> None:
    path = f"/v1/connections/{made(quire, platform='generic', secrets={'signingSecret': 'x'})['connectionId']}"
    changed = ask(quire, "PATCH", path, {"name": "Desk", "configuration": {"fileHosts": ["files.acme.example"]}}).body
    assert (changed["name"], changed["configuration"]) == ("Desk", {"fileHosts": ["files.acme.example"]})
    assert ask(quire, "PATCH", path, {"configuration": {"fileHosts": "x"}}).body["errors"][0]["field"] == (
        "configuration.fileHosts"
    )
    quire.timetable.noted.clear()
    assert ask(quire, "PATCH", path, {"status": "paused"}).body["status"] == "paused"
    assert ask(quire, "PATCH", path, {"status": "paused"}).body["status"] == "paused"
    assert ask(quire, "PATCH", path, {"status": "active"}).body["status"] == "active"
    assert [what for what, _ in quire.timetable.noted] == ["end", "begin"]
    assert ask(quire, "PATCH", path, {"status": "removed"}).status == 400


def test_secrets_are_set_one_by_one(quire: Serving) -> None:
    connection = made(quire)["connectionId"]
    path = f"/v1/connections/{connection}/secrets"
    answer = ask(quire, "POST", path, {"secrets": {"signingSecret": "new", "clientSecret": None}})
    assert answer.body == {"secretsSet": ["clientId", "signingSecret"]}
    assert stored(quire, connection) == {"signingSecret": "new", "clientId": "1.2"}
    refused = ask(quire, "POST", path, {"secrets": {"signingSecret": None}})
    assert [each["field"] for each in refused.body["errors"]] == ["secrets.signingSecret"]
    assert stored(quire, connection)["signingSecret"] == "new"


def test_a_removed_connection_is_gone(quire: Serving) -> None:
    connection = made(quire)["connectionId"]
    path = f"/v1/connections/{connection}"
    assert ask(quire, "DELETE", path).body["status"] == "removed"
    assert quire.timetable.noted[-1] == ("end", connection)
    assert connection not in str(ask(quire, "GET", "/v1/connections").body)
    for method, suffix, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("POST", "/secrets", {"secrets": {"signingSecret": "x"}}),
        ("POST", "/install", None),
    ):
        assert ask(quire, method, path + suffix, body).status == 404, method


def test_when_a_connection_was_last_heard_of(quire: Serving) -> None:
    seeded = ask(quire, "GET", "/v1/connections").body["connections"]
    assert not any("lastActivityAt" in each for each in seeded)
    control = quire.house.aws.control
    slack = next(each for each in control.connections(TENANT) if each.platform == "slack")
    control.put_connection(replace(slack, connection_id=ConnectionId("pretend-1"), platform=PLATFORM))
    quire.capture(fact("1"))
    quire.index()
    shown = {each["connectionId"]: each for each in ask(quire, "GET", "/v1/connections").body["connections"]}
    assert shown["pretend-1"]["lastActivityAt"].startswith("2026-03-02T09:14:06")


ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"name": "ours now"}),
    ("DELETE", "", None),
    ("POST", "/secrets", {"secrets": {"signingSecret": "ours"}}),
    ("POST", "/install", None),
]


def test_another_tenants_connection_is_none(quire: Serving) -> None:
    connection = made(quire)["connectionId"]
    for method, suffix, body in ROUTES:
        answer = ask(quire, method, f"/v1/connections/{connection}{suffix}", body, tenant=GLOBEX)
        assert (answer.status, answer.problem) == (404, "not-found"), method
    assert ask(quire, "GET", "/v1/connections", tenant=GLOBEX).body == {"connections": []}
    assert [act["status"] for act in acts(quire, GLOBEX)] == [404] * 5 + [200]
    assert stored(quire, connection) == NEW["secrets"]
    for odd in ("..", "x" * 300, "é", "CONNECTION%23x"):
        assert ask(quire, "GET", f"/v1/connections/{odd}").status == 404, odd


def test_officers_look_and_do_not_touch(quire: Serving) -> None:
    connection = made(quire)["connectionId"]
    for role, reads in (("compliance_officer", 200), ("auditor", 403)):
        assert quire.ask("GET", f"/v1/connections/{connection}", role=role).status == reads
        assert quire.ask("GET", "/v1/connections", role=role).status == reads
        assert quire.ask("POST", "/v1/connections", NEW, role=role).status == 403
        assert quire.ask("POST", "/v1/installs", {"code": "c", "state": "s"}, role=role).status == 403
        for method, suffix, body in ROUTES[1:]:
            assert quire.ask(method, f"/v1/connections/{connection}{suffix}", body, role=role).status == 403


class Slack:
    """Slack's side of an install."""

    def __init__(self, team: str = "T1") -> None:
        self.team = team
        self.asked: list[Call] = []

    def token(self, **_: bool) -> str:
        raise AssertionError("an install has no token yet")

    def send(self, call: Call) -> Answer:
        self.asked.append(call)
        told: dict[str, Any] = {"ok": True, "user_id": "U1", "bot_id": "B1", "team_id": self.team, "team": "Acme"}
        if call.url.endswith("oauth.v2.access"):
            told |= {
                "access_token": "xoxb-hush",
                "token_type": "bot",
                "scope": "users:read",
                "bot_user_id": "U1",
                "app_id": "A1",
                "team": {"id": self.team, "name": "Acme"},
                "authed_user": {"id": "U2"},
                "is_enterprise_install": False,
            }
        return Answer(200, {"content-type": "application/json"}, orjson.dumps(told))


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Slack:
    there = Slack()
    monkeypatch.setattr(outbound, "outside", lambda *_: there)
    return there


def begun(quire: Serving, connection: str, **more: Any) -> dict[str, str]:
    answer = ask(quire, "POST", f"/v1/connections/{connection}/install", **more)
    assert answer.status == 200, answer.body
    body: dict[str, str] = answer.body
    return body


def finish(quire: Serving, state: str, **more: Any) -> Any:
    return ask(quire, "POST", "/v1/installs", {"code": "c-1", "state": state}, **more)


def test_an_install(quire: Serving, slack: Slack, capsys: pytest.CaptureFixture[str]) -> None:
    connection = made(quire)["connectionId"]
    there = begun(quire, connection)
    assert there["authorizeUrl"].startswith("https://slack.com/oauth/v2/authorize?")
    assert f"state={there['state']}" in there["authorizeUrl"]
    assert "https%3A%2F%2Fconsole.example%2Fconnections%2Finstalled" in there["authorizeUrl"]
    back = finish(quire, there["state"])
    assert back.status == 200, back.body
    assert quire.timetable.noted == [("begin", connection)] * 2, "its tasks run again, with the token"
    assert (back.body["connectionId"], back.body["workspaceId"]) == (connection, "T1")
    assert stored(quire, connection)["botToken"] == "xoxb-hush"
    assert stored(quire, connection)["signingSecret"] == "hush-sign"
    assert finish(quire, there["state"]).status == 403, "a state works once"
    written = capsys.readouterr()
    assert "hush" not in str(back.body) + str(acts(quire)) + written.out + written.err
    assert there["state"] not in str(acts(quire)) + written.out + written.err


def test_a_state_is_its_owners_and_its_tenants(quire: Serving, slack: Slack) -> None:
    state = begun(quire, made(quire)["connectionId"])["state"]
    control = quire.house.aws.control
    assert control.tenant(GLOBEX)
    assert finish(quire, state, tenant=GLOBEX).status == 403
    other = claims(TENANT, "administrator", sub="another-administrator")
    answer = answer_of(lambda_handler(call("POST", "/v1/installs", {"code": "c", "state": state}, who=other), CONTEXT))
    assert answer.status == 403
    assert finish(quire, "made-up").status == 403
    assert slack.asked == []
    assert finish(quire, state).status == 200


def test_a_state_ends(quire: Serving, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = made(quire)["connectionId"]
    first = begun(quire, connection)["state"]
    second = begun(quire, connection)["state"]
    assert finish(quire, first).status == 403, "another one was begun"
    late = datetime.now(UTC) + timedelta(minutes=11)
    monkeypatch.setattr(search_bootstrap, "now", lambda: late)
    assert finish(quire, second).status == 403
    assert slack.asked == []


def test_another_workspace_is_refused(quire: Serving, slack: Slack) -> None:
    connection = made(quire)["connectionId"]
    assert finish(quire, begun(quire, connection)["state"]).status == 200
    slack.team = "T2"
    answer = finish(quire, begun(quire, connection)["state"])
    assert (answer.status, answer.problem) == (409, "conflict")


def test_platforms_without_a_page_are_not_installed(quire: Serving) -> None:
    generic = made(quire, platform="generic", secrets={"signingSecret": "x"})["connectionId"]
    assert ask(quire, "POST", f"/v1/connections/{generic}/install").status == 409
    bare = made(quire, secrets={"signingSecret": "x"})["connectionId"]
    assert ask(quire, "POST", f"/v1/connections/{bare}/install").status == 409


def test_while_access_is_renewed_secrets_wait(quire: Serving, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_WAIT_SECONDS", 0.0)
    connection = made(quire)["connectionId"]
    lease = outbound.leases().take(f"grant#{TENANT}#{connection}", 60)
    assert lease is not None
    answer = ask(quire, "POST", f"/v1/connections/{connection}/secrets", {"secrets": {"signingSecret": "x"}})
    assert (answer.status, answer.problem) == (503, "busy")
    outbound.leases().free(lease)
    assert (
        ask(quire, "POST", f"/v1/connections/{connection}/secrets", {"secrets": {"signingSecret": "x"}}).status == 200
    )
