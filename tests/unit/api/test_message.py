"""Documents as the API shows them."""

from typing import Any

import orjson

from quire.api.message import message_of
from quire.aws.directory import ChannelEntry, UserEntry
from quire.domain.events import Event
from quire.domain.ids import ChannelId, SubjectId
from quire.domain.message import message_state
from quire.search.directory import Names
from quire.search.documents import document
from tests.chat import ACME, AT, Chat, file, known, mention

NOBODY = Names({}, {})
CHAT = Chat()


def shown(*events: Event, names: Names = NOBODY) -> dict[str, Any]:
    state = message_state(events)
    assert state is not None
    stored = orjson.loads(orjson.dumps(document(state, known(*events), AT)))
    told: dict[str, Any] = message_of(stored, names).model_dump(mode="json", by_alias=True)
    return told


def test_a_plain_message_has_what_every_message_has_and_nothing_else() -> None:
    assert shown(CHAT.says("hello")) == {
        "messageId": CHAT.message_id("1"),
        "tenantId": "acme",
        "platform": "slack",
        "platformId": "1",
        "workspaceId": "W1",
        "connectionId": "slack-1",
        "channelId": CHAT.channel_id,
        "channelType": "channel",
        "userId": CHAT.user_id,
        "userType": "user",
        "content": "hello",
        "contentType": "text/plain",
        "timestamp": AT,
        "editHistory": [],
        "attachments": [],
        "reactions": [],
        "mentions": [],
        "tags": [],
        "complianceFlags": [],
        "revision": 1,
        "evidence": {"segment": "t/acme/journal/2026/03/02/09/s-1-2.qrs", "frame": 0},
    }


def test_what_happened_to_it() -> None:
    chat = CHAT.called("U1", "Alice")
    told = shown(
        chat.says("one", subject="plans", attachments=(file("a.txt", "inside"),), mentions=(mention("U2", "Bob"),)),
        chat.edits("two"),
        chat.called("U2", "Bob").reacts("tada"),
        chat.called("U9").deletes(),
    )
    assert told["content"] == "two"
    assert told["editHistory"] == [{"content": "one", "at": AT, "by": "Alice"}]
    assert told["editedAt"] == "2026-03-02T09:20:00Z"
    assert told["deletedAt"] == "2026-03-02T09:30:00Z"
    assert told["deletedBy"] == "U9"
    assert told["reactions"] == [
        {
            "emoji": "tada",
            "userId": CHAT.called("U2").user_id,
            "userName": "Bob",
            "addedAt": "2026-03-02T09:40:00Z",
        }
    ]
    assert told["attachments"] == [
        {
            "attachmentId": "F-a.txt",
            "name": "a.txt",
            "kind": "file",
            "size": 10,
            "contentType": "text/plain",
            "text": "inside",
            "captureStatus": "referenced",
            "removed": True,
        }
    ]
    assert told["revision"] == 4


def test_names_come_from_the_directory_where_the_message_has_none() -> None:
    channel = ChannelEntry(
        ChannelId(CHAT.channel_id), "slack", "C1", "W1", first_seen_at=AT, name="general", type="channel"
    )
    people = {
        SubjectId(CHAT.called(user).user_id): UserEntry(
            SubjectId(CHAT.called(user).user_id), "slack", user, "W1", seen_at=AT, name=name
        )
        for user, name in (("U1", "Alice"), ("U2", "Bob"))
    }
    names = Names({ChannelId(CHAT.channel_id): channel}, people)
    told = shown(
        CHAT.says("hi", mentions=(mention("U2"), mention("U3"))),
        CHAT.edits("hi you", mentions=(mention("U2"), mention("U3"))),
        CHAT.called("U2").reacts("tada"),
        names=names,
    )
    assert (told["channelName"], told["userName"]) == ("general", "Alice")
    assert told["reactions"][0]["userName"] == "Bob"
    assert told["editHistory"][0]["by"] == "Alice"
    assert told["mentions"] == [
        {"kind": "user", "id": "U2", "name": "Bob", "userId": CHAT.called("U2").user_id},
        {"kind": "user", "id": "U3", "userId": CHAT.called("U3").user_id},
    ]


def test_times_beyond_the_index_are_shown_as_they_came() -> None:
    assert shown(CHAT.says("far", at="9999-12-31T23:59:59.5Z"))["timestamp"] == "9999-12-31T23:59:59.5Z"


def test_only_a_deletion_is_known() -> None:
    told = shown(CHAT.deletes())
    assert told["content"] == ""
    assert told["deletedBy"] == "U1"
    assert "userId" not in told


def test_threads_announcements_and_sharing() -> None:
    told = shown(CHAT.says("x", "2", thread="1", system="channel_join", broadcast=True))
    assert told["threadId"] == told["parentMessageId"] == CHAT.message_id("1")
    assert told["system"] == "channel_join"
    assert told["broadcast"] is True
    assert told["tenantId"] == ACME
