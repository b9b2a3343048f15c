"""The week has in it what a demonstration needs, and it is the same every time."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from infra.local.demo.deliveries import slack_deliveries, teams_deliveries, week_deliveries
from infra.local.demo.plan import Planned, shuffled
from infra.local.demo.story import read_week

WEEK = read_week()
SLACK = slack_deliveries(WEEK)
TEAMS = teams_deliveries(WEEK)


def _events() -> list[dict[str, Any]]:
    return [delivery.slack["event"] for delivery in SLACK if delivery.slack and "event" in delivery.slack]


def _messages() -> list[dict[str, Any]]:
    notices = [notice for delivery in TEAMS for notice in delivery.teams]
    return [dict(notice.data) for notice in notices if notice.data and notice.resource_type.endswith("chatMessage")]


def test_it_is_a_week_worth_watching() -> None:
    assert len(week_deliveries(WEEK)) >= 300
    kinds = Counter(kind for delivery in week_deliveries(WEEK) for kind in delivery.kinds)
    for kind in ("message", "edit", "deletion", "reaction", "reaction taken back", "repeated delivery", "membership"):
        assert kinds[kind] >= 4, kind
    for kind in ("handshake", "preview", "policy block", "lifecycle notice", "rate limit notice", "directory"):
        assert kinds[kind] >= 1, kind


def test_it_is_the_same_every_time() -> None:
    read_week.cache_clear()
    assert week_deliveries(read_week()) == week_deliveries(WEEK)


def test_arrivals_are_in_order_of_time() -> None:
    planned = week_deliveries(WEEK)
    assert planned == sorted(planned, key=lambda delivery: delivery.arrives)
    assert planned[-1].arrives - planned[0].arrives < timedelta(days=5)


def test_slack_event_ids_are_unique_but_for_repeated_deliveries() -> None:
    first = [d.slack["event_id"] for d in SLACK if d.slack and "event_id" in d.slack and not d.resent]
    again = [d.slack["event_id"] for d in SLACK if d.slack and d.resent]
    assert len(set(first)) == len(first)
    assert again
    assert set(again) <= set(first)


def test_all_kinds_of_slack_message_are_there() -> None:
    subtypes = {event.get("subtype", "") for event in _events() if event["type"] == "message"}
    assert subtypes >= {
        "",
        "bot_message",
        "channel_archive",
        "channel_join",
        "channel_leave",
        "channel_name",
        "channel_topic",
        "file_share",
        "me_message",
        "message_changed",
        "message_deleted",
        "thread_broadcast",
    }
    assert {event["channel_type"] for event in _events() if event["type"] == "message"} == {
        "channel",
        "group",
        "im",
        "mpim",
    }


def test_deletions_come_with_the_text_without_it_and_as_a_tombstone() -> None:
    deleted = [event for event in _events() if event.get("subtype") == "message_deleted"]
    assert {"previous_message" in event for event in deleted} == {True, False}
    changed = [event for event in _events() if event.get("subtype") == "message_changed"]
    assert any(event["message"].get("subtype") == "tombstone" for event in changed)


def test_previews_change_neither_text_nor_editor() -> None:
    changed = [event for event in _events() if event.get("subtype") == "message_changed"]
    previews = [event for event in changed if "attachments" in event["message"] and "edited" not in event["message"]]
    assert previews
    for event in previews:
        assert event["message"]["text"] == event["previous_message"]["text"]


def test_outsiders_write_from_their_own_workspace() -> None:
    shared = [d.slack for d in SLACK if d.slack and d.slack.get("is_ext_shared_channel")]
    assert len({body["team_id"] for body in shared}) == 2
    assert len({body["context_team_id"] for body in shared}) == 1
    stubs = [file for body in shared for file in body["event"].get("files", ())]
    assert {file["file_access"] for file in stubs} == {"check_file_info"}


def test_some_things_arrive_before_what_they_are_about() -> None:
    arrived: set[tuple[str, str]] = set()
    early = Counter[str]()
    for event in _events():
        about = event.get("item") or event.get("message") or {}
        key = (event.get("channel") or about.get("channel", ""), about.get("ts") or event.get("deleted_ts", ""))
        if event["type"] == "message" and "client_msg_id" in event:
            arrived.add((event["channel"], event["ts"]))
        elif key[1] and key not in arrived and "bot_id" not in about:
            early[event.get("subtype") or event["type"]] += 1
    assert early["message_changed"] >= 1
    assert early["message_deleted"] >= 1
    assert early["reaction_added"] >= 1


def test_teams_brings_the_whole_message_with_every_change() -> None:
    revisions: dict[str, list[dict[str, Any]]] = {}
    for message in _messages():
        revisions.setdefault(str(message["chatId"] or message["channelIdentity"]) + message["id"], []).append(message)
    changed = [found for found in revisions.values() if len(found) > 1]
    assert len(changed) > 30
    for found in changed:
        etags = [int(message["etag"]) for message in found if found.count(message) == 1]
        assert len(set(etags)) == len(etags)


def test_all_kinds_of_teams_message_are_there() -> None:
    messages = _messages()
    attached = {entry["contentType"] for message in messages for entry in message["attachments"]}
    assert attached == {"reference", "messageReference", "application/vnd.microsoft.card.adaptive"}
    assert {message["body"]["contentType"] for message in messages} == {"html", "text"}
    assert any("schema.skype.com/Reply" in message["body"]["content"] for message in messages)
    assert any("hostedContents" in message["body"]["content"] for message in messages)
    assert any(message["policyViolation"] for message in messages)
    assert {message["messageType"] for message in messages} == {"message", "systemEventMessage", "unknownFutureValue"}
    cards = [
        entry["content"] for message in messages for entry in message["attachments"] if "card" in entry["contentType"]
    ]
    assert {json.loads(card)["type"] for card in cards} == {"AdaptiveCard"}


def test_some_teams_notifications_hold_several_items() -> None:
    assert max(len(delivery.teams) for delivery in TEAMS) > 1


def test_a_shuffle_depends_on_its_seed_only() -> None:
    planned = week_deliveries(WEEK)
    assert shuffled(planned, 1) == shuffled(planned, 1)
    assert shuffled(planned, 1) != shuffled(planned, 2)

    def names(deliveries: list[Planned]) -> Counter[str]:
        return Counter(f"{delivery.platform} {delivery.kinds} {delivery.arrives}" for delivery in deliveries)

    assert names(shuffled(planned, 1)) == names(planned)
