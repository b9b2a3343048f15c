"""One fact, one id, however Slack tells it; two facts, two ids, however alike they look."""

import json
from typing import Any

from quire.domain.events import Event, Unrecognised
from tests.unit.connectors.reading import bodies, kinds, only, read, sample, states

CHANNEL = {"channel": "C07DEALS01"}
HOME = "T07HARBOUR"


def envelope(event: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = {"channel": "C07DEALS01", "channel_type": "channel", **event}
    return {
        "type": "event_callback",
        "team_id": HOME,
        "event_id": "Ev1",
        "event_time": 1772442845,
        "event": told,
        **more,
    }


def page(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True, "messages": list(messages), "has_more": False}


def message(text: str = "Fees are 2%", ts: str = "1772442845.000200", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U1", "text": text, "ts": ts, **more}


def edited(text: str, at: str, event_ts: str, before: str) -> dict[str, Any]:
    after = message(text, edited={"user": "U1", "ts": at})
    change = {"type": "message", "subtype": "message_changed", "ts": event_ts, "event_ts": event_ts}
    return envelope({**change, "message": after, "previous_message": message(before)})


def ids(events: list[Event]) -> list[str]:
    return [event.event_id for event in events]


def test_a_message_has_one_id_by_webhook_page_and_export() -> None:
    ways = [
        read("slack", envelope(message())),
        read("slack", page(message()), HOME, CHANNEL),
        read("slack", [message()], HOME, CHANNEL),
        read("slack", {**message(), **CHANNEL}, HOME),
        read("slack", envelope({"type": "message", "subtype": "message_replied", "message": message()})),
    ]
    assert len({tuple(ids(events)) for events in ways}) == 1


def test_an_edit_has_one_id_live_and_re_read() -> None:
    live = only(read("slack", edited("Fees are 1%", "1772442900.000000", "1772442900.000700", "Fees are 2%")))
    read_again = only(
        read("slack", page(message("Fees are 1%", edited={"user": "U1", "ts": "1772442900.000000"})), HOME, CHANNEL)
    )
    assert live.event_id == read_again.event_id
    assert live.occurred_at == "2026-03-02T09:15:00.000700Z"
    assert read_again.occurred_at == "2026-03-02T09:15:00.000000Z"


def test_a_deletion_has_one_id_live_and_re_read() -> None:
    ways = [
        read("slack", sample("slack", "message_deleted.without_text")),
        read("slack", sample("slack", "message_deleted")),
        read("slack", page(message("gone", "1772443205.000300", subtype="tombstone")), HOME, CHANNEL),
    ]
    assert len({tuple(ids(events)) for events in ways}) == 1


def test_two_edits_within_one_second_are_two() -> None:
    """``edited.ts`` counts whole seconds; an app that streams its text edits more often."""
    first = edited("Fees are", "1772442900.000000", "1772442900.100000", "Fees")
    second = edited("Fees are 1%", "1772442900.000000", "1772442900.900000", "Fees are")
    events = read("slack", second) + read("slack", envelope(message("Fees"))) + read("slack", first)
    assert len(set(ids(events))) == 3
    assert [version.content.text for version in only_state(events).versions] == ["Fees", "Fees are", "Fees are 1%"]


def test_an_edit_in_the_second_of_the_message_comes_after_it() -> None:
    created = read("slack", envelope(message("Fees are 2%", "1772442845.700000")))
    after = message("Fees are 1%", "1772442845.700000", edited={"user": "U1", "ts": "1772442845.000000"})
    state = only_state(read("slack", page(after), HOME, CHANNEL) + created)
    assert state.content is not None
    assert state.content.text == "Fees are 1%"


def test_a_preview_is_no_version() -> None:
    events = [
        event
        for name in ("message_changed", "message_changed.unfurl", "message_changed.unfurl_after_edit")
        for event in read("slack", sample("slack", name))
    ]
    state = only_state(events + read("slack", envelope(message())))
    assert [version.content.text for version in state.versions] == ["Fees are 2%", "Fees are 1.5%"]
    assert state.content is not None
    assert [attachment.kind for attachment in state.content.attachments] == ["link"]
    assert state.edited_at == "2026-03-02T09:15:00.000700Z"


def test_an_unmarked_edit_keeps_the_text_before_it() -> None:
    events = read("slack", sample("slack", "message_changed.unmarked"))
    state = only_state(events + read("slack", sample("slack", "message.bot_new")))
    assert [version.content.text for version in state.versions] == [
        "Order 4411 filled at 101.25",
        "Order 4411 filled at 101.27",
    ]


def test_a_reaction_seen_and_re_read_stands_once() -> None:
    events = read("slack", sample("slack", "reaction_added"))
    events += read("slack", sample("slack", "conversations_history"), HOME, CHANNEL)
    state = next(state for state in states(events) if state.native.message == "1772442845.000200")
    assert [(r.actor.id, r.emoji, r.added_at) for r in state.reactions] == [
        ("U07TOMAS02", "white_check_mark", None),
        ("U07NOOR003", "white_check_mark", "2026-03-02T09:16:40.001400Z"),
    ]


def test_messages_of_unknown_conversations_are_not_mixed_up() -> None:
    first, second = read("slack", message("one")), read("slack", message("two"))
    assert first[0].message_id != second[0].message_id
    assert first[0].channel_id != second[0].channel_id


def test_a_thread_of_an_unknown_conversation_holds_together() -> None:
    root, reply = read("slack", page(message(), message("reply", "1772442850.000100", thread_ts="1772442845.000200")))
    assert reply.thread_id == reply.parent_message_id == root.message_id
    assert root.thread_id is None


def test_the_root_of_a_thread_is_in_no_thread() -> None:
    assert only(read("slack", envelope(message(thread_ts="1772442845.000200")))).thread_id is None


def test_the_workspace_is_the_connections_then_the_receiving_one() -> None:
    told = envelope(message(), context_team_id="T2")
    assert only(read("slack", told, "T1")).workspace_id == "T1"
    assert only(read("slack", told)).workspace_id == "T2"
    assert only(read("slack", envelope(message()))).workspace_id == HOME
    assert only(read("slack", page(message()), context={"team": "T3"})).workspace_id == "T3"


def test_announcements_have_the_connection_as_their_subject() -> None:
    said, joined = read("slack", sample("slack", "message.channel_join"))
    other_said, _ = read("slack", sample("slack", "message.channel_leave"))
    assert said.subject_id == other_said.subject_id != joined.subject_id
    assert joined.subject_id == only(read("slack", envelope(message(user="U07NOOR003")))).subject_id


def test_words_are_the_editors_when_another_edits() -> None:
    change = edited("Fees are 1%", "1772442900.000000", "1772442900.000700", "Fees are 2%")
    change["event"]["message"]["edited"]["user"] = "U9"
    event = only(read("slack", change))
    assert event.subject_id == only(read("slack", envelope(message(user="U9")))).subject_id


def test_withheld_text_does_not_stand_in_the_way_of_the_message() -> None:
    denied = json.loads(sample("slack", "message.ekm_access_denied"))
    assert isinstance(only(read("slack", denied)).body, Unrecognised)
    denied["event"].pop("subtype")
    assert kinds(read("slack", denied)) == ["message.created"]


def test_a_message_without_a_usable_ts_is_kept_all_the_same() -> None:
    for ts in (None, 1772442845.0002, "", ["x"]):
        assert kinds(read("slack", envelope({**message(), "ts": ts}))) == ["unrecognised message"]
    event = only(read("slack", envelope(message(ts="soon"))))
    assert event.kind == "message.created"
    assert event.occurred_at == "2026-03-02T09:14:05Z"


def test_an_envelope_may_lack_its_type() -> None:
    told = envelope(message())
    del told["type"]
    assert ids(read("slack", told)) == ids(read("slack", envelope(message())))


def test_joins_without_any_time_differ_by_their_bytes_only() -> None:
    joined = {"type": "member_joined_channel", "user": "U1", "channel": "C1"}
    assert ids(read("slack", joined)) == ids(read("slack", joined))
    assert ids(read("slack", joined)) != ids(read("slack", {**joined, "inviter": "U2"}))


def test_reactions_set_again_are_told_apart_by_their_time() -> None:
    added = json.loads(sample("slack", "reaction_added"))
    again = json.loads(sample("slack", "reaction_added"))
    again["event"]["event_ts"] = "1772449999.000100"
    assert ids(read("slack", added)) != ids(read("slack", again))


def test_a_page_loses_none_of_its_elements() -> None:
    events = read("slack", page(message(), "odd", 5, None, {"type": "message"}, message("two", "2.0")), HOME, CHANNEL)  # type: ignore[arg-type]
    assert kinds(events) == [
        "message.created",
        "unrecognised None",
        "unrecognised None",
        "unrecognised None",
        "unrecognised message",
        "message.created",
    ]


def test_system_facts_name_the_conversation_as_it_stands_after() -> None:
    changed = bodies(read("slack", sample("slack", "message.channel_name")), "channel.changed")[0]
    assert (changed.channel.name, changed.previous_name) == ("deals-2026", "deals")


def only_state(events: list[Event]) -> Any:
    found = states(events)
    assert len(found) == 1
    return found[0]
