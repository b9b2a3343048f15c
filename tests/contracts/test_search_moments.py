"""A conversation at any moment, page by page, on both engines."""

from dataclasses import replace
from itertools import combinations

import pytest

from quire.domain.errors import MalformedError
from quire.domain.events import Event
from quire.domain.time import nanoseconds
from quire.search.conversations import Conversations
from quire.search.documents import Document
from quire.search.stretches import Part, Stretch
from tests.chat import Chat
from tests.properties.test_differences import put_upon, visible
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
    part = Part(Chat().channel_id, at)
    stretch, back = conversations.latest(part, limit), list[str]()
    while True:
        back = ids(stretch) + back
        if stretch.before is None:
            break
        stretch = conversations.onward(part, "before", stretch.before, limit)
    forth = ids(stretch)
    while stretch.after is not None:
        stretch = conversations.onward(part, "after", stretch.after, limit)
        forth += ids(stretch)
    assert forth == back
    return back


def ids(stretch: Stretch) -> list[str]:
    return [document["message_id"] for document in stretch.documents]


def test_every_page_is_of_that_moment(search: Bench, told: list[Event]) -> None:
    conversations = Conversations(search.ours)
    for number, at in enumerate(instants(told, dice_of(7))):
        room = replay(told, at)
        assert sorted(paged(conversations, at, number % 4 + 1)) == sorted(room)
        for document in conversations.latest(Part(Chat().channel_id, at), MESSAGES).documents:
            agrees(document, room[document["message_id"]])


def test_in_the_order_they_were_sent(search: Bench, told: list[Event]) -> None:
    sent = {str(each.message_id): each.occurred_at for each in told if each.kind == "message.created"}
    now = Conversations(search.ours)
    whole = ids(now.latest(Part(Chat().channel_id), MESSAGES))
    assert len(whole) == len(by_message(told)) == MESSAGES
    for at in sorted(sent.values()):
        assert paged(now, at, 2) == [each for each in whole if each in replay(told, at)]


def test_around_a_message_and_a_time(search: Bench) -> None:
    chat = Chat(tenant=search.tenant)
    search.index(*(chat.says(f"m{n}", str(n), f"2026-03-0{n + 1}T09:00:00Z") for n in range(6)))
    conversations, part = Conversations(search.ours), Part(chat.channel_id, "2026-03-04T09:00:00Z")
    stretch = conversations.around(part, "2026-03-03T00:00:00Z", 4)
    assert [each["content"] for each in stretch.documents] == ["m0", "m1", "m2", "m3"]
    assert stretch.after is None
    (middle,) = conversations.around(part, "2026-03-03T09:00:00Z", 1).documents
    assert middle["content"] == "m2"
    around = conversations.around_message(part, middle, 3)
    assert [each["content"] for each in around.documents] == ["m1", "m2", "m3"]


def test_a_cursor_belongs_to_its_moment(search: Bench) -> None:
    chat = Chat(tenant=search.tenant)
    search.index(*(chat.says(f"m{n}", str(n), f"2026-03-0{n + 1}T09:00:00Z") for n in range(3)))
    conversations, at = Conversations(search.ours), "2026-03-09T09:00:00Z"
    cursor = conversations.latest(Part(chat.channel_id, at), 1).before
    assert cursor is not None
    for other in (None, "2026-03-08T09:00:00Z"):
        with pytest.raises(MalformedError):
            conversations.onward(Part(chat.channel_id, other), "before", cursor, 1)


def test_nothing_of_another_tenant(search: Bench, told: list[Event]) -> None:
    stranger = Conversations(search.engine.for_tenant(type(search.tenant)("stranger")))
    assert stranger.latest(Part(Chat().channel_id, told[0].occurred_at), 5) == Stretch([], None, None)
    other = replace(Chat(), tenant=search.tenant, channel=Chat().channel.model_copy(update={"id": "C7"}))
    assert Conversations(search.ours).latest(Part(other.channel_id, told[0].occurred_at), 5).documents == []


def test_the_difference_put_upon_one_moment_gives_another(search: Bench, told: list[Event]) -> None:
    """Page by page, whatever lies between; messages to which nothing happened meanwhile are not read."""
    conversations, channel = Conversations(search.ours), Chat().channel_id
    moments = sorted(instants(told, dice_of(11)), key=nanoseconds)
    for number, (since, until) in enumerate(combinations(moments[::3], 2)):
        room = {each: visible(document) for each, document in room_at(conversations, since).items()}
        happened = {
            str(each.message_id)
            for each in told
            if nanoseconds(since) < nanoseconds(each.occurred_at) <= nanoseconds(until)
        }
        cursor: str | None = None
        while True:
            changes, cursor = conversations.changes(channel, since, until, cursor, number % 3 + 1)
            for change in changes:
                message = change.after["message_id"]
                assert room.get(message) == visible(change.before)
                assert message in happened or change.before is None
                room[message] = put_upon(change.before, change)
            if cursor is None:
                break
        assert room == {each: visible(document) for each, document in room_at(conversations, until).items()}


def room_at(conversations: Conversations, at: str) -> dict[str, Document]:
    found = conversations.latest(Part(Chat().channel_id, at), MESSAGES).documents
    return {document["message_id"]: document for document in found}


def test_a_thread(search: Bench) -> None:
    chat = Chat(tenant=search.tenant)
    root = "1"
    search.index(
        chat.says("root", root, "2026-03-01T09:00:00Z"),
        *(chat.says(f"r{n}", f"r{n}", f"2026-03-0{n + 2}T09:00:00Z", thread=root) for n in range(5)),
        *(chat.says(f"m{n}", f"m{n}", f"2026-03-0{n + 2}T09:00:00Z") for n in range(5)),
    )
    conversations, thread = Conversations(search.ours), chat.message_id(root)
    part = Part(chat.channel_id, thread=thread)
    stretch, words = conversations.first(part, 2), list[str]()
    assert stretch.before is None
    while True:
        words += [each["content"] for each in stretch.documents]
        if stretch.after is None:
            break
        stretch = conversations.onward(part, "after", stretch.after, 2)
    assert words == ["root", "r0", "r1", "r2", "r3", "r4"]
    assert stretch.before is not None
    back = conversations.onward(part, "before", stretch.before, 2)
    assert [each["content"] for each in back.documents] == ["r1", "r2"]
    then = Part(chat.channel_id, "2026-03-03T09:00:00Z", thread)
    assert [each["content"] for each in conversations.latest(then, 9).documents] == ["root", "r0", "r1"]
    assert conversations.first(Part(chat.channel_id, thread=chat.message_id("m1")), 9).documents[0]["content"] == "m1"
