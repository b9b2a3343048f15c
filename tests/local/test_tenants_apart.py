"""A signed-in user of one tenant gets nothing of another's, whatever they ask for; nobody else gets anything."""

import base64
import json
import time
from collections.abc import Iterator

import httpx
import pytest

from infra.local.senders.slack import encode
from quire.cli.token import access_token
from tests.local.running import Running, eventually, slack_message

pytestmark = pytest.mark.local


@pytest.fixture
def stranger(stack: Running) -> Iterator[httpx.Client]:
    """The compliance officer of the other tenant."""
    with stack.api(stack.user("northwind", "compliance_officer")) as api:
        yield api


@pytest.fixture
def officer(stack: Running) -> Iterator[httpx.Client]:
    """The compliance officer of the demo's firm."""
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        yield api


def test_a_search_finds_the_own_tenants_messages_only(
    stack: Running, stranger: httpx.Client, officer: httpx.Client
) -> None:
    word = f"shibboleth{time.time_ns()}"
    assert stack.send_slack(slack_message(f"ours: {word}"), "meridian").status_code == 200
    assert stack.send_slack(slack_message(f"theirs: {word}"), "northwind").status_code == 200

    eventually(lambda: stack.search(officer, word)["total"], "the first tenant's message")
    eventually(lambda: stack.search(stranger, word)["total"], "the second tenant's message")

    assert [hit["content"] for hit in stack.search(officer, word)["hits"]] == [f"ours: {word}"]
    assert [hit["content"] for hit in stack.search(stranger, word)["hits"]] == [f"theirs: {word}"]


def test_naming_another_tenant_in_the_question_changes_nothing(stack: Running, stranger: httpx.Client) -> None:
    for question in (
        {"query": "*", "filters": {"tenantId": "meridian"}},
        {"query": "*", "tenantId": "meridian"},
        {"query": "tenant_id:meridian"},
        {"query": '"} , {"match_all": {}'},
    ):
        answer = stranger.post("/v1/search", json=question)
        assert answer.status_code in {200, 400, 422}, answer.text
        for hit in answer.json().get("hits", []):
            assert hit["tenantId"] == "northwind"


def test_another_tenants_message_and_conversation_are_not_there(
    stack: Running, stranger: httpx.Client, officer: httpx.Client
) -> None:
    message = stack.search(officer, "WhatsApp")["hits"][0]

    assert officer.get(f"/v1/messages/{message['messageId']}").status_code == 200
    assert stranger.get(f"/v1/messages/{message['messageId']}").status_code == 404
    assert stranger.get(f"/v1/conversations/{message['channelId']}").status_code in {200, 404}
    answer = stranger.get(f"/v1/conversations/{message['channelId']}", params={"around": message["messageId"]})
    assert "WhatsApp" not in answer.text


def test_another_tenants_file_is_not_there(stack: Running, stranger: httpx.Client, officer: httpx.Client) -> None:
    """Neither by its address nor by what a link to it leads to, asked for without what the link is signed with."""

    def with_a_file() -> str | None:
        for item in stack.documents("meridian"):
            if any(each.get("sha256") for each in item.get("attachments", ())):
                return str(item["message_id"])
        return None

    message = eventually(with_a_file, "a file to be fetched")
    kept = [each for each in officer.get(f"/v1/messages/{message}").json()["attachments"] if "contentUrl" in each]
    link = officer.get(kept[0]["contentUrl"]).json()["url"]
    assert stranger.get(kept[0]["contentUrl"]).status_code == 404
    assert httpx.get(link.partition("?")[0], verify=stack.tls, timeout=30).status_code == 403


def test_channels_are_the_own_tenants(stack: Running, stranger: httpx.Client, officer: httpx.Client) -> None:
    ours = {channel["channelId"] for channel in officer.get("/v1/channels").json()["channels"]}
    theirs = {channel["channelId"] for channel in stranger.get("/v1/channels").json()["channels"]}

    assert ours
    assert not ours & theirs


@pytest.mark.parametrize("path", ["/v1/me", "/v1/channels", "/v1/messages/00000000-0000-8000-8000-000000000000"])
def test_without_a_token_nothing_is_answered(stack: Running, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic dXNlcjpwYXNz"}):
        answer = httpx.get(f"{stack.document['api']}{path}", headers=headers, verify=stack.tls, timeout=30)
        assert answer.status_code in {401, 403}, answer.text


def test_a_token_whose_tenant_was_changed_is_refused(stack: Running) -> None:
    good = access_token(stack.deployment, stack.user("northwind", "compliance_officer"))
    head, body, proof = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    claims["tenant_id"] = "meridian"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    for forged in (f"{head}.{changed}.{proof}", f"{head}.{changed}."):
        answer = httpx.get(
            f"{stack.document['api']}/v1/me",
            headers={"Authorization": f"Bearer {forged}"},
            verify=stack.tls,
            timeout=30,
        )
        assert answer.status_code in {401, 403}


def test_a_delivery_signed_for_one_tenant_is_not_taken_for_another(stack: Running) -> None:
    body = encode(slack_message("smuggled"))
    outgoing = stack.slack_of("northwind").request(body, time.time())
    target = stack.slack_of("meridian").url

    answer = httpx.post(target, content=outgoing.body, headers=dict(outgoing.headers), verify=stack.tls, timeout=30)

    assert answer.status_code == 401
