"""Pages, cursors, totals and highlights, on both engines."""

import base64

import orjson
import pytest

from quire.domain.errors import MalformedError
from quire.search import documents
from quire.search.conversations import Conversations
from quire.search.query import Question
from quire.search.searcher import Page
from quire.search.stretches import Part
from quire.search.tenant_engine import TenantEngine
from tests.chat import Chat
from tests.search_engines import Bench

POOLED = "opensearch"
"""These are asked of a tenant of a pool too (conftest)."""


@pytest.fixture
def chat(search: Bench) -> Chat:
    return Chat(tenant=search.tenant)


def pages(search: Bench, question: Question, most: int = 20) -> list[Page]:
    """All pages of a question."""
    read = [search.searcher().search(question)]
    while read[-1].next_cursor is not None:
        assert len(read) < most
        read.append(search.searcher().search(question, read[-1].next_cursor))
    return read


def ids(read: list[Page]) -> list[str]:
    return [hit.document["platform_id"] for page in read for hit in page.hits]


@pytest.mark.parametrize("question", [Question(limit=3), Question(text="word", limit=3)], ids=["by time", "ranked"])
def test_every_hit_once_and_in_order(search: Bench, chat: Chat, question: Question) -> None:
    """Seven messages at three instants, in two months: ties are settled by id."""
    times = ["2026-02-28T09:00:00.000000001Z", "2026-03-02T09:00:00.000000001Z", "2026-03-02T09:00:00.000000002Z"]
    search.index(*(chat.says("word", str(n), times[n % 3]) for n in range(7)))
    read = pages(search, question)
    assert [len(page.hits) for page in read] == [3, 3, 1]
    assert {page.total for page in read} == {7}
    once = search.searcher().search(Question(text=question.text, limit=100))
    assert ids(read) == ids([once])
    assert len(set(ids(read))) == 7


def test_a_full_last_page_has_no_next(search: Bench, chat: Chat) -> None:
    search.index(*(chat.says("word", str(n)) for n in range(4)))
    for text in ("", "word"):
        assert [len(page.hits) for page in pages(search, Question(text=text, limit=2))] == [2, 2]


@pytest.mark.parametrize("text", ["", "word"])
def test_what_comes_meanwhile_moves_no_page(search: Bench, chat: Chat, text: str) -> None:
    search.index(*(chat.says("word", f"old {n}", f"2026-03-0{n + 1}T00:00:00Z") for n in range(4)))
    question = Question(text=text, limit=2)
    first = search.searcher().search(question)
    new = (chat.says("word", f"new {n}", f"2026-03-1{n}T00:00:00Z") for n in range(3))
    search.index(*(each.model_copy(update={"captured_at": "2200-01-01T00:00:00Z"}) for each in new))
    second = search.searcher().search(question, first.next_cursor)
    assert ids([first, second]) == ["old 3", "old 2", "old 1", "old 0"]
    assert second.next_cursor is None


@pytest.mark.parametrize("text", ["", "word"])
def test_long_messages_make_shorter_pages(
    search: Bench, chat: Chat, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function's answer has a limit in bytes; none of the messages gets lost over it."""
    monkeypatch.setattr(documents, "MAX_PAGE_BYTES", 50_000)
    long = "word " * 4_000
    search.index(*(chat.says(long, str(n), f"2026-03-0{n + 1}T00:00:00Z") for n in range(5)))
    read = pages(search, Question(text=text, limit=100))
    assert ids(read) == ["4", "3", "2", "1", "0"]
    assert len(read) > 1
    conversations = Conversations(search.ours)
    latest = conversations.latest(Part(chat.channel_id), 100)
    assert latest.before is not None
    assert latest.documents[-1]["platform_id"] == "4"


def test_only_later_ranked_pages_take_a_snapshot(search: Bench, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = TenantEngine.open_snapshot

    def open_snapshot(self: TenantEngine) -> str | None:
        opened.append(self.tenant)
        return real(self)

    monkeypatch.setattr(TenantEngine, "open_snapshot", open_snapshot)
    search.index(*(chat.says("word", str(n)) for n in range(6)))
    pages(search, Question(limit=2))
    search.searcher().search(Question(text="word", limit=2))
    assert opened == []
    pages(search, Question(text="word", limit=2))
    assert opened == [search.tenant]


def test_an_expired_snapshot_is_followed_by_a_new_one(search: Bench, chat: Chat) -> None:
    search.index(*(chat.says("word", str(n), f"2026-03-0{n + 1}T00:00:00Z") for n in range(6)))
    question = Question(text="word", limit=2)
    first = search.searcher().search(question)
    second = search.searcher().search(question, first.next_cursor)
    search.ours.close_snapshot(snapshot_in(second))
    third = search.searcher().search(question, second.next_cursor)
    assert ids([first, second, third]) == ["5", "4", "3", "2", "1", "0"]


def test_a_snapshot_that_is_none_is_no_cursor(search: Bench, chat: Chat) -> None:
    search.index(*(chat.says("word", str(n)) for n in range(6)))
    question = Question(text="word", limit=2)
    second = search.searcher().search(question, search.searcher().search(question).next_cursor)
    assert second.next_cursor is not None
    value = orjson.loads(base64.urlsafe_b64decode(second.next_cursor + "=="))
    forged = base64.urlsafe_b64encode(orjson.dumps({**value, "snapshot": "junk"})).decode().rstrip("=")
    with pytest.raises(MalformedError):
        search.searcher().search(question, forged)


def test_pages_go_on_when_there_is_no_room_for_snapshots(
    search: Bench, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    search.index(*(chat.says("word", str(n), f"2026-03-0{n + 1}T00:00:00Z") for n in range(6)))
    monkeypatch.setattr(TenantEngine, "open_snapshot", lambda _: None)
    assert ids(pages(search, Question(text="word", limit=2))) == ["5", "4", "3", "2", "1", "0"]


def snapshot_in(page: Page) -> str:
    assert page.next_cursor is not None
    return str(orjson.loads(base64.urlsafe_b64decode(page.next_cursor + "=="))["snapshot"])


def test_a_cursor_belongs_to_its_question_and_tenant(search: Bench, chat: Chat) -> None:
    search.index(*(chat.says("word", str(n)) for n in range(4)))
    cursor = search.searcher().search(Question(text="word", limit=2)).next_cursor
    for other in (Question(text="words", limit=2), Question(limit=2), Question(text="word", sort="newest", limit=2)):
        with pytest.raises(MalformedError):
            search.searcher().search(other, cursor)
    stranger = type(search.searcher())(search.engine.for_tenant(type(search.tenant)("stranger")))
    with pytest.raises(MalformedError):
        stranger.search(Question(text="word", limit=2), cursor)
    assert search.searcher().search(Question(text="word", limit=100), cursor).total == 4


def test_highlights(search: Bench, chat: Chat) -> None:
    search.index(
        chat.says('<b>The traders were</b> "running" & late', "words"),
        chat.says("sell it", "history", at="2026-03-01T00:00:00Z"),
        chat.edits("hello", "history"),
        chat.says("会議の議事録を送って", "cjk", at="2026-02-01T00:00:00Z"),
    )

    def marked(text: str) -> list[str]:
        (hit,) = search.searcher().search(Question(text=text)).hits
        return hit.highlights

    assert marked("trader late") == [
        "&lt;b&gt;The <mark>traders</mark> were&lt;/b&gt; &quot;running&quot; &amp; <mark>late</mark>"
    ]
    assert marked("sell") == ["<mark>sell</mark> it"]
    assert marked("議事録") == ["会議の<mark>議事録</mark>を送って"]
    assert marked('"traders were"') == [
        "&lt;b&gt;The <mark>traders</mark> <mark>were</mark>&lt;/b&gt; &quot;running&quot; &amp; late"
    ]
    assert all(hit.highlights == [] for hit in search.searcher().search(Question()).hits)


def test_a_very_long_message_is_marked_at_its_beginning(search: Bench, chat: Chat) -> None:
    search.index(chat.says("early " + "filler " * 200_000 + "late", "1"))
    for text, marked in (("early", True), ("late", False)):
        (hit,) = search.searcher().search(Question(text=text)).hits
        assert bool(hit.highlights) == marked or not search.real  # the embedded engine looks at everything


def test_a_message_holding_our_marks(search: Bench, chat: Chat) -> None:
    search.index(chat.says("\ue000<script>\ue001 word \ue001\ue000", "1"))
    (hit,) = search.searcher().search(Question(text="word")).hits
    assert "<script>" not in "".join(hit.highlights)
    assert "<mark>word</mark>" in "".join(hit.highlights)
