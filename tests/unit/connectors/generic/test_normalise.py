"""Pushed events, as a compliance officer reads them; and the published schema."""

from typing import Any

import orjson
import pytest

from quire.connectors.generic.models import Refusal, checked
from quire.connectors.generic.schema import schema_text
from tests.unit.connectors.reading import ROOT, kinds, observed, only, read, sample, samples, states

UNKNOWN = {
    "all_refused": ["unrecognised message.created", "unrecognised None"],
    "some_refused": [
        "message.created",
        "unrecognised message.created",
        "unrecognised message.whispered",
        "unrecognised None",
        "unrecognised reaction.added",
        "message.created",
    ],
}


@pytest.mark.parametrize("name", samples("generic"))
def test_every_event_is_kept(name: str) -> None:
    body = sample("generic", name)
    found = observed("generic", body)
    assert len(found) == len(orjson.loads(body)["events"])
    assert all(observation.raw in body for observation in found)
    told = kinds(observation.event for observation in found)
    assert told == (UNKNOWN.get(name) or [event["kind"] for event in orjson.loads(body)["events"]])


def test_day_folds_into_its_messages() -> None:
    first, second = states(read("generic", sample("generic", "day")))
    assert [version.content.text for version in first.versions] == ["The fee is 1.5 % 👍", "The fee is 1.4 %"]
    assert first.sent_at == "2026-03-02T09:10:00.250Z"
    assert first.sender is not None
    assert first.sender.model_dump(exclude_none=True) == {
        "id": "u-1",
        "name": "Ada Meyer",
        "type": "user",
        "email": "ada@meridian.example",
    }
    assert [mention.id for mention in first.versions[0].content.mentions] == ["u-2", "u-3"]
    assert [(r.emoji, r.removed_at) for r in first.reactions] == [("👍", "2026-03-02T09:13:00Z")]
    assert second.sent_at == "2026-03-02T09:10:05Z"
    assert second.thread_id == second.parent_message_id == first.message_id
    assert second.deleted_by is not None
    assert second.deleted_by.name == "Ada Meyer"


def test_members_and_places() -> None:
    events: Any = read("generic", sample("generic", "day"))
    assert (events[0].body.member.name, events[0].body.channel.name) == ("Bo Lind", "Pricing")
    assert {event.workspace_id for event in events} == {"intranet"}
    direct: Any = only(read("generic", sample("generic", "direct")))
    assert direct.body.channel.type == "direct"


def test_files_are_told_by_their_bytes_or_their_address() -> None:
    event: Any = only(read("generic", sample("generic", "files")))
    note, chart = event.body.content.attachments
    assert (note.name, note.kind, note.size) == ("note.txt", "file", 20)
    assert note.sha256 == "c962053b8734272220088760ea06fce783be27606100d78e07d00a74c147e964"
    assert (chart.kind, chart.url, chart.sha256) == ("image", "https://files.meridian.example/chart.png", None)


def test_what_an_event_does_not_say_the_connection_does() -> None:
    body = sample("generic", "minimal")
    assert only(read("generic", body, workspace="helpdesk")).workspace_id == "helpdesk"
    assert only(read("generic", body)).workspace_id == "connection:c1"
    named = {"events": [{**orjson.loads(body)["events"][0], "workspace": "intranet"}]}
    assert only(read("generic", named, workspace="helpdesk")).workspace_id == "intranet"


@pytest.mark.parametrize("body", [b"[]", b"7", b'{"events":[]}', b'{"events":7}', b'{"other":[]}'])
def test_what_is_no_delivery_is_kept(body: bytes) -> None:
    event: Any = only(read("generic", body))
    assert event.body.reason == "not an object with a list of events"


GOOD = {
    "kind": "message.created",
    "id": "1",
    "channel": {"id": "c"},
    "sender": {"id": "s"},
    "at": "2026-03-02T09:00:00Z",
}


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"id": 7}, "id: Input should be a valid string"),
        ({"id": ""}, "id: String should have at least 1 character"),
        ({"at": "2026-13-02T09:00:00Z"}, "at: not an RFC 3339 time"),
        ({"at": 1772442600}, "at: Input should be a valid string"),
        ({"channel": {"id": "c", "type": "room"}}, "channel.type: Input should be"),
        ({"attachments": [{"id": "a", "name": "n", "contentType": "t"}]}, "attachments.0: either contentBase64 or url"),
        (
            {"attachments": [{"id": "a", "name": "n", "contentType": "t", "contentBase64": "%"}]},
            "attachments.0: contentBase64 is not base64",
        ),
        (
            {"attachments": [{"id": "a", "name": "n", "contentType": "t", "url": "file:///etc/passwd"}]},
            "attachments.0.url: String should match pattern",
        ),
        ({"kind": "reaction.added"}, "emoji: Field required"),
        ({"kind": "message.edited", "mentions": [7]}, "mentions.0: Input should be a valid string"),
    ],
)
def test_bad_fields_are_told(change: dict[str, Any], detail: str) -> None:
    verdict = checked({**GOOD, **change})
    assert isinstance(verdict, Refusal)
    assert verdict.detail.startswith(detail)


@pytest.mark.parametrize(
    "change", [{}, {"text": None, "workspace": None}, {"new": 1}, {"kind": "member.joined", "id": None}]
)
def test_optional_fields_may_be_null_and_new_ones_are_let_through(change: dict[str, Any]) -> None:
    assert not isinstance(checked({**GOOD, **change}), Refusal)


def test_two_edits_at_one_time_are_two() -> None:
    edits = [{**GOOD, "kind": "message.edited", "text": text} for text in ("a", "b")]
    first, second = read("generic", {"events": edits})
    assert first.event_id != second.event_id


def test_published_schema_is_the_one_that_is_checked() -> None:
    """When it is not: ``python -m quire.connectors.generic.schema docs/connectors/generic.schema.json``."""
    assert (ROOT / "docs" / "connectors" / "generic.schema.json").read_text(encoding="utf-8") == schema_text()


def test_schema_says_what_is_wanted() -> None:
    schema = orjson.loads(schema_text())
    events = schema["properties"]["events"]
    assert (events["minItems"], events["maxItems"]) == (1, 1000)
    kinds = {kind for shape in schema["$defs"].values() for kind in _kinds(shape)}
    assert kinds == {
        "message.created",
        "message.edited",
        "message.deleted",
        "reaction.added",
        "reaction.removed",
        "member.joined",
        "member.left",
    }
    assert set(schema["$defs"]["Created"]["required"]) == {"kind", "id", "channel", "sender", "at"}
    assert set(schema["$defs"]["Attachment"]["properties"]) == {"id", "name", "contentType", "contentBase64", "url"}


def _kinds(shape: dict[str, Any]) -> list[str]:
    kind = shape.get("properties", {}).get("kind", {})
    return kind.get("enum") or ([kind["const"]] if "const" in kind else [])
