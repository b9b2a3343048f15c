"""A delivery as the platform makes it is captured, archived and found, by nothing but the stack's public addresses."""

import secrets
import time
from datetime import UTC, datetime

import pytest

from infra.local.senders.bulk import Bulk
from infra.local.senders.slack import encode
from tests.local.running import Running, eventually, slack_message

pytestmark = pytest.mark.local


def word() -> str:
    """A word nobody has said before."""
    return "word" + secrets.token_hex(6)


def test_a_signed_slack_message_is_found_by_a_signed_in_user(stack: Running) -> None:
    text = f"The figures are in: {word()}"

    answer = stack.send_slack(slack_message(text))

    assert answer.status_code == 200
    assert answer.content == b""
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        found = eventually(lambda: stack.search(api, text.split()[-1])["hits"], "the message to be searchable")
        assert [hit["content"] for hit in found] == [text]
        message = api.get(f"/v1/messages/{found[0]['messageId']}")
        assert message.status_code == 200
        assert message.json()["evidence"]["segment"].startswith("t/meridian/journal/")


def test_an_encrypted_teams_message_is_found(stack: Running) -> None:
    bulk = Bulk(word(), datetime.now(UTC))
    teams = stack.senders.teams

    answer = stack.send(teams.request(teams.body([bulk.teams(7)], time.time())))

    assert answer.status_code == 202
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        found = eventually(lambda: stack.search(api, bulk.block_word(7))["hits"], "the message to be searchable")
        assert [(hit["platform"], hit["content"]) for hit in found] == [("teams", bulk.text(7))]


def test_a_message_sent_twice_is_there_once(stack: Running) -> None:
    event = slack_message(f"said once: {word()}")

    for _ in range(3):
        assert stack.send_slack(event).status_code == 200

    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        query = event["event"]["text"].split()[-1]
        eventually(lambda: stack.search(api, query)["hits"], "the message to be searchable")
        time.sleep(2)  # a second one would have come by now
        assert stack.search(api, query)["total"] == 1


def test_an_edit_keeps_the_words_before_it(stack: Running) -> None:
    first, second = word(), word()
    event = slack_message(f"before {first}")
    inner = event["event"]
    assert stack.send_slack(event).status_code == 200
    edited = {**inner, "text": f"after {second}", "edited": {"user": "U0TESTS", "ts": f"{time.time():.6f}"}}
    change = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": inner["channel"],
        "channel_type": "channel",
        "ts": f"{time.time():.6f}",
        "event_ts": f"{time.time():.6f}",
        "message": edited,
        "previous_message": inner,
    }

    assert stack.send_slack({**event, "event_id": f"Ev{second}", "event": change}).status_code == 200

    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        found = eventually(lambda: stack.search(api, second)["hits"], "the edit to be searchable")
        assert [version["content"] for version in found[0]["editHistory"]] == [f"before {first}"]
        assert stack.search(api, first)["total"] == 1, "what it said before stays searchable"


def test_both_platforms_may_ask_whether_we_are_here(stack: Running) -> None:
    slack = stack.senders.slack
    hello = encode({"token": "t", "challenge": "are-you-there", "type": "url_verification"})

    answer = stack.send(slack.request(hello, time.time()))
    assert (answer.status_code, answer.text) == (200, "are-you-there")

    token = 'Validation: <script>alert("x")</script>'
    answer = stack.send(stack.senders.teams.handshake(token))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "<script>" not in answer.text


def test_a_delivery_beyond_the_streams_limit_is_captured(stack: Running) -> None:
    text = f"long {'words ' * 250_000}{word()}"
    event = slack_message(text)
    assert len(encode(event)) > 1_200_000

    assert stack.send_slack(event).status_code == 200

    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        found = eventually(lambda: stack.search(api, text.split()[-1])["hits"], "the long message to be searchable")
        assert len(found) == 1
