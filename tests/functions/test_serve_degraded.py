"""Reading on while the search engine is away."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opensearchpy import OpenSearch

from quire import config
from tests.functions.test_serve_api import GLOBEX, acts, message
from tests.pretend import fact
from tests.search_engines import embedded
from tests.serving import Serving, serving, start_anew

NOW = datetime.now(UTC)


def ago(**time: float) -> str:
    return f"{NOW - timedelta(**time):%Y-%m-%dT%H:%M:%S.000Z}"


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Messages of last year and of today, captured, indexed and found; then the engine's process ends."""
    with serving() as quire, ExitStack() as engine:
        url = engine.enter_context(embedded())
        monkeypatch.setenv("QUIRE_SEARCH_ENDPOINT", url)
        config.settings.cache_clear()
        start_anew()
        quire.capture(
            fact("0", text="last year", at=ago(days=300)),
            fact("1", text="first", at=ago(hours=5)),
            fact("2", user="U2", text="second", at=ago(hours=4)),
            fact("3", text="third", at=ago(hours=3), thread="1"),
            fact("2", text="second, better", at=ago(hours=2), edit=True),
        )
        with OpenSearch([url]) as client:
            assert replace(quire, engine=client).index() == {"batchItemFailures": []}
        whole = quire.ask("GET", where(quire))
        assert said(whole) == ["last year", "first", "second, better", "third"]
        assert "partial" not in whole.body
        engine.close()
        yield quire
    config.settings.cache_clear()


def where(quire: Serving) -> str:
    return f"/v1/conversations/{quire.ask('GET', '/v1/channels').body['channels'][0]['channelId']}"


def said(answer: Any) -> list[str]:
    assert answer.status == 200, answer.body
    return [each["content"] for each in answer.body["messages"]]


def test_a_conversation_says_that_it_is_partial(chat: Serving) -> None:
    answer = chat.ask("GET", where(chat))
    assert said(answer) == ["first", "second, better", "third"]
    assert (answer.body["partial"], answer.body["reason"]) == (True, "index-unavailable")
    since, until = (datetime.fromisoformat(answer.body["window"][each]) for each in ("since", "until"))
    assert timedelta(days=87) < NOW - since < timedelta(days=89)
    assert until >= NOW
    assert acts(chat)[-1]["status"] == 200


def test_page_by_page_and_at_another_moment(chat: Serving) -> None:
    path = where(chat)
    last = chat.ask("GET", path, query={"limit": "1"})
    before = chat.ask("GET", path, query={"limit": "2", "before": last.body["before"]})
    assert said(before) + said(last) == ["first", "second, better", "third"]
    assert before.body["before"] is None
    assert said(chat.ask("GET", path, query={"asOf": ago(hours=3.5)})) == ["first", "second"]
    assert said(chat.ask("GET", path, query={"around": message("2"), "limit": "3"})) == [
        "first",
        "second, better",
        "third",
    ]
    assert said(chat.ask("GET", f"{path}/threads/{message('1')}")) == ["first", "third"]


def test_a_search_says_that_it_is_partial(chat: Serving) -> None:
    """By the same rules, newest first, only as far as it looked."""

    def found(query: str, **more: Any) -> list[str]:
        answer = chat.ask("POST", "/v1/search", {"query": query, **more})
        assert (answer.status, answer.body["partial"]) == (200, True), answer.body
        assert (answer.body["totalRelation"], answer.body["nextCursor"]) == ("gte", None)
        assert all(("<mark>" in "".join(hit["highlights"])) == (query[:1] in ("s", '"')) for hit in answer.body["hits"])
        return [hit["content"] for hit in answer.body["hits"]]

    assert found("second OR third") == ["third", "second, better"]
    assert found('"second, better"') == ["second, better"]
    assert found("is:edited NOT third") == ["second, better"]
    assert found("", filters={"platform": ["slack"]}) == []
    assert found("", filters={"flag": ["edited", "deleted"]}) == ["second, better"]
    assert found("", filters={"flag": ["external"]}) == found("", filters={"fileType": ["pdf"]}) == []
    assert found("last year") == []
    answer = chat.ask("POST", "/v1/search", {"query": "", "limit": 1})
    assert [hit["content"] for hit in answer.body["hits"]] == ["third"]
    assert answer.body["window"]["since"][:19] == ago(hours=3)[:19]
    assert acts(chat)[-1]["detail"]["partial"] is True
    assert chat.ask("POST", "/v1/search", {"query": "(second"}).status == 400
    assert chat.ask("POST", "/v1/search", {"query": "x", "cursor": "x"}).status == 400


def test_a_search_goes_on_page_by_page(chat: Serving) -> None:
    """The window of each page ends where that of the one before it began."""
    pages, cursor = list[Any](), None
    while True:
        asked = {"query": "first OR second OR third", "limit": 1} | ({} if cursor is None else {"cursor": cursor})
        answer = chat.ask("POST", "/v1/search", asked)
        assert (answer.status, answer.body["partial"]) == (200, True), answer.body
        pages.append(answer.body)
        cursor = answer.body["nextCursor"]
        assert len(pages) <= 5
        if cursor is None:
            break
    hits = [hit for page in pages for hit in page["hits"]]
    assert [hit["content"] for hit in hits] == ["third", "second, better", "first"]
    assert [hit["highlights"] for hit in hits] == [
        ["<mark>third</mark>"],
        ["<mark>second</mark>, better", "<mark>second</mark>"],
        ["<mark>first</mark>"],
    ]
    starts, ends = ([page["window"][each] for page in pages] for each in ("since", "until"))
    assert [end[:23] for end in ends[1:]] == [start[:23] for start in starts[:-1]]
    other = chat.ask("POST", "/v1/search", {"query": "first", "limit": 1, "cursor": pages[0]["nextCursor"]})
    assert other.status == 400


def test_messages_and_members(chat: Serving) -> None:
    assert chat.ask("GET", f"/v1/messages/{message('2')}").body["content"] == "second, better"
    assert len(chat.ask("GET", f"{where(chat)}/members").body["members"]) == 2
    assert len(chat.ask("GET", f"/v1/messages/{message('2')}/audience").body["viewers"]) == 2


def test_what_only_the_index_knows_is_unavailable(chat: Serving) -> None:
    """Never a guess: what may be older than the rows is not told to be missing."""
    asked = {"from": ago(hours=6), "to": ago(hours=1)}
    for path, query in ((f"/v1/messages/{message('0')}", None), (f"{where(chat)}/diff", asked)):
        answer = chat.ask("GET", path, query=query)
        assert (answer.status, answer.problem) == (503, "unavailable")
    assert chat.ask("GET", f"{where(chat)}", tenant=GLOBEX).status == 404
