"""Of a message that was passed on, each connector tells which it is, as far as the platform does."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from quire.domain.events import Forwarded
from quire.domain.ids import message_id
from quire.domain.message import message_state
from quire.search.documents import document
from tests.chat import AT, known
from tests.unit.connectors.reading import read, sample

SLACK_SHARE = "https://harbour-lane.slack.com/archives/C07DEALS01/p1772442845000200"
TELEGRAM_POST = {
    "type": "channel",
    "chat": {"id": -1009988776655, "title": "Meridian News", "type": "channel"},
    "message_id": 41,
    "date": 1772352600,
}


def told(platform: str, body: bytes | Mapping[str, Any]) -> list[Forwarded | None]:
    event: Any = read(platform, body)[0]
    return [each.forwarded for each in event.body.content.attachments if each.kind == "quote"]


@pytest.mark.parametrize(
    ("platform", "name", "source"),
    [
        ("slack", "message.shared", Forwarded(message="1772442845.000200", channel="C07DEALS01")),
        (
            "teams",
            "chatMessage.forwarded",
            Forwarded(message="1772443300111", channel="19:2b7d9e4c1f3a4b5c8d6e7f8091a2b3c4@thread.v2"),
        ),
        (
            "discord",
            "gateway.message_create.forward",
            Forwarded(message="1477578640588800001", channel="1186640000000000102"),
        ),
        ("telegram", "message.forward", Forwarded()),
        ("telegram", "message.forward_old", Forwarded(message="3", channel="-1009988776655")),
        ("telegram", "message.quote", None),
        ("whatsapp", "message.document", Forwarded()),
    ],
)
def test_which_message_it_was(platform: str, name: str, source: Forwarded | None) -> None:
    assert told(platform, sample(platform, name)) == [source]


def test_a_post_of_a_telegram_channel_is_told() -> None:
    update = json.loads(sample("telegram", "message.forward"))
    update["message"]["forward_origin"] = TELEGRAM_POST
    assert told("telegram", update) == [Forwarded(message="41", channel="-1009988776655")]


@pytest.mark.parametrize(
    ("address", "source"),
    [
        (SLACK_SHARE, Forwarded(message="1772442845.000200", channel="C07DEALS01")),
        (SLACK_SHARE + "?thread_ts=1772442800.000100", Forwarded(message="1772442845.000200", channel="C07DEALS01")),
        ("https://harbour-lane.slack.com/files/F1", Forwarded()),
    ],
)
def test_slack_may_tell_it_by_the_address_alone(address: str, source: Forwarded) -> None:
    delivery = json.loads(sample("slack", "message.shared"))
    (card,) = delivery["event"]["attachments"]
    delivery["event"]["attachments"] = [{"is_share": True, "text": card["text"], "from_url": address}]
    assert told("slack", delivery) == [source]


def test_the_document_names_it() -> None:
    event = read("slack", sample("slack", "message.shared"))[0]

    state = message_state([event])
    assert state is not None
    (quote,) = document(state, known(event), AT)["attachments"]
    source = message_id(event.tenant_id, "slack", event.workspace_id, "C07DEALS01", "1772442845.000200")
    assert (quote["forwarded"], quote["source_message_id"]) == (True, source)
