"""What WhatsApp tells besides messages: announcements, calls, groups, the address book, receipts, accounts."""

from typing import Any

import pytest

from tests.unit.connectors.reading import bodies, kinds, only, read, sample, samples

MEI = "SG.20815577104937265"

NO_FACTS = {
    "account.disconnected": "unrecognised account_update/PARTNER_REMOVED",
    "group.create_failed": "unrecognised group_create",
    "group.join_requested": "unrecognised group_join_request_created",
    "history.declined": "unrecognised history/2593109",
    "status.delivered": "unrecognised status/delivered",
    "status.failed": "unrecognised status/failed",
    "template.approved": "unrecognised message_template_status_update/APPROVED",
    "user_preferences": "unrecognised user_preferences",
}


def events(name: str) -> Any:
    return read("whatsapp", sample("whatsapp", name))


@pytest.mark.parametrize("name", samples("whatsapp"))
def test_only_what_tells_of_no_message_is_not_recognised(name: str) -> None:
    found = kinds(events(name))
    unknown = [kind for kind in found if kind.startswith("unrecognised") and name != "message.new_type"]
    assert unknown == ([NO_FACTS[name]] if name in NO_FACTS else [])


@pytest.mark.parametrize(
    ("name", "system", "text"),
    [
        ("message.welcome", "request_welcome", "Opened the chat"),
        ("system.identity", "customer_identity_changed", "Mei Tan's security code changed"),
        ("call.connect", "call", "Call"),
        ("call.terminate", "call", "Call ended (completed) after 120 seconds"),
    ],
)
def test_announcements_are_shown_as_such(name: str, system: str, text: str) -> None:
    (event,) = events(name)
    assert (event.body.system, event.body.content.text) == (system, text)
    assert event.body.sender.id == MEI


def test_call_has_a_beginning_and_an_end() -> None:
    began, ended = only(events("call.connect")), only(events("call.terminate"))
    assert began.message_id != ended.message_id
    assert began.channel_id == ended.channel_id


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("system.number", "6591234567", "6597654321"), ("system.user_id", MEI, "SG.99120034")],
)
def test_new_identity_is_linked_to_the_old_one(name: str, before: str, after: str) -> None:
    found = events(name)
    assert kinds(found) == ["message.created", "user.changed", "channel.changed"]
    assert bodies(found, "user.changed")[0].user.id == after
    (changed,) = bodies(found, "channel.changed")
    assert changed.previous_id == f"106655443322110:{before}"
    assert changed.channel.id == f"106655443322110:{after}"


def test_groups_are_made_renamed_and_closed() -> None:
    (created,) = bodies(events("group.created"), "channel.changed")
    assert (created.change, created.channel.name, created.channel.type) == ("created", "Lisbon deal", "group")
    renamed, picture = bodies(events("group.settings"), "channel.changed")
    assert (renamed.change, renamed.channel.name) == ("renamed", "Lisbon deal (closed)")
    assert picture.change == "picture"
    assert bodies(events("group.suspended"), "channel.changed")[0].change == "suspended"


def test_members_come_and_go() -> None:
    joined = bodies(events("group.joined"), "member.joined")
    assert [member.member.id for member in joined] == [MEI, "351912345678"]
    (left,) = bodies(events("group.removed"), "member.left")
    assert left.member.id == "351912345678"
    assert left.by.id == "106655443322110"


def test_address_book_names_customers() -> None:
    added, removed = bodies(events("address_book"), "user.changed")
    assert (added.user.id, added.user.name) == ("6591234567", "Mei Tan (treasury)")
    assert (removed.user.id, removed.change) == ("351912345678", "removed from the address book")


def test_lost_access_is_told() -> None:
    (event,) = events("account.disconnected")
    assert "access is lost" in event.body.reason


def test_parts_of_other_shapes_are_kept() -> None:
    odd = {"object": "whatsapp_business_account", "entry": [1, {}, {"id": "w", "changes": [2, {"field": "new_field"}]}]}
    assert kinds(read("whatsapp", odd)) == [
        "unrecognised webhook",
        "unrecognised webhook",
        "unrecognised None",
        "unrecognised new_field",
    ]
    assert kinds(read("whatsapp", b"not json")) == ["unrecognised None"]
