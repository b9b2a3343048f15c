"""One fact, one id, however Microsoft Graph tells it; what a message became is told by all of its states."""

import copy
import json
from typing import Any

import pytest

from quire.connectors.teams.setting import conversation_type, path_ids
from quire.domain.events import Event
from tests.unit.connectors.reading import bodies, kinds, only, read, sample, states

TENANT = "7d1c0a52-3c5e-4b1f-9a55-2f6f0d0c7a01"
TEAM = "5b0e7c3a-64b1-4f0e-8f5f-0a1b2c3d4e05"
CHANNEL = "19:9f0c4f2f6d1e4c7b8a3d5e6f7a8b9c0d@thread.tacv2"
CHAT = "19:2b7d9e4c1f3a4b5c8d6e7f8091a2b3c4@thread.v2"


def resource(name: str = "chatMessage.reply", **changes: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(sample("teams", name))
    return {**value, **changes}


def notified(data: Any, change: str = "created", path: str = "", **item: Any) -> list[Event]:
    """The events of a notification whose content, once opened, is ``data``."""
    collection = json.loads(sample("teams", "notification.sealed"))
    collection["value"][0].update({"changeType": change, **item})
    if path:
        collection["value"][0]["resource"] = path
    return read("teams", collection, opened={"0": json.dumps(data)})


def ids(events: list[Event]) -> list[str]:
    return [event.event_id for event in events]


def state(events: list[Event]) -> Any:
    found = states(events)
    assert len(found) == 1
    return found[0]


def test_a_message_has_one_id_by_notification_page_array_and_export() -> None:
    message = resource("chatMessage.deleted_with_text", deletedDateTime=None, lastModifiedDateTime=None)
    export = json.loads(sample("teams", "export"))[:1]
    ways = [
        notified(message, tenantId=TENANT),
        read("teams", {"value": [message]}, TENANT),
        read("teams", [message], TENANT),
        read("teams", message, context={"tenant": TENANT}),
        read("teams", export, TENANT),
    ]
    assert len({tuple(ids(events)) for events in ways}) == 1


def test_an_edit_has_one_id_whatever_digits_its_time_has() -> None:
    edited = resource("chatMessage.edited")
    exact = resource("chatMessage.edited", lastEditedDateTime="2026-03-02T09:21:40.7500000+00:00")
    assert ids(read("teams", edited)) == ids(read("teams", exact))


def test_each_item_of_a_batch_may_be_another_tenants() -> None:
    batch = json.loads(sample("teams", "notification.sealed"))
    batch["value"].append({**batch["value"][0], "tenantId": "another"})
    message = json.dumps(resource("chatMessage.answer"))
    first, second = read("teams", batch, opened={"0": message, "1": message})
    assert (first.workspace_id, second.workspace_id) == (TENANT, "another")
    assert first.message_id != second.message_id
    first, second = read("teams", batch, "ours", opened={"0": message, "1": message})
    assert first.event_id == second.event_id


def test_the_path_tells_where_the_content_does_not() -> None:
    bare = {"id": "2", "messageType": "message", "createdDateTime": "2026-03-02T09:00:00Z", "body": {"content": "x"}}
    reply = only(notified(bare, path=f"teams('{TEAM}')/channels('{CHANNEL}')/messages('1')/replies('2')"))
    root = only(notified({**bare, "id": "1"}, path=f"teams('{TEAM}')/channels('{CHANNEL}')/messages('1')"))
    chat = only(notified({**bare, "id": None}, path=f"/chats/{CHAT}/messages/7"))
    assert reply.thread_id == reply.parent_message_id == root.message_id
    assert root.thread_id is None
    assert (chat.body.channel.id, chat.body.native.message) == (CHAT, "7")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (f"teams('{TEAM}')/channels('{CHANNEL}')/messages('1')", {"teams": TEAM, "channels": CHANNEL, "messages": "1"}),
        (f"/chats/{CHAT}/messages/1", {"chats": CHAT, "messages": "1"}),
        ("https://graph.microsoft.com/v1.0/$metadata#chats('19%3Ax%40y')/messages/$entity", {"chats": "19:x@y"}),
        ("https://graph.microsoft.com/beta/teams/1-a/channels/19:x@y/messages/delta?$skiptoken=z", None),
        ("users('u')/chats/getAllMessages", {}),
        (None, {}),
        (5, {}),
    ],
)
def test_ids_are_read_from_paths(path: object, found: dict[str, str] | None) -> None:
    assert path_ids(path) == ({"teams": "1-a", "channels": "19:x@y"} if found is None else found)


@pytest.mark.parametrize(
    ("native", "kind"),
    [
        ("19:a_b@unq.gbl.spaces", "direct"),
        ("48:notes", "direct"),
        ("19:meeting_x@thread.v2", "meeting"),
        ("19:x@thread.v2", "group"),
        ("19:x@thread.tacv2", "channel"),
        ("19:x@thread.skype", "channel"),
        ("unknown:1", None),
    ],
)
def test_an_id_tells_the_kind_of_conversation(native: str, kind: str | None) -> None:
    assert conversation_type(native) == kind


def test_the_first_text_survives_edits_and_a_deletion() -> None:
    names = ("chatMessage.deleted", "chatMessage.edited", "chatMessage.reply")
    told = state([event for name in names for event in read("teams", resource(name))])
    assert [version.content.text for version in told.versions] == ["Agreed.", "Agreed, with one change."]
    assert (told.edited_at, told.deleted_at) == ("2026-03-02T09:21:40.75Z", "2026-03-02T11:13:20Z")


def test_a_message_restored_is_deleted_no_more() -> None:
    names = ("chatMessage.restored", "chatMessage.deleted", "chatMessage.reply")
    told = state([event for name in names for event in read("teams", resource(name))])
    assert told.deleted_at is None
    assert told.content.text == "Agreed, with one change."


def test_what_was_blocked_keeps_its_text() -> None:
    blocked = resource("chatMessage.blocked", body={"contentType": "html", "content": ""})
    written = resource("chatMessage.blocked", policyViolation=None, lastModifiedDateTime=None)
    told = state(read("teams", blocked) + read("teams", written))
    assert [version.content.text for version in told.versions] == ["Card 4111 1111 1111 1111", ""]
    assert told.edited_at is None


@pytest.mark.parametrize("action", [None, "none", "notifySender", 5])
def test_a_warning_is_no_block(action: Any) -> None:
    warned = resource("chatMessage.blocked", policyViolation={"dlpAction": action})
    assert "policy" not in {body.cause for body in bodies(read("teams", warned), "message.edited")}


def test_a_reaction_alone_is_no_edit() -> None:
    assert set(kinds(read("teams", resource("chatMessage.reactions")))) == {
        "message.created",
        "reaction.added",
        "reaction.removed",
    }


def test_reactions_seen_twice_stand_once() -> None:
    later = resource("chatMessage.reactions", messageHistory=None)
    later["reactions"][0]["createdDateTime"] = "2026-03-02T09:35:30.120Z"
    told = state(read("teams", resource("chatMessage.reactions")) + read("teams", later))
    assert [(r.emoji, bool(r.removed_at)) for r in told.reactions] == [
        ("👍", False),
        ("party-fern", False),
        ("❤️", True),
    ]


def test_a_notification_of_a_deletion_needs_no_content() -> None:
    deleted = only(read("teams", sample("teams", "notification.deleted")))
    assert deleted.message_id == only(read("teams", resource("chatMessage.reply"))).message_id


def test_net_has_no_time_before_the_year_two() -> None:
    message = resource(
        "chatMessage.reply", lastEditedDateTime="0001-01-01T00:00:00Z", deletedDateTime="0001-01-01T00:00:00Z"
    )
    assert kinds(read("teams", message)) == ["message.created"]


def test_old_data_says_deleted_without_a_time() -> None:
    assert kinds(read("teams", resource("chatMessage.reply", deleted=True))) == ["message.deleted"]
    assert kinds(read("teams", resource("chatMessage.reply", deleted=False))) == ["message.created"]


@pytest.mark.parametrize(
    ("body", "said"),
    [("<p>Welcome!</p>", "Welcome!"), ("hello", "hello"), ("a < b", "a < b"), (None, ""), (5, ""), ({}, "")],
)
def test_old_data_has_a_bare_body(body: Any, said: str) -> None:
    assert bodies(read("teams", resource("chatMessage.reply", body=body)), "message.created")[0].content.text == said


def test_an_announcement_cannot_be_forged_by_typing_it() -> None:
    typed = resource("chatMessage.reply", body={"contentType": "text", "content": "<systemEventMessage/>"})
    event = only(read("teams", typed))
    assert event.body.system is None  # type: ignore[union-attr]
    assert event.body.content.text == "<systemEventMessage/>"  # type: ignore[union-attr]


def test_a_renamed_channel_is_the_one_renamed_not_the_one_told() -> None:
    said, changed = read("teams", resource("chatMessage.channel_renamed"))
    assert said.channel_id != changed.channel_id


def test_a_chat_seen_again_unchanged_is_one_fact() -> None:
    chat = json.loads(sample("teams", "chat"))
    renamed = {**chat, "topic": "Other", "lastUpdatedDateTime": "2026-03-03T00:00:00Z"}
    first, again, later = read("teams", chat), read("teams", [chat]), read("teams", renamed)
    assert ids(first) == ids(again)
    assert ids(first)[0] != ids(later)[0]
    assert ids(first)[1:] == ids(later)[1:]


@pytest.mark.parametrize(
    ("change", "kind"),
    [("created", "member.joined"), ("Deleted", "member.left"), ("updated", "unrecognised conversationMember")],
)
def test_membership_is_told_by_notification(change: str, kind: str) -> None:
    member = json.loads(sample("teams", "members"))["value"][0]
    events = notified(member, change, f"chats('{CHAT}')/members('x')")
    assert kinds(events) == [kind]
    if kind != "unrecognised conversationMember":
        assert only(events).body.channel.id == CHAT  # type: ignore[union-attr]


def test_what_was_opened_may_still_be_anything() -> None:
    for opened in ("5", "[]", "null", '{"id":5}', '{"messageType":"message"}', "not json"):
        events = read("teams", sample("teams", "notification.sealed"), opened={"0": opened})
        assert len(events) == 1


def test_a_page_loses_none_of_its_elements() -> None:
    message = resource("chatMessage.answer")
    events = read("teams", {"value": [message, 5, None, "x", {}, copy.deepcopy(message)]}, TENANT)
    assert [kind.split()[0] for kind in kinds(events)] == ["message.created", *["unrecognised"] * 4, "message.created"]
    assert events[0].event_id == events[-1].event_id


def test_a_card_that_is_no_json_says_its_words() -> None:
    card = {"id": "c", "contentType": "application/vnd.microsoft.card.thumbnail"}
    for content, said in (("<b>Buy</b> now", "Buy now"), ({"title": "T", "text": "a<br>b"}, "T\na\nb"), ("", None)):
        event = only(read("teams", resource("chatMessage.reply", attachments=[{**card, "content": content}])))
        assert event.body.content.attachments[0].text == said  # type: ignore[union-attr]
