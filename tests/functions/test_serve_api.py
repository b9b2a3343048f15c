"""The API's handler over everything behind it: two tenants, roles, search, messages, conversations, the audit trail."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
import orjson
import pytest
from botocore.exceptions import ClientError

from infra.local.demo.deliveries import week_deliveries
from infra.local.demo.facts import expected_facts
from infra.local.demo.story import read_week
from quire.audit.entries import verify
from quire.aws.audit_table import AuditTable
from quire.aws.control import Tenant
from quire.aws.event_rows import MAX_INLINE_BYTES
from quire.bootstrap import api as bootstrap
from quire.bootstrap.api import reach_of
from quire.config import Settings, settings
from quire.domain.errors import UnavailableError
from quire.domain.ids import TenantId, message_id
from quire.identity.isolation import assume_tenant, session_policy
from quire.identity.policy import permissions
from quire.identity.principal import Principal, Role
from tests.deployed import TENANT
from tests.functions.test_archive_events import PUSHED, outgoing
from tests.pretend import PLATFORM, fact
from tests.serving import ROLE, Serving, serving, start_anew

GLOBEX = TenantId("globex")


@pytest.fixture
def quire() -> Iterator[Serving]:
    with serving() as made:
        made.house.aws.control.put_tenant(Tenant(GLOBEX, "Globex", "2026-01-01T00:00:00Z"))
        yield made


@pytest.fixture
def chat(quire: Serving) -> Serving:
    """A few messages of two tenants."""
    quire.capture(
        fact("1", text="the <b>merger</b> is on"),
        fact("2", user="U2", text="lunch?", at="2026-03-02T10:00:00Z"),
        fact("3", text="yes", at="2026-03-02T11:00:00Z"),
        fact("4", channel="C2", text="elsewhere", at="2026-03-02T12:00:00Z"),
    )
    quire.capture(fact("9", text="globex merger"), tenant=GLOBEX)
    assert quire.index() == {"batchItemFailures": []}
    return quire


def acts(quire: Serving, tenant: TenantId = TENANT) -> list[dict[str, Any]]:
    """The tenant's audit entries of today, their chain checked."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    entries = quire.audit().entries(tenant, day)
    head = verify(tenant, day, entries)
    assert quire.audit().head(tenant, day) == ((head.count, head.hash) if entries else None)
    return [orjson.loads(entry) for entry in entries]


def message(number: str, tenant: TenantId = TENANT, channel: str = "C1") -> str:
    return message_id(tenant, PLATFORM, "W1", channel, number)


def test_who_am_i(quire: Serving) -> None:
    assert quire.ask("GET", "/v1/me").body == {
        "tenantId": "meridian",
        "tenantName": "Meridian Capital",
        "userId": "compliance_officer-of-meridian",
        "email": "compliance_officer@meridian.example",
        "role": "compliance_officer",
        "permissions": allowed("compliance_officer"),
    }
    administrator = quire.ask("GET", "/v1/me", role="administrator").body["permissions"]
    assert administrator == allowed("administrator")
    assert "ReadMessage" not in administrator


def allowed(role: str) -> list[str]:
    """What the role may do, as the policies say."""
    return [action.value for action in permissions(Principal("someone", TENANT, Role(role), ""))]


def test_search(chat: Serving) -> None:
    answer = chat.ask("POST", "/v1/search", {"query": "merger"})
    assert answer.status == 200
    assert (answer.body["total"], answer.body["totalRelation"], answer.body["nextCursor"]) == (1, "eq", None)
    (hit,) = answer.body["hits"]
    assert hit["messageId"] == message("1")
    assert hit["highlights"] == ["the &lt;b&gt;<mark>merger</mark>&lt;/b&gt; is on"]
    assert hit["evidence"]["segment"].startswith("t/meridian/journal/")


def test_search_by_filters_times_and_pages(chat: Serving) -> None:
    first = chat.ask("POST", "/v1/search", {"limit": 3}).body
    assert [hit["content"] for hit in first["hits"]] == ["elsewhere", "yes", "lunch?"]
    second = chat.ask("POST", "/v1/search", {"limit": 3, "cursor": first["nextCursor"]}).body
    assert [hit["content"] for hit in second["hits"]] == ["the <b>merger</b> is on"]
    assert second["nextCursor"] is None
    assert first["total"] == second["total"] == 4
    by_user = {"userId": first["hits"][2]["userId"], "platform": [PLATFORM, "slack"]}
    assert chat.found("", filters=by_user) == ["lunch?"]
    assert chat.found("", **{"from": "2026-03-02T12:00:00+01:00", "to": "2026-03-02T12:00:00Z"}) == ["yes"]
    assert chat.found("", sort="oldest")[0] == "the <b>merger</b> is on"


SENSELESS: list[dict[str, Any]] = [
    {"query": "x" * 4001},
    {"query": 1},
    {"limit": 0},
    {"limit": 101},
    {"limit": "many"},
    {"from": "yesterday"},
    {"from": "2026-02-30T00:00:00Z"},
    {"to": 5},
    {"filters": {"color": "red"}},
    {"filters": {"platform": []}},
    {"filters": {"platform": ["x"] * 51}},
    {"filters": {"platform": {"a": 1}}},
    {"cursor": "!!!"},
    {"cursor": ""},
    {"cursor": "e30"},
    {"cursor": "x" * 9000},
    {"sort": "random"},
    {"unknown": 1},
    {"zone": "Nowhere/Atall"},
    {"zone": ""},
]


def test_searches_that_make_no_sense(chat: Serving) -> None:
    for body in SENSELESS:
        answer = chat.ask("POST", "/v1/search", body)
        assert (answer.status, answer.problem) == (400, "malformed"), body
    assert [act["status"] for act in acts(chat)] == [400] * len(SENSELESS)


def test_a_message(chat: Serving) -> None:
    answer = chat.ask("GET", f"/v1/messages/{message('1')}")
    assert answer.status == 200
    assert answer.body["content"] == "the <b>merger</b> is on"
    chat.capture(fact("1", at="2026-03-02T13:00:00Z", delete=True))
    assert chat.ask("GET", f"/v1/messages/{message('1')}").body["deletedAt"] == "2026-03-02T13:00:00Z"


def test_no_such_message(chat: Serving) -> None:
    names = ["nothing", message("77"), message("9", GLOBEX), "..%2f..", "x" * 300, "é", "'"]
    for name in names:
        answer = chat.ask("GET", f"/v1/messages/{name}")
        assert (answer.status, answer.problem) == (404, "not-found"), name
    assert [(act["action"], act["status"], act["resource"]["id"]) for act in acts(chat)] == [
        ("ReadMessage", 404, name) for name in names
    ]


def test_channels(chat: Serving) -> None:
    first = chat.ask("GET", "/v1/channels", query={"limit": "1"}).body
    assert len(first["channels"]) == 1
    second = chat.ask("GET", "/v1/channels", query={"limit": "1", "cursor": first["nextCursor"]}).body
    assert second["nextCursor"] is None
    assert {channel["platformId"] for channel in (*first["channels"], *second["channels"])} == {"C1", "C2"}
    assert chat.ask("GET", "/v1/channels").body["channels"] == [*first["channels"], *second["channels"]]
    for query in ({"limit": "0"}, {"limit": "x"}, {"cursor": "CHANNEL#"}):
        assert chat.ask("GET", "/v1/channels", query=query).status == 400


def test_a_forward_leads_to_the_message_that_was_passed_on(quire: Serving) -> None:
    """Only where it is in the archive; a reader of the other conversation finds it there."""
    passed_on = [
        {"id": f"f{n}", "kind": "quote", "name": "forwarded", "forwarded": source}
        for n, source in enumerate([{"message": "1", "channel": "C2"}, {"message": "77", "channel": "C2"}, {}])
    ]
    quire.capture(fact("1", channel="C2", text="the source"), fact("2", text="see this", files=passed_on))
    quire.index()
    hit = quire.ask("POST", "/v1/search", {"query": "see"}).body["hits"][0]
    (told,) = quire.ask("GET", f"/v1/conversations/{hit['channelId']}").body["messages"]
    known, unknown, untold = told["attachments"]
    assert all(each["forwarded"] is True for each in told["attachments"])
    assert known["sourceMessageId"] == message("1", channel="C2")
    path = f"/v1/conversations/{known['sourceChannelId']}"
    found = quire.ask("GET", path, query={"around": known["sourceMessageId"]}).body["messages"]
    assert [each["content"] for each in found] == ["the source"]
    assert not {"sourceMessageId", "sourceChannelId"} & {*unknown, *untold}
    alone = quire.ask("GET", f"/v1/messages/{hit['messageId']}").body
    assert hit["attachments"] == alone["attachments"] == told["attachments"]


def test_a_conversation(chat: Serving) -> None:
    hit = chat.ask("POST", "/v1/search", {"query": "lunch"}).body["hits"][0]
    path = f"/v1/conversations/{hit['channelId']}"
    latest = chat.ask("GET", path).body
    assert [told["content"] for told in latest["messages"]] == ["the <b>merger</b> is on", "lunch?", "yes"]
    assert (latest["before"], latest["after"]) == (None, None)
    assert latest["channel"]["platformId"] == "C1"
    around = chat.ask("GET", path, query={"around": hit["messageId"], "limit": "1"}).body
    assert around["messages"][0]["content"] == "lunch?"
    back = chat.ask("GET", path, query={"before": around["before"]}).body
    assert [told["content"] for told in back["messages"]] == ["the <b>merger</b> is on"]
    forth = chat.ask("GET", path, query={"after": back["after"], "limit": "1"}).body
    assert [told["content"] for told in forth["messages"]] == ["lunch?"]
    then = chat.ask("GET", path, query={"around": "2026-03-02T10:30:00Z", "limit": "2"}).body
    assert [told["content"] for told in then["messages"]] == ["lunch?", "yes"]


def test_no_such_conversation(chat: Serving) -> None:
    channel = chat.ask("POST", "/v1/search", {"query": "lunch"}).body["hits"][0]["channelId"]
    elsewhere = message("4", channel="C2")
    for path, query, status in (
        ("nothing", {}, 404),
        (message("1"), {}, 404),
        (channel, {"around": elsewhere}, 404),
        (channel, {"around": "nothing"}, 404),
        (channel, {"before": "x"}, 400),
        (channel, {"around": message("1"), "after": "x"}, 400),
        (channel, {"limit": "500"}, 400),
    ):
        assert chat.ask("GET", f"/v1/conversations/{path}", query=query or None).status == status, (path, query)
    assert chat.ask("GET", f"/v1/conversations/{channel}", tenant=GLOBEX).status == 404


def test_tenants_never_see_each_other(chat: Serving) -> None:
    ours = chat.ask("POST", "/v1/search", {"query": "merger"}).body["hits"][0]
    theirs = chat.ask("POST", "/v1/search", {"query": "merger"}, tenant=GLOBEX).body["hits"]
    assert [hit["content"] for hit in theirs] == ["globex merger"]
    for path in (f"/v1/messages/{ours['messageId']}", f"/v1/conversations/{ours['channelId']}"):
        assert chat.ask("GET", path, tenant=GLOBEX).status == 404
    assert chat.found("", filters={"channelId": theirs[0]["channelId"]}) == []
    channels = chat.ask("GET", "/v1/channels", tenant=GLOBEX).body["channels"]
    assert [channel["channelId"] for channel in channels] == [theirs[0]["channelId"]]
    assert [act["status"] for act in acts(chat, GLOBEX)] == [200, 404, 404, 200]


def test_administrators_do_not_read(chat: Serving) -> None:
    for method, path, body in (
        ("POST", "/v1/search", {"query": "merger"}),
        ("GET", f"/v1/messages/{message('1')}", None),
        ("GET", f"/v1/conversations/{message('1')}", None),
    ):
        answer = chat.ask(method, path, body, role="administrator")
        assert (answer.status, answer.problem) == (403, "forbidden")
    assert chat.ask("GET", "/v1/channels", role="administrator").status == 200
    assert [(act["decision"], act["status"]) for act in acts(chat)] == [("denied", 403)] * 3 + [("allowed", 200)]


def test_everything_is_on_record(chat: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    chat.ask(
        "POST",
        "/v1/search",
        {"query": "merger plans", "filters": {"platform": "slack"}, "from": "2026-01-01T00:00:00Z"},
    )
    (act,) = acts(chat)
    assert act["principal"] == {"subject": "compliance_officer-of-meridian", "role": "compliance_officer"}
    assert (act["action"], act["resource"]) == ("SearchMessages", {"type": "Tenant", "id": "meridian"})
    assert (act["source_ip"], act["request_id"]) == ("192.0.2.1", "request-1")
    assert act["detail"] == {
        "query": "merger plans",
        "filters": {"platform": "slack"},
        "from": "2026-01-01T00:00:00Z",
        "limit": 25,
        "zone": "UTC",
        "page": "first",
        "words": "messages with “merger” in any form, and with “plans” in any form",
        "total": 0,
        "shown": 0,
    }
    written = capsys.readouterr()
    assert "merger" not in written.out + written.err


def test_without_the_trail_there_is_no_answer(chat: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> bool:
        raise UnavailableError("dynamodb TransactWriteItems: gone")

    monkeypatch.setattr(AuditTable, "append", refuse)
    for path in ("/v1/me", f"/v1/messages/{message('1')}"):
        answer = chat.ask("GET", path)
        assert (answer.status, answer.problem) == (503, "unavailable")


def test_while_the_engine_is_away(quire: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    quire.capture(fact("1", text="still here"))
    monkeypatch.setenv("QUIRE_SEARCH_ENDPOINT", "http://127.0.0.1:9")
    from quire import config

    config.settings.cache_clear()
    answer = quire.ask("POST", "/v1/search", {"query": "x"})
    assert (answer.status, answer.body["partial"], answer.body["hits"]) == (200, True, [])
    old = quire.ask("GET", f"/v1/messages/{message('old')}")
    assert (old.status, old.problem) == (503, "unavailable")
    assert old.headers["Retry-After"] == "5"
    assert [act["status"] for act in acts(quire)] == [200, 503]
    config.settings.cache_clear()


def test_a_request_is_served_with_its_tenants_credentials(chat: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """One session a tenant, kept for some minutes, under a policy that names the tenant."""
    assumed: list[dict[str, Any]] = []
    client = chat.house.aws.aws.sts
    real = client.assume_role

    def assume(**asked: Any) -> Any:
        assumed.append(asked)
        return real(**asked)

    monkeypatch.setattr(client, "assume_role", assume)
    for tenant in (TENANT, GLOBEX, TENANT):
        assert chat.ask("GET", "/v1/me", tenant=tenant).status == 200
    assert [(asked["RoleArn"], asked["RoleSessionName"], asked["DurationSeconds"]) for asked in assumed] == [
        (ROLE, "quire-reads-meridian", 900),
        (ROLE, "quire-reads-globex", 900),
    ]
    assert [asked["Tags"] for asked in assumed] == [
        [{"Key": "tenant", "Value": "meridian"}],
        [{"Key": "tenant", "Value": "globex"}],
    ]
    resources = {
        resource for statement in orjson.loads(assumed[0]["Policy"])["Statement"] for resource in statement["Resource"]
    }
    assert resources == {
        "arn:aws:dynamodb:us-east-1:123456789012:table/control",
        "arn:aws:dynamodb:us-east-1:123456789012:table/events",
        "arn:aws:dynamodb:us-east-1:123456789012:table/events/index/timeline",
        "arn:aws:dynamodb:us-east-1:123456789012:table/audit",
        "arn:aws:s3:::journal/t/meridian/journal/*",
    }
    keys = {
        store._client._request_signer._credentials.access_key  # type: ignore[attr-defined]
        for scope in (bootstrap.scopes()(TENANT),)
        if scope is not None
        for store in (scope.control, scope.directory, scope.audit._table)
    }
    assert keys.isdisjoint({"testing"})
    assert len(keys) == 1
    assert boto3.DEFAULT_SESSION is None or "testing" not in keys


def test_what_production_reaches(quire: Serving) -> None:
    known = Settings.model_validate(
        {
            "QUIRE_STAGE": "prod",
            "QUIRE_CONTROL_TABLE": "control",
            "QUIRE_EVENTS_TABLE": "events",
            "QUIRE_AUDIT_TABLE": "audit",
            "QUIRE_JOURNAL_BUCKET": "journal",
            "QUIRE_ARCHIVE_BUCKET": "archive",
            "QUIRE_DATA_KEY_ARN": "arn:aws:kms:eu-west-1:123456789012:key/k",
            "QUIRE_TENANT_ROLE_ARN": ROLE,
            "QUIRE_SEARCH_ENDPOINT": "https://abc123.aoss.eu-west-1.on.aws",
            "AWS_REGION": "eu-west-1",
        }
    )
    reach = reach_of(known)
    assert reach.collection == "arn:aws:aoss:eu-west-1:123456789012:collection/abc123"
    assert reach.journal == "arn:aws:s3:::journal"
    assert "kms:Decrypt" in session_policy(TENANT, reach)
    assert replace(reach, collection="").collection == ""


def test_who_reads_messages_reads_segments_of_the_journal_and_no_other_object(
    quire: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that is too large for its row lies there; what is sealed, and files, are for other sessions."""
    monkeypatch.setenv("QUIRE_LEDGER_TABLE", "ledger")
    start_anew()
    settings.cache_clear()
    large = "word " * (MAX_INLINE_BYTES // 5 + 1)
    quire.capture(fact("1", text=large))
    quire.index()
    (hit,) = quire.ask("POST", "/v1/search", {"query": "word"}).body["hits"]
    assert quire.ask("GET", f"/v1/messages/{hit['messageId']}").body["content"] == large
    assert {key.split("/")[2] for _, key in quire.read["reads"]} == {"journal"}

    session = assume_tenant(quire.house.aws.aws, ROLE, partial(session_policy, reach=reach_of(settings())))(TENANT).s3
    (bucket, segment), *_ = quire.read["reads"]
    assert session.get_object(Bucket=bucket, Key=segment)["ContentLength"] > 0
    kinds = ("archive/legal/2026/03/02", "blobs", "log", "deliveries", "quarantine")
    others = [(place, f"t/{TENANT}/{kind}/x") for place in (bucket, "archive") for kind in kinds]
    for place, key in [*others, (bucket, segment.replace(f"t/{TENANT}/", "t/globex/"))]:
        with pytest.raises(ClientError, match="AccessDenied"):
            session.get_object(Bucket=place, Key=key)


def test_the_demo_week_is_found(quire: Serving) -> None:
    """From signed requests to the API: every message is there, once, in its last state."""
    week = read_week()
    for planned in week_deliveries(week, PUSHED):
        assert quire.house.post(outgoing(quire.house, planned))["statusCode"] in {200, 202}
    records = quire.house.aws.records()
    for start in range(0, len(records), 200):
        quire.house.archive(records[start : start + 200], first=start)
    while notices := quire.house.aws.sent():
        assert quire.index(notices) == {"batchItemFailures": []}
    hits: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        page = quire.ask("POST", "/v1/search", asked).body
        hits += page["hits"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert len({hit["messageId"] for hit in hits}) == len(hits) == page["total"]
    assert sum("deletedAt" in hit for hit in hits) >= len(expected_facts(week, PUSHED).deleted)
    said = [hit for hit in hits if hit["content"]]
    for platform, number in expected_facts(week, PUSHED).distinct_messages.items():
        assert sum(hit["platform"] == platform for hit in said) == number
    named = [hit for hit in said if "userName" in hit or "system" in hit]
    assert len(named) / len(said) > 0.9
