"""Conversations around a moment, on both engines."""

import pytest

from quire.domain.errors import MalformedError
from quire.search.conversations import Conversations
from quire.search.stretches import Part, Stretch
from tests.chat import Chat
from tests.search_engines import Bench

POOLED = "opensearch"
"""These are asked of a tenant of a pool too (conftest)."""


@pytest.fixture
def chat(search: Bench) -> Chat:
    """A channel with ten messages, two an instant, and another channel."""
    chat = Chat(tenant=search.tenant)
    other = Chat(tenant=search.tenant, channel=chat.channel.model_copy(update={"id": "C2"}))
    search.index(
        *(chat.says(f"message {n}", str(n), at(n)) for n in range(10)),
        *(other.says("elsewhere", str(n), at(n)) for n in range(10)),
    )
    return chat


def at(number: int) -> str:
    return f"2026-03-0{number // 2 + 1}T09:00:00.000000001Z"


@pytest.fixture
def conversations(search: Bench) -> Conversations:
    return Conversations(search.ours)


def said(stretch: Stretch) -> list[str]:
    return [document["platform_id"] for document in stretch.documents]


def in_order(chat: Chat) -> list[str]:
    return sorted((str(n) for n in range(10)), key=lambda n: (at(int(n)), chat.message_id(n)))


def test_the_latest(conversations: Conversations, chat: Chat) -> None:
    stretch = conversations.latest(Part(chat.channel_id), 3)
    assert said(stretch) == in_order(chat)[-3:]
    assert stretch.before is not None
    assert stretch.after is None


@pytest.mark.parametrize("limit", [1, 2, 3, 20])
def test_back_to_the_beginning_and_forth_again(conversations: Conversations, chat: Chat, limit: int) -> None:
    stretch, back = conversations.latest(Part(chat.channel_id), limit), list[str]()
    while True:
        back = said(stretch) + back
        if stretch.before is None:
            break
        stretch = conversations.onward(Part(chat.channel_id), "before", stretch.before, limit)
    assert back == in_order(chat)
    forth = said(stretch)
    while stretch.after is not None:
        stretch = conversations.onward(Part(chat.channel_id), "after", stretch.after, limit)
        forth += said(stretch)
    assert forth == in_order(chat)


def test_around_a_message(conversations: Conversations, chat: Chat) -> None:
    for number in range(10):
        document = conversations.message(chat.message_id(str(number)))
        assert document is not None
        stretch = conversations.around_message(Part(chat.channel_id), document, 5)
        place = in_order(chat).index(str(number))
        assert str(number) in said(stretch)
        assert said(stretch) == in_order(chat)[max(0, place - 2) : place + 5 - min(place, 2)]


def test_around_a_time(conversations: Conversations, chat: Chat) -> None:
    stretch = conversations.around(Part(chat.channel_id), "2026-03-03T00:00:00Z", 4)
    assert said(stretch) == in_order(chat)[2:6]
    assert said(conversations.around(Part(chat.channel_id), "1999-01-01T00:00:00Z", 4)) == in_order(chat)[:4]
    assert said(conversations.around(Part(chat.channel_id), "2999-01-01T00:00:00Z", 4)) == in_order(chat)[-2:]
    assert said(conversations.around(Part(chat.channel_id), at(4), 2))[-1] == in_order(chat)[4]


def test_a_cursor_belongs_to_its_conversation(conversations: Conversations, chat: Chat) -> None:
    cursor = conversations.latest(Part(chat.channel_id), 3).before
    assert cursor is not None
    with pytest.raises(MalformedError):
        conversations.onward(Part(type(chat.channel_id)("another")), "before", cursor, 3)


def test_another_tenant_sees_nothing(search: Bench, chat: Chat) -> None:
    stranger = Conversations(search.engine.for_tenant(type(search.tenant)("stranger")))
    assert stranger.latest(Part(chat.channel_id), 3) == Stretch([], None, None)
    assert stranger.message(chat.message_id("1")) is None


def test_threads_announcements_edits_and_deletions_are_part_of_it(search: Bench) -> None:
    chat = Chat(tenant=search.tenant, channel=Chat().channel.model_copy(update={"id": "C9"}))
    search.index(
        chat.says("root", "1", "2026-03-01T00:00:00Z"),
        chat.says("reply", "2", "2026-03-02T00:00:00Z", thread="1"),
        chat.says("joined", "3", "2026-03-03T00:00:00Z", system="channel_join"),
        chat.says("gone", "4", "2026-03-04T00:00:00Z"),
        chat.deletes("4", "2026-03-05T00:00:00Z"),
    )
    documents = Conversations(search.ours).latest(Part(chat.channel_id), 10).documents
    assert [document["platform_id"] for document in documents] == ["1", "2", "3", "4"]
    assert documents[1]["thread_id"] == chat.message_id("1")
    assert documents[2]["system"] == "channel_join"
    assert documents[3]["is_deleted"]
    assert documents[3]["content"] == "gone"


def test_a_conversation_goes_on_under_another_id(search: Bench, chat: Chat) -> None:
    """A Telegram group that became a supergroup: what was said before and after is read as one, by either id."""
    later = Chat(tenant=search.tenant, channel=chat.channel.model_copy(update={"id": "C9"}))
    search.index(later.says("message 10", "10", "2026-03-09T09:00:00Z"))
    ids = [chat.channel_id, later.channel_id]
    joined = Conversations(search.ours, lambda _: ids)
    assert said(joined.latest(Part(later.channel_id), 20)) == [*in_order(chat), "10"]
    assert said(joined.latest(Part(chat.channel_id), 2))[-1] == "10"
    assert joined.holds(Part(chat.channel_id), joined.latest(Part(later.channel_id), 1).documents[0])
