"""Conversations and messages at any moment, by the API."""

from collections.abc import Iterator

import pytest

from tests.functions.test_serve_api import GLOBEX, acts, message
from tests.pretend import fact
from tests.serving import Serving, serving


@pytest.fixture
def quire() -> Iterator[Serving]:
    with serving() as made:
        yield made


@pytest.fixture
def chat(quire: Serving) -> Serving:
    """Three messages; the first is edited at ten and deleted at eleven, told out of order."""
    quire.capture(fact("1", at="2026-03-02T11:00:00Z", delete=True))
    quire.capture(fact("2", user="U2", text="lunch?", at="2026-03-02T10:30:00Z"))
    quire.capture(fact("1", text="buy", at="2026-03-02T09:00:00.000000002Z"))
    quire.capture(fact("1", text="sell", at="2026-03-02T10:00:00Z", edit=True))
    quire.capture(fact("3", text="yes", at="2026-03-02T12:00:00Z"))
    assert quire.index() == {"batchItemFailures": []}
    return quire


def shown(quire: Serving, at: str, **query: str) -> list[str]:
    """What a member saw; a message that was deleted as ``-``."""
    path = f"/v1/conversations/{channel(quire)}"
    answer = quire.ask("GET", path, query={"asOf": at, **query})
    assert answer.status == 200, answer.body
    return ["-" if each.get("tombstone") else each["content"] for each in answer.body["messages"]]


def channel(quire: Serving) -> str:
    return str(quire.ask("GET", "/v1/channels").body["channels"][0]["channelId"])


def test_a_conversation_as_it_stood(chat: Serving) -> None:
    assert shown(chat, "2026-03-02T09:00:00.000000001Z") == []
    assert shown(chat, "2026-03-02T09:00:00.000000002Z") == ["buy"]
    assert shown(chat, "2026-03-02T11:00:00+01:00") == ["sell"]
    assert shown(chat, "2026-03-02T10:59:59Z") == ["sell", "lunch?"]
    assert shown(chat, "2026-03-02T11:00:00Z") == ["-", "lunch?"]
    assert shown(chat, "2999-01-01T00:00:00Z") == ["-", "lunch?", "yes"]
    assert shown(chat, "2026-03-02T11:00:00Z", around=message("2"), limit="2") == ["-", "lunch?"]


def test_what_is_said_with_it(chat: Serving) -> None:
    answer = chat.ask("GET", f"/v1/conversations/{channel(chat)}", query={"asOf": "2026-03-02T10:30:00+00:00"}).body
    assert answer["asOf"] == "2026-03-02T10:30:00Z"
    first, _ = answer["messages"]
    assert (first["asOf"], first["content"], first["editedAt"]) == (answer["asOf"], "sell", "2026-03-02T10:00:00Z")
    assert first["editHistory"] == []
    assert "deletedAt" not in first


def test_a_message_as_it_stood(chat: Serving) -> None:
    path = f"/v1/messages/{message('1')}"
    assert chat.ask("GET", path, query={"asOf": "2026-03-02T09:30:00Z"}).body["content"] == "buy"
    gone = chat.ask("GET", path, query={"asOf": "2026-03-02T11:00:00Z"}).body
    assert (gone["content"], gone["tombstone"], gone["deletedAt"]) == ("", True, "2026-03-02T11:00:00Z")
    assert chat.ask("GET", path).body["content"] == "sell"
    before = chat.ask("GET", path, query={"asOf": "2026-03-02T08:00:00Z"})
    assert (before.status, before.problem) == (404, "not-found")


def test_senseless_moments(chat: Serving) -> None:
    for path in (f"/v1/messages/{message('1')}", f"/v1/conversations/{channel(chat)}"):
        for at in ("yesterday", "", "2026-02-30T00:00:00Z", "2026-03-02", "x" * 400):
            answer = chat.ask("GET", path, query={"asOf": at})
            assert (answer.status, answer.problem) == (400, "malformed"), at
    page = chat.ask("GET", f"/v1/conversations/{channel(chat)}", query={"asOf": "2027-01-01T00:00:00Z", "limit": "1"})
    other = {"asOf": "2027-01-02T00:00:00Z", "before": page.body["before"]}
    assert chat.ask("GET", f"/v1/conversations/{channel(chat)}", query=other).problem == "malformed"


def test_not_for_others(chat: Serving) -> None:
    where, asked = channel(chat), {"asOf": "2026-03-02T10:00:00Z"}
    for path in (f"/v1/messages/{message('1')}", f"/v1/conversations/{where}"):
        assert chat.ask("GET", path, query=asked, tenant=GLOBEX).status == 404
        assert chat.ask("GET", path, query=asked, role="administrator").status == 403
    chat.ask("GET", f"/v1/messages/{message('1')}", query=asked)
    assert acts(chat)[-1]["detail"] == {"asOf": "2026-03-02T10:00:00Z"}
