"""What the simulated platforms hold fits what the week's messages say of it; the files are what they claim to be."""

import base64
import io
import json
import zipfile
from typing import Any

import pytest

from infra.local.demo import papers
from infra.local.demo.deliveries import telegram_deliveries, whatsapp_deliveries
from infra.local.demo.outside import discord_state, states
from infra.local.demo.script import File
from infra.local.demo.story import read_week

WEEK = read_week()
CREDENTIALS = {
    "slack": {"botToken": "xoxb-1"},
    "teams": {"clientId": "client", "certificatePem": "PEM"},
    "whatsapp": {"accessToken": "EAAG"},
    "telegram": {"botToken": "1:AA"},
    "discord": {"botToken": "b.t"},
}
HELD = states(WEEK, CREDENTIALS, first=True)
FILES = [file for line in WEEK.story.lines for file in line.files]


def _bytes(file: dict[str, Any]) -> bytes:
    return base64.b64decode(file["contentBase64"])


def test_whatsapp_holds_the_media_its_messages_name() -> None:
    told = json.dumps([delivery.body for delivery in whatsapp_deliveries(WEEK)])
    assert HELD["whatsapp"]["media"]
    assert all(f'"{native}"' in told for native in HELD["whatsapp"]["media"])


def test_telegram_holds_the_files_its_messages_name() -> None:
    told = json.dumps([delivery.body for delivery in telegram_deliveries(WEEK)])
    assert HELD["telegram"]["files"]
    assert all(f'"{native}"' in told for native in HELD["telegram"]["files"])


def test_a_server_is_read_before_and_after_its_changes() -> None:
    before, after = (discord_state(WEEK, "t", first=first)["messages"] for first in (True, False))
    ids = [{message["id"] for each in state.values() for message in each} for state in (before, after)]
    assert len(ids[0] - ids[1]) == 2
    assert not ids[1] - ids[0]
    assert not any(message["edited_timestamp"] for each in before.values() for message in each)
    assert sum(bool(message["edited_timestamp"]) for each in after.values() for message in each) == 2
    assert any("reactions" in message for each in after.values() for message in each)


def test_ids_on_a_page_go_down_with_time() -> None:
    for messages in discord_state(WEEK, "t", first=False)["messages"].values():
        numbers = [int(message["id"]) for message in messages]
        assert numbers == sorted(numbers, reverse=True)


def test_what_was_taken_away_is_not_handed_out() -> None:
    gone = [file for file in HELD["telegram"]["files"].values() if file.get("deleted")]
    assert len(gone) == 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_is_the_same_every_time_and_begins_as_its_kind_does(file: File) -> None:
    heads = {"pdf": b"%PDF-", "docx": b"PK", "xlsx": b"PK", "png": b"\x89PNG", "ogg": b"OggS"}
    papers._made.cache_clear()
    content = papers.content(file)
    papers._made.cache_clear()
    assert papers.content(file) == content
    assert content.startswith(heads.get(file.type, b""))
    if file.type in {"docx", "xlsx"}:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
