"""What Telegram tells besides messages: announcements, members, chats, and what is no fact about messages."""

from typing import Any

import pytest

from tests.unit.connectors.reading import bodies, kinds, read, sample, samples

BEN, BOT, DESK = "4503599627370495", "6100000001", "-1002233445566"

NO_FACTS = {
    "business_connection": "business_connection",
    "business_connection.ended": "business_connection",
    "callback_query": "callback_query",
    "chat_join_request": "chat_join_request",
    "error": "error:409",
    "get_updates": "poll_answer",
    "inaccessible": "inaccessible_message",
    "inline_query": "inline_query",
    "message_reaction_count": "message_reaction_count",
    "poll": "poll",
    "poll_answer": "poll_answer",
    "subscription": "subscription",
}
NEW = {"message.new_kind": "message/hologram", "new_update": "telepathic_message"}


def events(name: str) -> Any:
    return read("telegram", sample("telegram", name), workspace=BOT)


@pytest.mark.parametrize("name", samples("telegram"))
def test_only_what_tells_of_no_message_is_not_recognised(name: str) -> None:
    unknown = [event.body.type for event in events(name) if event.kind == "unrecognised"]
    expected = NO_FACTS.get(name) or NEW.get(name)
    assert unknown == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("service.joined", "Added: Ben, Meridian Archive"),
        ("service.joined_alone", "Joined: Ben"),
        ("service.left", "Left: Ben"),
        ("service.removed", "Removed: Ben"),
        ("service.renamed", "Renamed to Desk Warszawa"),
        ("service.picture", "New chat photo"),
        ("service.timer", "Messages are deleted after 86400 seconds"),
        ("service.timer_off", "Messages are kept"),
        ("service.pinned", "Pinned: Fees are 1.4 % 👍"),
        ("service.pinned_inaccessible", "Pinned: a message"),
        ("service.topic_created", "Forum topic created: Rates"),
        ("service.video_chat_ended", "Video chat ended: after 3600 seconds"),
        ("service.video_chat_invited", "Video chat participants invited: Ben, Anna Kowalska"),
        ("service.tasks_done", "Checklist Onboarding:\ndone: Signature\nnot done: Passport"),
        ("service.payment", "Successful payment: 250 Stars"),
    ],
)
def test_announcements_can_be_read(name: str, text: str) -> None:
    event = events(name)[0]
    assert event.kind == "message.created"
    assert event.body.system
    assert event.body.content.text == text


def test_new_kinds_are_shown_and_counted() -> None:
    shown, counted = events("message.new_kind")
    assert (shown.body.content.text, shown.body.system) == ("Hologram: A thing of the future", None)
    assert counted.kind == "unrecognised"
    assert events("new_update")[0].body.content.text == "From an API yet to come"


def test_members_come_and_go() -> None:
    assert [m.member.id for m in bodies(events("service.joined"), "member.joined")] == [BEN, BOT]
    assert bodies(events("service.joined"), "member.joined")[0].by.name == "Anna Kowalska"
    assert bodies(events("service.left"), "member.left")[0].by is None
    assert bodies(events("service.removed"), "member.left")[0].by.name == "Anna Kowalska"
    assert bodies(events("my_chat_member"), "member.joined")[0].member.type == "bot"
    assert bodies(events("my_chat_member.blocked"), "member.left")[0].channel.type == "direct"


def test_announcement_and_update_of_one_arrival_are_one_fact() -> None:
    announced = [event for event in events("service.joined_alone") if event.kind == "member.joined"]
    assert [event.event_id for event in announced] == [event.event_id for event in events("chat_member")]


def test_standing_changes_without_coming_or_going() -> None:
    (event,) = events("chat_member.restricted")
    assert (event.kind, event.body.change, event.body.user.id) == ("user.changed", "restricted in Desk Warsaw", BEN)


def test_group_that_became_a_supergroup_is_linked() -> None:
    left, came = (
        [event for event in events(name) if event.kind == "channel.changed"]
        for name in ("service.migrate_to", "service.migrate_from")
    )
    assert [event.event_id for event in left] == [event.event_id for event in came]
    assert (came[0].body.previous_id, came[0].body.channel.id) == ("-599075523", DESK)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("service.renamed", "renamed"),
        ("service.picture", "picture"),
        ("service.timer", "auto-delete timer"),
        ("get_chat", "described"),
    ],
)
def test_chats_change(name: str, change: str) -> None:
    (changed,) = bodies(events(name), "channel.changed")
    assert changed.change == change
    assert changed.channel.id == DESK


def test_lost_access_is_told() -> None:
    assert "access is lost" in events("business_connection.ended")[0].body.reason


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (b"[]", None),
        (b'{"update_id":1}', "update"),
        (b'{"update_id":1,"message":{}}', "message"),
        (b'{"update_id":1,"message":{"message_id":1}}', "message"),
        (b'{"update_id":1,"message_reaction":{"message_id":1}}', "message_reaction"),
        (b'{"update_id":1,"chat_member":{}}', "chat_member"),
        (b'{"message_id":3}', "message_id"),
        (b"7", None),
    ],
)
def test_odd_shapes_are_kept(body: bytes, label: str | None) -> None:
    assert kinds(read("telegram", body)) == [f"unrecognised {label}"]
