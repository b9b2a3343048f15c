"""A conversation at any moment, page by page, on both engines."""

from dataclasses import replace

import pytest

from quire.domain.errors import MalformedError
from quire.domain.events import Event
from quire.search.conversations import Conversations, Stretch
from tests.chat import Chat
from tests.properties.test_moments import agrees, by_message, dice_of, instants, replay, story
from tests.search_engines import Bench

MESSAGES = 9


@pytest.fixture
def told(search: Bench) -> list[Event]:
    """A conversation with a past, indexed."""
    events = [each.model_copy(update={"tenant_id": search.tenant}) for each in story(7, MESSAGES)]
    search.index(*events)
    return events


def paged(conversations: Conversations, at: str, limit: int) -> list[str]:
    """Back from the latest to the beginning and forth again; both ways must tell the same."""
    channel = Chat().channel_id
    stretch, back = conversations.latest(channel, limit, at), list[str]()
    while True:
        back = ids(stretch) + back
        if stretch.before is None:
            break
        stretch = conversations.onward(channel, "before", stretch.before, limit, at)
    forth = ids(stretch)
    while stretch.after is not None:
        stretch = conversations.onward(channel, "after", stretch.after, limit, at)
        forth += ids(stretch)
    assert forth == back
    return back


def ids(stretch: Stretch) -> list[str]:
    return [document["message_id"] for document in stretch.documents]


def test_every_page_is_of_that_moment(search: Bench, told: list[Event]) -> None:
    conversations = Conversations(search.engine, search.tenant)
    for number, at in enumerate(instants(told, dice_of(7))):
        room = replay(told, at)
        assert sorted(paged(conversations, at, number % 4 + 1)) == sorted(room)
        for document in conversations.latest(Chat().channel_id, MESSAGES, at).documents:
            agrees(document, room[document["message_id"]])


def test_in_the_order_they_were_sent(search: Bench, told: list[Event]) -> None:
    sent = {str(each.message_id): each.occurred_at for each in told if each.kind == "message.created"}
    now = Conversations(search.engine, search.tenant)
    whole = ids(now.latest(Chat().channel_id, MESSAGES))
    assert len(whole) == len(by_message(told)) == MESSAGES
    for at in sorted(sent.values()):
        assert paged(now, at, 2) == [each for each in whole if each in replay(told, at)]


def test_around_a_message_and_a_time(search: Bench) -> None:
    chat = Chat(tenant=search.tenant)
    search.index(*(chat.says(f"m{n}", str(n), f"2026-03-0{n + 1}T09:00:00Z") for n in range(6)))
    conversations, at = Conversations(search.engine, search.tenant), "2026-03-04T09:00:00Z"
    stretch = conversations.around(chat.channel_id, "2026-03-03T00:00:00Z", 4, at)
    assert [each["content"] for each in stretch.documents] == ["m0", "m1", "m2", "m3"]
    assert stretch.after is None
    (middle,) = conversations.around(chat.channel_id, "2026-03-03T09:00:00Z", 1, at).documents
    assert middle["content"] == "m2"
    around = conversations.around_message(chat.channel_id, middle, 3, at)
    assert [each["content"] for each in around.documents] == ["m1", "m2", "m3"]


def test_a_cursor_belongs_to_its_moment(search: Bench) -> None:
    chat = Chat(tenant=search.tenant)
    search.index(*(chat.says(f"m{n}", str(n), f"2026-03-0{n + 1}T09:00:00Z") for n in range(3)))
    conversations, at = Conversations(search.engine, search.tenant), "2026-03-09T09:00:00Z"
    cursor = conversations.latest(chat.channel_id, 1, at).before
    assert cursor is not None
    for other in (None, "2026-03-08T09:00:00Z"):
        with pytest.raises(MalformedError):
            conversations.onward(chat.channel_id, "before", cursor, 1, other)


def test_nothing_of_another_tenant(search: Bench, told: list[Event]) -> None:
    stranger = Conversations(search.engine, type(search.tenant)("stranger"))
    assert stranger.latest(Chat().channel_id, 5, told[0].occurred_at) == Stretch([], None, None)
    other = replace(Chat(), tenant=search.tenant, channel=Chat().channel.model_copy(update={"id": "C7"}))
    assert Conversations(search.engine, search.tenant).latest(other.channel_id, 5, told[0].occurred_at).documents == []
