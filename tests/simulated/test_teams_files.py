"""Files and pictures of Teams messages, fetched from a simulated Graph and SharePoint."""

import base64
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from quire.connectors.outward import Inline
from quire.domain.attachments import RawAt, WantedFile
from quire.domain.calls import Call
from quire.domain.errors import GoneError, OutOfReachError
from quire.domain.events import AttachmentRef, ChannelRef, Native
from quire.domain.ids import ChannelId, ConnectionId, EventId, MessageId, SubjectId, TenantId
from tests.simulated.direct import Direct
from tests.simulated.receiver import Receiver
from tests.simulated.teams_firm import (
    CHANNEL,
    CHAT,
    CLIENT,
    TEAM,
    TENANT,
    connected,
    listening,
    message,
    open_teams,
)
from tests.simulators.running import Running
from tests.unit.connectors.reading import read

SHARED = "https://meridian.sharepoint.com/sites/deals/Shared%20Documents/ünï contract.docx"
PICTURE = b"\x89PNG\r\n\x1a\n as sent"
HOSTED = f"/chats/{CHAT}/messages/1772442000001/hostedContents/aWQ9"


@pytest.fixture
def teams(platforms: Running) -> Running:
    opened = open_teams(platforms)
    opened.state("graph").update(
        drive={SHARED: {"bytes": {"text": "as agreed", "contentType": "application/msword"}}},
        hostedContents={HOSTED: {"contentBase64": base64.b64encode(PICTURE).decode(), "contentType": "image/png"}},
    )
    return opened


@pytest.fixture
def connection(teams: Running) -> Direct:
    return connected(teams)


def wanted(kind: str, url: str | None, **more: Any) -> WantedFile:
    return WantedFile(
        tenant_id=TenantId("meridian"),
        connection_id=ConnectionId("c1"),
        platform="teams",
        workspace_id=TENANT,
        message_id=MessageId("m"),
        channel_id=ChannelId("c"),
        subject_id=SubjectId("s"),
        channel=more.get("channel", ChannelRef(id=CHAT, type="group")),
        native=more.get("native", Native(message="1772442000001")),
        attachment=AttachmentRef.model_validate({"id": "a1", "kind": kind, "url": url}),
        raw_at=RawAt(bucket="b", key="k", version_id="v", frame=0, event_id=EventId("e")),
    )


def fetched(connection: Direct, work: WantedFile, raw: bytes = b"{}") -> tuple[int, bytes]:
    fetch = connection.connector.fetch
    assert fetch is not None
    call = fetch(work, raw, connection, {})
    if isinstance(call, Inline):
        return 0, call.data
    assert isinstance(call, Call)
    into = io.BytesIO()
    return connection.download(call, into, 1 << 20).status, into.getvalue()


def test_a_file_in_sharepoint_arrives_byte_for_byte(teams: Running, connection: Direct) -> None:
    assert fetched(connection, wanted("file", SHARED)) == (200, b"as agreed")
    last = teams.requests("graph")[-1]
    assert last["host"] == "meridian.sharepoint.com"
    assert "authorization" not in last["headers"]


def test_a_picture_that_came_encrypted_arrives_byte_for_byte(teams: Running, connection: Direct) -> None:
    address = f"https://graph.microsoft.com/v1.0{HOSTED}/$value"
    body = {"contentType": "html", "content": f'<p>see <img src="{address}" alt="chart"></p>'}
    with listening(connection) as webhook:
        connection.run("subscriptions")
        teams.act("graph", "notify", {"of": "/chats/getAllMessages", "items": [message(1, "", body=body)]})
    assert fetched(connection, *_first_file(webhook)) == (200, PICTURE)


def _first_file(webhook: Receiver) -> tuple[WantedFile, bytes]:
    ((request, accepted),) = webhook.accepted
    (event,) = read("teams", request.body, TENANT, {}, accepted.opened)
    (attachment,) = event.body.content.attachments  # type: ignore[union-attr]
    raw = json.dumps(json.loads(request.body)["value"][0]).encode()
    return wanted(attachment.kind, attachment.url), raw


REPLY = f"/teams/{TEAM}/channels/{CHANNEL}/messages/17/replies/18/hostedContents/aWQ9"
IN_CHANNEL: Mapping[str, Any] = {
    "channel": ChannelRef(id=CHANNEL, type="channel"),
    "native": Native(message="18", thread="17"),
}


@pytest.mark.parametrize(
    ("address", "raw"),
    [
        (f"https://graph.microsoft.com/v1.0{REPLY}/$value", {}),
        ("../hostedContents/aWQ9/$value", {"channelIdentity": {"teamId": TEAM, "channelId": CHANNEL}}),
        (
            "../hostedContents/aWQ9/$value",
            {"resource": f"teams('{TEAM}')/channels('{CHANNEL}')/messages('17')/replies('18')"},
        ),
    ],
    ids=["whole address", "message", "notification"],
)
def test_a_picture_of_a_reply_is_found(teams: Running, connection: Direct, address: str, raw: dict[str, Any]) -> None:
    teams.state("graph")["hostedContents"][REPLY] = {"text": "chart"}
    work = wanted("image", address, **IN_CHANNEL)
    assert fetched(connection, work, json.dumps(raw).encode()) == (200, b"chart")


def test_a_picture_within_the_message_needs_no_call(teams: Running, connection: Direct) -> None:
    data = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
    assert fetched(connection, wanted("image", data)) == (0, PICTURE)
    assert teams.requests("graph") == []


def test_a_deleted_file_is_gone(teams: Running, connection: Direct) -> None:
    teams.state("graph")["drive"].clear()
    with pytest.raises(GoneError):
        fetched(connection, wanted("file", SHARED))


def test_a_deleted_picture_is_not_found(teams: Running, connection: Direct) -> None:
    teams.state("graph")["hostedContents"].clear()
    assert fetched(connection, wanted("image", f"https://graph.microsoft.com/v1.0{HOSTED}/$value"))[0] == 404


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ({"status": 403}, "not_permitted"),
        ({"item": {"folder": {"childCount": 2}}}, "no_source"),
        ({"item": {"package": {"type": "oneNote"}}}, "no_source"),
        ({"item": {"file": {}, "malware": {}}}, "not_permitted"),
    ],
)
def test_what_sharepoint_does_not_give(
    teams: Running, connection: Direct, held: Mapping[str, Any], reason: str
) -> None:
    teams.state("graph")["drive"][SHARED] = held
    with pytest.raises(OutOfReachError) as refused:
        fetched(connection, wanted("file", SHARED))
    assert refused.value.reason == reason


def test_files_that_the_application_may_not_read(teams: Running, connection: Direct) -> None:
    teams.state("graph")["apps"][CLIENT]["permissions"] = ["Chat.Read.All"]
    with pytest.raises(OutOfReachError) as refused:
        fetched(connection, wanted("file", SHARED))
    assert refused.value.reason == "not_permitted"


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("link", "https://meridian.sharepoint.com/recording.mp4"),
        ("image", "https://media.giphy.example/cat.gif"),
        ("file", "https://meridian.sharepoint.com.evil.example/x"),
        ("file", "http://meridian.sharepoint.com/x"),
        ("image", "data:image/png;base64,%%%"),
        ("image", "data:nothing"),
        ("unavailable", None),
        ("image", "../hostedContents/aWQ9/$value"),
    ],
)
def test_what_nobody_holds_for_us(connection: Direct, kind: str, url: str | None) -> None:
    with pytest.raises(OutOfReachError) as refused:
        fetched(connection, wanted(kind, url, **IN_CHANNEL))
    assert refused.value.reason == "no_source"
