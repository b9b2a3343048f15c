"""What Discord tells besides messages: channels, threads, members, and what is no fact about messages."""

from typing import Any

import pytest

from tests.unit.connectors.reading import bodies, kinds, read, sample, samples

BO, CHANNEL, THREAD = "1186000000000000012", "1186640000000000101", "1477956211834880009"

NO_FACTS = {
    "error.rate_limit": "error",
    "gateway.guild_delete": "GUILD_DELETE",
    "gateway.heartbeat_ack": "op:11",
    "gateway.message_create.new_type": "message/type_99",
    "gateway.message_update.partial": "MESSAGE_UPDATE",
    "gateway.new_event": "MESSAGE_TELEPATHY",
    "gateway.poll_vote": "MESSAGE_POLL_VOTE_ADD",
    "gateway.typing": "TYPING_START",
    "page.empty": None,
    "webhook.authorized": "APPLICATION_AUTHORIZED",
    "webhook.deauthorized": "APPLICATION_DEAUTHORIZED",
    "webhook.entitlement": "ENTITLEMENT_CREATE",
    "webhook.ping": "challenge",
}


def events(name: str) -> Any:
    return read("discord", sample("discord", name))


@pytest.mark.parametrize("name", samples("discord"))
def test_only_what_tells_of_no_message_is_not_recognised(name: str) -> None:
    unknown = [event.body.type for event in events(name) if event.kind == "unrecognised"]
    assert unknown == ([NO_FACTS[name]] if name in NO_FACTS else [])


@pytest.mark.parametrize(
    ("name", "change", "channel"),
    [
        ("gateway.channel_create", "created", "new-desk"),
        ("gateway.channel_update", "updated", "pricing-2026"),
        ("gateway.channel_delete", "deleted", "pricing"),
        ("gateway.thread_create", "created", "Pricing"),
        ("gateway.thread_archived", "archived", "Pricing"),
        ("gateway.thread_delete", "deleted", None),
        ("gateway.thread_list_sync", "described", "Pricing"),
        ("gateway.message_create.renamed", "renamed", "Deal team"),
        ("object.channel", "described", "pricing"),
        ("object.direct", "described", "Ada Meyer"),
        ("object.threads", "described", "Pricing"),
    ],
)
def test_channels_and_threads_change(name: str, change: str, channel: str | None) -> None:
    (changed,) = bodies(events(name), "channel.changed")
    assert (changed.change, changed.channel.name) == (change, channel)


def test_threads_hang_from_their_channel() -> None:
    for name in ("gateway.thread_create", "gateway.thread_delete", "object.threads"):
        (changed,) = bodies(events(name), "channel.changed")
        assert (changed.channel.id, changed.channel.parent) == (THREAD, CHANNEL)
    (channel,) = bodies(events("object.channel"), "channel.changed")
    assert channel.channel.parent is None


def test_creation_is_timed_by_the_platform() -> None:
    assert events("gateway.channel_create")[0].occurred_at == "2026-03-02T09:09:10.000Z"
    assert events("gateway.thread_create")[0].occurred_at == "2026-03-02T09:10:20.000000Z"


def test_members_come_and_go() -> None:
    (joined,) = events("gateway.guild_member_add")
    assert (joined.occurred_at, joined.body.member.name) == ("2026-03-02T08:00:00.500000Z", "Bo (ops)")
    assert bodies(events("gateway.guild_member_remove"), "member.left")[0].member.id == BO
    (updated,) = bodies(events("gateway.guild_member_update"), "user.changed")
    assert updated.user.name == "Bo (risk)"
    added, gone = events("gateway.thread_members_update")
    assert (added.kind, added.body.member.name, added.body.channel.id) == ("member.joined", "Bo (ops)", THREAD)
    assert gone.kind == "member.left"
    assert bodies(events("gateway.message_create.recipient_added"), "member.joined")[0].by.name == "Ada Meyer"


def test_server_as_it_stands_tells_what_is_known_already() -> None:
    """Every connection begins with it: the facts are the same each time."""
    found = events("gateway.guild_create")
    assert kinds(found) == ["channel.changed", "channel.changed", "member.joined"]
    assert found[2].event_id == events("gateway.guild_member_add")[0].event_id
    assert found[1].event_id == events("gateway.thread_list_sync")[0].event_id


def test_user_is_known_otherwise() -> None:
    (changed,) = bodies(events("gateway.user_update"), "user.changed")
    assert changed.user.name == "Rates and fees"


def test_lost_access_is_told() -> None:
    for name in ("webhook.deauthorized", "gateway.guild_delete"):
        assert "access" in events(name)[0].body.reason


@pytest.mark.parametrize(
    ("body", "context", "expected"),
    [
        ({"id": "5", "channel_id": "6"}, {}, "message.deleted"),
        ({"ids": ["5"], "channel_id": "6"}, {}, "message.deleted"),
        ({"message_id": "5", "channel_id": "6"}, {}, "reaction.removed"),
        ({"message_id": "5", "channel_id": "6", "emoji": {"name": "x"}}, {}, "reaction.removed"),
        (
            {"message_id": "5", "channel_id": "6", "user_id": "7", "emoji": {"name": "x"}, "burst_colors": []},
            {},
            "reaction.added",
        ),
        ({"message_id": "5", "channel_id": "6", "user_id": "7", "emoji": {"name": "x"}}, {}, "unrecognised reaction"),
        (
            {"message_id": "5", "channel_id": "6", "user_id": "7", "emoji": {"name": "x"}},
            {"event": "MESSAGE_REACTION_REMOVE"},
            "reaction.removed",
        ),
        (
            {"message_id": "5", "channel_id": "6", "guild_id": "8", "user_id": "7", "emoji": {"name": "x"}},
            {},
            "reaction.removed",
        ),
        ({"op": "0"}, {}, "unrecognised op"),
        ({"op": 0, "t": None, "d": None}, {}, "unrecognised unknown"),
        ({"op": 0, "t": "MESSAGE_DELETE", "d": {}}, {}, "unrecognised None"),
    ],
)
def test_objects_without_their_frame_are_known_by_their_shape(
    body: dict[str, Any], context: dict[str, str], expected: str
) -> None:
    assert kinds(read("discord", body, context=context)) == [expected]
