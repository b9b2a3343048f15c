"""What became of a conversation between two moments, who was in it, and who could see what; by the API."""

from collections.abc import Iterator
from typing import Any

import pytest

from quire.domain.ids import subject_id
from tests.deployed import TENANT
from tests.functions.test_serve_api import GLOBEX, acts, message
from tests.functions.test_serve_moments import channel
from tests.pretend import PLATFORM, fact
from tests.serving import Serving, serving


@pytest.fixture
def quire() -> Iterator[Serving]:
    with serving() as made:
        yield made


def at(hour: int) -> str:
    return f"2026-03-02T{hour:02d}:00:00Z"


@pytest.fixture
def chat(quire: Serving) -> Serving:
    """U1 joins at eight and leaves at thirteen, U2 joins at ten; U3 only writes. Told backwards."""
    told = [
        fact("-", user="U1", at=at(8), member="joined"),
        fact("1", user="U1", text="buy the red one", at=at(9)),
        fact("-", user="U2", at=at(10), member="joined"),
        fact("1", user="U1", text="buy the blue one", at=at(11), edit=True),
        fact("1", user="U2", react="eyes", at=at(11)),
        fact("2", user="U3", text="no", at=at(12), thread="1"),
        fact("-", user="U1", at=at(13), member="left"),
        fact("-", user="U2", at=at(13), name="deals"),
        fact("1", user="U1", at=at(14), delete=True),
        fact("-", user="U2", at=at(15), name="closed deals"),
    ]
    for each in reversed(told):
        quire.capture(each)
    assert quire.index() == {"batchItemFailures": []}
    return quire


def user(native: str) -> str:
    return subject_id(TENANT, PLATFORM, "W1", native)


def diff(quire: Serving, since: int, until: int, **query: str) -> Any:
    answer = quire.ask(
        "GET", f"/v1/conversations/{channel(quire)}/diff", query={"from": at(since), "to": at(until), **query}
    )
    assert answer.status == 200, answer.body
    return answer.body


def test_what_changed(chat: Serving) -> None:
    told = diff(chat, 9, 13)
    edited, new = told["messages"]
    assert edited["messageId"] == message("1")
    assert edited["changes"] == ["edited", "reactions"]
    assert [(each["kind"], each["text"]) for each in edited["words"]] == [
        ("same", "buy the "),
        ("removed", "red"),
        ("added", "blue"),
        ("same", " one"),
    ]
    assert (edited["before"]["content"], edited["after"]["content"]) == ("buy the red one", "buy the blue one")
    assert [each["userId"] for each in edited["reactionsAdded"]] == [user("U2")]
    assert (new["changes"], new["after"]["content"], "before" in new) == (["added"], "no", False)
    assert [(each["userId"], each["kind"], each["at"][:16]) for each in told["members"]] == [
        (user("U2"), "joined", at(10)[:16]),
        (user("U3"), "active", at(12)[:16]),
        (user("U1"), "left", at(13)[:16]),
    ]
    assert told["renamed"] == [{"at": at(13), "name": "deals"}]
    assert (told["from"], told["to"], told["moreMembers"], told["channel"]["name"]) == (at(9), at(13), 0, "deals")


def test_a_deletion_shows_what_was_seen_before(chat: Serving) -> None:
    (gone,) = diff(chat, 13, 14)["messages"]
    assert gone["changes"] == ["deleted", "reactions"]
    assert (gone["before"]["content"], gone["after"]["tombstone"]) == ("buy the blue one", True)
    assert [each["kind"] for each in gone["words"]] == ["removed"]


def test_page_by_page(chat: Serving) -> None:
    first = diff(chat, 8, 15, limit="1")
    second = diff(chat, 8, 15, limit="1", cursor=first["nextCursor"])
    assert [each["messageId"] for page in (first, second) for each in page["messages"]] == [message("1"), message("2")]
    assert second["nextCursor"] is None
    assert (second["members"], second["renamed"]) == ([], [])
    assert diff(chat, 16, 17)["messages"] == []


def test_senseless_questions(chat: Serving) -> None:
    path = f"/v1/conversations/{channel(chat)}/diff"
    for query in (
        {},
        {"from": at(9)},
        {"from": at(10), "to": at(9)},
        {"from": "x", "to": at(9)},
        {"from": at(8), "to": at(9), "cursor": "x"},
        {"from": at(8), "to": at(9), "limit": "0"},
    ):
        assert chat.ask("GET", path, query=query or None).problem == "malformed", query
    for path in (f"/v1/conversations/{message('1')}/diff", "/v1/conversations/x/diff"):
        assert chat.ask("GET", path, query={"from": at(8), "to": at(9)}).status == 404


def members(quire: Serving, **query: str) -> dict[str, str]:
    answer = quire.ask("GET", f"/v1/conversations/{channel(quire)}/members", query=query or None)
    assert answer.status == 200, answer.body
    return {each["platformId"]: each["standing"] for each in answer.body["members"]}


def test_members_at_a_time(chat: Serving) -> None:
    assert members(chat, asOf=at(7)) == {"U3": "unknown"}
    assert members(chat, asOf=at(9)) == {"U1": "member", "U3": "unknown"}
    assert members(chat, asOf=at(12)) == {"U1": "member", "U2": "member", "U3": "member"}
    assert members(chat, asOf=at(13)) == {"U2": "member", "U3": "member"}
    assert members(chat) == {"U1": "absent", "U2": "member", "U3": "member"}


def test_members_with_their_stays(chat: Serving) -> None:
    path = f"/v1/conversations/{channel(chat)}/members"
    pages = [chat.ask("GET", path, query={"limit": "2"}).body]
    pages.append(chat.ask("GET", path, query={"limit": "2", "cursor": pages[0]["nextCursor"]}).body)
    assert pages[1]["nextCursor"] is None
    found = {each["platformId"]: each["stays"] for page in pages for each in page["members"]}
    assert found["U1"] == [{"since": at(8), "sinceToldBy": "joined", "until": at(13), "untilTold": True}]
    assert found["U3"] == [{"since": "2026-03-02T12:00:00.000000000Z", "sinceToldBy": "active", "untilTold": True}]
    assert pages[0]["othersMayRead"] is True
    assert chat.ask("GET", path, query={"cursor": "'"}).problem == "malformed"


def test_who_could_see_a_message(chat: Serving) -> None:
    told = chat.ask("GET", f"/v1/messages/{message('1')}/audience").body
    assert (told["sentAt"], told["deletedAt"]) == (at(9), at(14))
    seen = {each["platformId"]: (each["since"][11:13], each["until"][11:13]) for each in told["viewers"]}
    assert seen == {"U1": ("09", "13"), "U2": ("10", "14"), "U3": ("12", "14")}
    assert {each["platformId"] for each in told["viewers"] if each.get("earlier")} == {"U3"}
    assert chat.ask("GET", f"/v1/messages/{message('7')}/audience").status == 404


def test_a_thread(chat: Serving) -> None:
    path = f"/v1/conversations/{channel(chat)}/threads/{message('1')}"
    told = chat.ask("GET", path).body
    assert [each["messageId"] for each in told["messages"]] == [message("1"), message("2")]
    assert chat.ask("GET", path, query={"asOf": at(9)}).body["messages"][0]["content"] == "buy the red one"
    assert chat.ask("GET", path, query={"asOf": at(8)}).status == 404
    around = chat.ask("GET", path, query={"around": message("2"), "limit": "1"}).body
    assert [each["content"] for each in around["messages"]] == ["no"]
    assert chat.ask("GET", f"/v1/conversations/{channel(chat)}/threads/{message('9')}").status == 404


def test_the_name_of_then(chat: Serving) -> None:
    path = f"/v1/conversations/{channel(chat)}"

    def called(hour: int) -> Any:
        return chat.ask("GET", path, query={"asOf": at(hour)}).body["channel"].get("name")

    assert [called(hour) for hour in (12, 13, 14, 15)] == [None, "deals", "deals", "closed deals"]
    then = chat.ask("GET", f"/v1/messages/{message('2')}", query={"asOf": at(14)}).body
    assert then["channelName"] == "deals"
    assert chat.ask("GET", path).body["channel"]["name"] == "closed deals"


def test_for_those_who_may_and_on_record(chat: Serving) -> None:
    where = channel(chat)
    paths = [
        f"/v1/conversations/{where}/members",
        f"/v1/conversations/{where}/threads/{message('1')}",
        f"/v1/messages/{message('1')}/audience",
    ]
    for path in paths:
        assert chat.ask("GET", path, role="administrator").status == 403
        assert chat.ask("GET", path, tenant=GLOBEX).status == 404
    asked = {"from": at(8), "to": at(9)}
    assert chat.ask("GET", f"/v1/conversations/{where}/diff", query=asked, tenant=GLOBEX).status == 404
    chat.ask("GET", f"/v1/conversations/{where}/diff", query=asked)
    assert (acts(chat)[-1]["action"], acts(chat)[-1]["detail"]) == ("CompareConversation", asked)
