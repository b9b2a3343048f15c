"""Message states as documents."""

from typing import Any

import pytest

from quire.domain.events import Event
from quire.domain.message import message_state
from quire.search.documents import Known, document, known_events
from quire.search.mapping import (
    LAST_TIME,
    UNDATED,
    index_body,
    index_name,
    indexable_time,
    mappings,
    month_of,
    place_in_time,
    template,
)
from quire.search.tokens import symbols_of
from tests.chat import ACME, AT, Chat, file, known, mention

CHAT = Chat().called("U1", "Alice")


def made(*events: Event) -> dict[str, Any]:
    state = message_state(events)
    assert state is not None
    return document(state, known(*events), AT)


def test_a_plain_message() -> None:
    found = made(CHAT.says("hello"))
    assert found["content"] == "hello"
    assert found["user_id"] == CHAT.user_id
    assert found["user_name"] == "Alice"
    assert found["timestamp"] == AT
    assert found["revision"] == 1
    assert found["evidence"] == {"segment": "t/acme/journal/2026/03/02/09/s-1-2.qrs", "version_id": "v1", "frame": 0}
    assert not any(found[flag] for flag in found if flag.startswith(("is_", "has_")))
    assert "history" not in found
    assert "edited_at" not in found


def test_history_holds_what_is_no_longer_shown() -> None:
    found = made(CHAT.says("one"), CHAT.edits("two"), CHAT.edits("one", at="2026-03-02T09:25:00Z"))
    assert found["content"] == "one"
    assert found["history"] == ["two"]
    assert [version["text"] for version in found["versions"]] == ["one", "two", "one"]
    assert found["is_edited"]


def test_a_deleted_message_keeps_its_text() -> None:
    found = made(CHAT.says("gone"), CHAT.deletes())
    assert found["is_deleted"]
    assert found["content"] == "gone"
    assert found["deleted_by"]["id"] == "U1"


def test_only_a_deletion_is_known() -> None:
    found = made(CHAT.deletes())
    assert "content" not in found
    assert found["is_deleted"]
    assert found["timestamp"] == "2026-03-02T09:30:00Z"


def test_an_attachment_an_edit_took_away_is_still_found() -> None:
    found = made(
        CHAT.says("see", attachments=(file("a.txt", "inside"), file("b.txt"))),
        CHAT.edits("see", attachments=(file("b.txt"),)),
    )
    assert found["attachment_text"] == ["a.txt", "inside", "b.txt"]
    assert [(each["name"], each.get("removed")) for each in found["attachments"]] == [("a.txt", True), ("b.txt", None)]
    assert {each["status"] for each in found["attachments"]} == {"referenced"}
    assert found["has_attachments"]


def test_symbols_mentions_links_reactions() -> None:
    found = made(
        CHAT.says("go 🚀🚀 https://example.com", mentions=(mention("U2", "Bob"),)), CHAT.called("U3").reacts("tada")
    )
    assert found["symbols"] == ["🚀"]
    assert found["mentioned"] == ["U2"]
    assert found["has_links"]
    assert found["has_mentions"]
    assert found["has_reactions"]
    assert found["reactions"][0]["actor"]["id"] == "U3"


def test_the_document_can_be_folded_on() -> None:
    events = [CHAT.says("one"), CHAT.edits("two"), CHAT.called("U2").reacts("tada")]
    found = made(*events)
    assert known_events(found) == known(*events)
    assert message_state(each.event for each in known_events(found)) == message_state(events)


def test_evidence_is_where_the_creation_lies() -> None:
    created, deleted = CHAT.says("text"), CHAT.deletes()
    where = [Known(deleted, "first.qrs", "v1", 0), Known(created, "second.qrs", "v2", 7)]
    state = message_state([created, deleted])
    assert state is not None
    assert document(state, where, AT)["evidence"] == {"segment": "second.qrs", "version_id": "v2", "frame": 7}


def test_every_field_is_mapped() -> None:
    """The mapping is strict: a field it does not know would send the message to the dead letters."""
    found = made(
        CHAT.says(
            "go 🚀",
            subject="s",
            importance="high",
            system="call",
            broadcast=True,
            thread="9",
            attachments=(file("a"),),
            mentions=(mention("U2"),),
        ),
        CHAT.edits("x", at="2026-03-02T09:20:00Z"),
        CHAT.deletes(),
        CHAT.reacts("tada"),
    )
    properties = mappings()["properties"]
    assert set(found) <= set(properties)
    assert set(found["attachments"][0]) <= set(properties["attachments"]["properties"])


def test_what_is_only_kept_is_not_indexed() -> None:
    properties = mappings()["properties"]
    for name in ("events", "versions", "reactions", "evidence"):
        assert properties[name] == {"type": "object", "enabled": False}


def test_serverless_takes_the_settings() -> None:
    """OpenSearch Serverless refuses shard and refresh settings."""
    for body in (index_body(ACME), template()["template"]):
        assert set(body["settings"]) == {"analysis"}


@pytest.mark.parametrize(
    ("timestamp", "month"),
    [
        (AT, "2026-03"),
        ("2000-01-01T00:00:00Z", "2000-01"),
        ("1999-12-31T23:59:59Z", UNDATED),
        ("2100-01-01T00:00:00Z", UNDATED),
        ("0001-01-01T00:00:00Z", UNDATED),
    ],
)
def test_months(timestamp: str, month: str) -> None:
    assert month_of(timestamp) == month
    assert index_name(ACME, timestamp) == f"acme-messages-{month}"


def test_times_at_the_edges() -> None:
    assert indexable_time(AT) == AT
    assert indexable_time("1969-12-31T23:59:59.999Z") == "1970-01-01T00:00:00Z"
    assert indexable_time("2262-04-12T00:00:00Z") == LAST_TIME
    assert place_in_time("2026-03-02T09:14:05.000200001Z", "id") == (1772442845000200, "001id")
    assert place_in_time("9999-01-01T00:00:00Z", "id")[0] < 2**53


def test_symbols() -> None:
    assert symbols_of("a €5 + 🚀🚀 ok") == ["+", "€", "🚀"]


def test_how_the_bytes_of_a_file_fared() -> None:
    kept, lacking = file("a.pdf"), file("b.pdf")
    found = made(
        CHAT.says("see", attachments=(kept, lacking)),
        CHAT.keeps("a.pdf", "inside \u20ac"),
        CHAT.lacks("b.pdf", "deleted_at_source"),
    )
    first, second = found["attachments"]
    assert (first["status"], first["text_status"], first["extracted_text"]) == ("captured", "complete", "inside \u20ac")
    assert (first["size"], first["detected_type"], len(first["sha256"])) == (5, "application/pdf", 64)
    assert (second["status"], second["reason"]) == ("failed", "deleted_at_source")
    assert found["attachment_text"] == ["a.pdf", "inside \u20ac", "b.pdf"]
    assert found["symbols"] == ["\u20ac"]


def test_of_many_long_files_only_the_beginning_is_searched() -> None:
    names = [f"{n}.txt" for n in range(3)]
    long = "x" * 499_999 + " "
    found = made(
        CHAT.says("see", attachments=tuple(file(name) for name in names)), *(CHAT.keeps(name, long) for name in names)
    )
    assert [len(each.get("extracted_text", "")) for each in found["attachments"]] == [500_000, 500_000, 0]
