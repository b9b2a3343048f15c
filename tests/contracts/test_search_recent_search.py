"""Searching what was captured lately, without an index."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from quire.domain.events import Event
from quire.domain.ids import TenantId
from quire.search import recent_search as module
from quire.search.directory import sightings
from quire.search.documents import Document
from quire.search.known import KnownEvents, SegmentEvents
from quire.search.recent_search import RecentSearch
from tests.chat import ACME, Chat
from tests.contracts.test_search_recent import keep
from tests.moto_aws import Stack, stack

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHOLE = "2025-12-04T12:00:00.000000000Z"


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def captured(aws: Stack, *events: Event) -> None:
    keep(aws, *events)
    for entries in sightings(events).channels:
        for entry in entries:
            aws.directory.note_channel(ACME, entry)


def search(aws: Stack, tenant: TenantId = ACME) -> RecentSearch:
    segments = SegmentEvents(lambda *_: [], lambda *_: [])
    return RecentSearch(aws.rows, KnownEvents(aws.rows, segments, 90), aws.directory, tenant, lambda: NOW)


def says(word: str) -> Any:
    return lambda document: word in document["content"]


def said(documents: list[Document]) -> list[str]:
    return [document["content"] for document in documents]


@pytest.fixture
def chat(aws: Stack) -> Chat:
    chat, other = Chat(), Chat(channel=Chat().channel.model_copy(update={"id": "C2"}))
    captured(
        aws,
        chat.says("merger, a month ago", "1", "2026-02-02T09:00:00Z"),
        other.says("merger elsewhere", "2", "2026-03-01T09:00:00Z"),
        chat.says("lunch", "3", "2026-03-02T11:30:00Z"),
        chat.says("buy", "4", "2026-03-02T11:40:00Z"),
        chat.edits("merger now", "4", "2026-03-02T11:45:00Z"),
        chat.says("merger last year", "5", "2025-03-02T11:40:00Z"),
    )
    return chat


def test_newest_first_in_all_conversations_as_they_stand(aws: Stack, chat: Chat) -> None:
    found = search(aws).find(says("merger"), 10)
    assert said(found.documents) == ["merger now", "merger elsewhere", "merger, a month ago"]
    assert found.since == WHOLE
    assert chat.channel_id == found.documents[0]["channel_id"]


@pytest.mark.usefixtures("chat")
def test_it_says_how_far_it_looked(aws: Stack) -> None:
    found = search(aws).find(says("merger"), 2)
    assert said(found.documents) == ["merger now", "merger elsewhere"]
    assert found.since == "2026-03-01T09:00:00Z"
    assert search(aws).find(says("zebra"), 2) == module.Found([], WHOLE)


@pytest.mark.usefixtures("chat")
def test_within_a_stretch_of_time(aws: Stack) -> None:
    found = search(aws).find(says("merger"), 9, "2026-02-02T09:00:00Z", "2026-03-02T11:40:00Z")
    assert said(found.documents) == ["merger elsewhere", "merger, a month ago"]
    assert search(aws).find(says("merger"), 9, "2026-02-02T09:00:00.000000001Z").documents[-1]["message_id"] == (
        Chat(channel=Chat().channel.model_copy(update={"id": "C2"})).message_id("2")
    )


@pytest.mark.usefixtures("chat")
def test_it_stops_where_there_is_too_much(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MESSAGES", 2)
    found = search(aws).find(says("merger"), 9)
    assert said(found.documents) == ["merger now"]
    assert "2026-03-01T09:00:00Z" < found.since < "2026-03-02T11:30:00Z"


def paged(aws: Stack, limit: int, most: int = 30) -> list[module.Found]:
    """All pages of a search for everything."""
    pages = [search(aws).find(says(""), limit)]
    while (place := pages[-1].next) is not None:
        assert len(pages) < most
        pages.append(search(aws).find(says(""), limit, before=place))
    return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("most", [3, 5, 2_000])
def test_page_by_page_each_message_once(aws: Stack, monkeypatch: pytest.MonkeyPatch, limit: int, most: int) -> None:
    """Also where three share an instant, and where one request may look at few."""
    monkeypatch.setattr(module, "MOST_MESSAGES", most)
    chat, at = Chat(), ["2026-03-02T11:30:00.000000001Z", "2026-03-01T09:00:00Z", "2026-01-15T09:00:00Z"]
    captured(aws, *(chat.says(f"{n}", str(n), at[n // 3]) for n in range(8)))
    pages = paged(aws, limit)
    found = [each for page in pages for each in page.documents]
    assert sorted(said(found)) == [str(n) for n in range(8)]
    order = [(each["instant"], each["place"]) for each in found]
    assert order == sorted(order, reverse=True)
    assert all(len(page.documents) <= limit for page in pages)
    assert pages[-1].since == WHOLE
    if most > 8:
        assert all(page.documents for page in pages[:-1]), "only the last page is empty, if any"


def test_a_second_with_more_than_may_be_looked_at_ends_it(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MESSAGES", 2)
    captured(aws, *(Chat().says(f"{n}", str(n), f"2026-03-01T09:00:00.{n}Z") for n in range(4)))
    pages = paged(aws, 10)
    assert [each for page in pages for each in page.documents] == []
    assert pages[-1].since > "2026-03-01T09:00:00.3Z"


@pytest.mark.usefixtures("chat")
def test_nothing_of_another_tenant(aws: Stack) -> None:
    assert search(aws, TenantId("globex")).find(says(""), 9).documents == []
