"""Files of Discord's: signed addresses that expire, messages that are gone, files within other things."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from quire.domain.calls import Call
from quire.domain.errors import GoneError, OutOfReachError
from tests.simulated.asking import NOW, Connected
from tests.simulated.test_discord_poll import CHANNEL, GUILD, message, server
from tests.simulators.discord_files import signed_url
from tests.simulators.running import Running

FILE = {"id": "600000000000000001", "filename": "terms.pdf", "size": 9, "content_type": "application/pdf"}
PATH = f"/attachments/{CHANNEL}/{FILE['id']}/terms.pdf"


@pytest.fixture
def sent(platforms: Running) -> Callable[..., Connected]:
    """A connection that archived a message with a file, by a gateway frame whose address has expired since."""

    def made(**more: Any) -> Connected:
        kept = message(NOW - timedelta(hours=1), "terms", attachments=[{**FILE, "path": PATH}], **more)
        state = server(_200000000000000001=[kept]) | {"files": {PATH: {"text": "the terms"}}}
        platforms.put("discord", state)
        connection = Connected("discord", platforms, {"botToken": "bot-token"})
        old = signed_url(PATH, platforms.state("discord"), now=NOW.timestamp() - 10 * 86_400)
        told = {**kept, "guild_id": GUILD, "attachments": [{**FILE, "url": old}]}
        connection.deliver(json.dumps({"op": 0, "s": 3, "t": "MESSAGE_CREATE", "d": told}).encode())
        return connection

    return made


def fetched(connection: Connected, call: object) -> tuple[int, bytes]:
    """What the call gives."""
    assert isinstance(call, Call)
    into = io.BytesIO()
    return connection.outside.download(call, into, 1_000_000).status, into.getvalue()


def test_an_expired_address_is_replaced_by_reading_the_message_again(sent: Callable[..., Connected]) -> None:
    connection = sent()
    work, _ = connection.wanted("terms.pdf")
    expired = Call("GET", work.attachment.url or "", "old")
    assert fetched(connection, expired)[0] == 404
    assert fetched(connection, connection.fetch("terms.pdf")) == (200, b"the terms")


@pytest.mark.parametrize("change", [{"gone": True}, {"attachments": []}])
def test_a_message_or_file_that_was_deleted_is_gone(
    sent: Callable[..., Connected], platforms: Running, change: Mapping[str, Any]
) -> None:
    connection = sent()
    messages = platforms.state("discord")["messages"]
    messages[CHANNEL] = [] if change.get("gone") else [{**messages[CHANNEL][0], **change}]
    with pytest.raises(GoneError):
        connection.fetch("terms.pdf")


def test_a_message_that_may_not_be_read_leaves_its_old_address(
    sent: Callable[..., Connected], platforms: Running
) -> None:
    connection = sent()
    platforms.state("discord")["guilds"][GUILD]["roles"][0]["permissions"] = "0"
    call = connection.fetch("terms.pdf")
    assert isinstance(call, Call)
    assert "ex=" in call.url


def test_files_of_forwarded_messages_are_found(platforms: Running) -> None:
    within = {"content": "see", "attachments": [{**FILE, "url": "https://cdn.discordapp.com/old"}]}
    forward = message(
        NOW - timedelta(hours=1),
        "",
        message_reference={"type": 1, "channel_id": "7", "message_id": "8"},
        message_snapshots=[{"message": within}],
    )
    platforms.put("discord", server(_200000000000000001=[forward]))
    connection = Connected("discord", platforms, {"botToken": "bot-token"})
    connection.run()
    call = connection.fetch("terms.pdf")
    assert isinstance(call, Call)
    assert call.url == "https://cdn.discordapp.com/old"


def test_stickers_are_public(platforms: Running) -> None:
    sticker = {"id": "700000000000000001", "name": "wave", "format_type": 4}
    platforms.put("discord", server(_200000000000000001=[message(NOW, "", sticker_items=[sticker])]))
    connection = Connected("discord", platforms, {"botToken": "bot-token"})
    connection.run()
    call = connection.fetch("sticker wave")
    assert isinstance(call, Call)
    assert call.url == "https://media.discordapp.net/stickers/700000000000000001.gif"
    assert "Authorization" not in call.headers


def test_no_other_host_is_asked(sent: Callable[..., Connected]) -> None:
    connection = sent()
    with pytest.raises(OutOfReachError):
        connection.outside.download(Call("GET", "https://169.254.169.254/", "x"), io.BytesIO(), 1)
