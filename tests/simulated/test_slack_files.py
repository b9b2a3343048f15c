"""Files of Slack messages, fetched from a simulated Slack."""

import io
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from quire.domain.attachments import RawAt, WantedFile
from quire.domain.calls import Call
from quire.domain.errors import (
    GoneError,
    OutOfReachError,
)
from quire.domain.events import AttachmentRef, ChannelRef, MessageCreated, Native
from quire.domain.ids import ChannelId, ConnectionId, EventId, MessageId, SubjectId, TenantId
from tests.simulated.direct import Direct
from tests.simulated.slack_firm import PDF, TEAM, open_slack
from tests.simulators.running import Running
from tests.unit.connectors.reading import read


@pytest.fixture
def slack(platforms: Running) -> Running:
    return open_slack(platforms)


@pytest.fixture
def static(slack: Running) -> Direct:
    return Direct(slack, "slack", {"signingSecret": "s", "botToken": "xoxb-1"})


def wanted(raw: bytes) -> WantedFile:
    """The first file that a message carries, as the archive asks for it."""
    event = read("slack", raw, TEAM)[0]
    assert isinstance(event.body, MessageCreated)
    return of(event.body.content.attachments[0])


def of(attachment: AttachmentRef) -> WantedFile:
    return WantedFile(
        tenant_id=TenantId("meridian"),
        connection_id=ConnectionId("c1"),
        platform="slack",
        workspace_id=TEAM,
        message_id=MessageId("m"),
        channel_id=ChannelId("c"),
        subject_id=SubjectId("s"),
        channel=ChannelRef(id="C1"),
        native=Native(message="1.2"),
        attachment=attachment,
        raw_at=RawAt(bucket="b", key="k", version_id="v", frame=0, event_id=EventId("e")),
    )


def message(**file: Any) -> bytes:
    event = {
        "type": "message",
        "channel": "C1",
        "user": "U001",
        "ts": "1771000000.000100",
        "text": "see",
        "files": [file],
    }
    return json.dumps({"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event}).encode()


def call(static: Direct, raw: bytes) -> Call:
    fetch = static.connector.fetch
    assert fetch is not None
    found = fetch(wanted(raw), raw, static, {})
    assert isinstance(found, Call)
    return found


URL = "https://files.slack.com/files-pri/T07MERIDIAN-F1/download/contract.pdf"


@pytest.mark.parametrize(
    "file",
    [
        {"id": "F1", "name": "contract.pdf", "mode": "hosted", "url_private_download": URL},
        {"id": "F1", "mode": "file_access", "file_access": "check_file_info"},
    ],
    ids=["as told", "Slack Connect's stub"],
)
def test_a_file_arrives_byte_for_byte(static: Direct, file: Mapping[str, Any]) -> None:
    into = io.BytesIO()
    received = static.download(call(static, message(**file)), into, 1 << 20)
    assert (received.status, into.getvalue()) == (200, PDF)


@pytest.mark.parametrize(
    "file",
    [
        {"id": "F9", "mode": "tombstone"},
        {"id": "F2", "mode": "file_access", "file_access": "check_file_info"},
        {"id": "F8", "mode": "file_access", "file_access": "check_file_info"},
    ],
    ids=["tombstone", "deleted", "unknown"],
)
def test_a_deleted_file_is_gone(static: Direct, file: Mapping[str, Any]) -> None:
    with pytest.raises(GoneError):
        call(static, message(**file))


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (
            {"id": "F9", "mode": "external", "is_external": True, "url_private": "https://docs.example/x"},
            "no_source",
        ),
        (
            {"id": "F9", "mode": "hosted", "url_private": "https://files.slack.com.evil.example/files-pri"},
            "no_source",
        ),
        ({"id": "F9", "mode": "hosted", "url_private": "http://files.slack.com/files-pri/x"}, "no_source"),
        ({"id": "F9", "mode": "hidden_by_limit"}, "not_permitted"),
    ],
)
def test_a_file_that_slack_does_not_give(static: Direct, file: Mapping[str, Any], reason: str) -> None:
    with pytest.raises(OutOfReachError) as refused:
        call(static, message(**file))
    assert refused.value.reason == reason


def test_whoever_may_not_read_files_gets_a_page_to_sign_in(slack: Running, static: Direct) -> None:
    slack.state("slack")["tokens"]["xoxb-1"]["scopes"] = []
    into = io.BytesIO()
    told = call(static, message(id="F1", mode="hosted", url_private_download=URL))
    received = static.download(told, into, 1 << 20)
    assert received.content_type is not None
    assert received.content_type.startswith("text/html")
    assert re.search(rb"(?i)sign in", into.getvalue())
