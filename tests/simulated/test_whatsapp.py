"""The WhatsApp connector against the simulated platform: media by id, addresses that expire, tokens that are lost."""

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from quire.domain.calls import Call
from quire.domain.errors import GoneError, GrantLostError, OutOfReachError
from tests.simulated.asking import NOW, Connected
from tests.simulators.running import Running

MEDIA = "1003383421387256"
CONTENT = b"the terms"


@pytest.fixture
def sent(platforms: Running) -> Callable[..., Connected]:
    """A connection that was sent a document, of which the platform holds ``file``."""

    def made(file: dict[str, Any] | None = None, **state: Any) -> Connected:
        media = {MEDIA: {"text": CONTENT.decode(), "contentType": "application/pdf"} if file is None else file}
        platforms.put("whatsapp", {"media": media, **state})
        connection = Connected("whatsapp", platforms, {"appSecret": "s", "accessToken": "access-token"})
        document = {"id": MEDIA, "filename": "terms.pdf", "mime_type": "application/pdf"}
        document["sha256"] = hashlib.sha256(CONTENT).hexdigest()
        told = {"id": "wamid.A", "from": "48600100200", "timestamp": str(int(NOW.timestamp())), "type": "document"}
        metadata = {"phone_number_id": "27681414235104944", "display_phone_number": "48600100100"}
        value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": [{**told, "document": document}]}
        entry = [{"id": "8856996819413533", "changes": [{"field": "messages", "value": value}]}]
        connection.deliver(json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode())
        return connection

    return made


def download(connection: Connected, call: Call | bytes) -> tuple[int, bytes]:
    """What a call gives."""
    assert isinstance(call, Call)
    into = io.BytesIO()
    return connection.outside.download(call, into, 1_000).status, into.getvalue()


def test_media_come_by_their_id_with_the_token(sent: Callable[..., Connected], platforms: Running) -> None:
    connection = sent()
    call = connection.fetch("terms.pdf")
    assert download(connection, call) == (200, CONTENT)
    work, _ = connection.wanted("terms.pdf")
    assert work.attachment.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert next(entry["path"] for entry in platforms.requests("whatsapp")) == f"/v23.0/{MEDIA}"


def test_each_try_has_an_address_of_its_own(sent: Callable[..., Connected]) -> None:
    connection = sent(address_seconds=-1)
    first = connection.fetch("terms.pdf")
    assert download(connection, first)[0] == 404
    connection.platforms.state("whatsapp")["address_seconds"] = 300
    assert download(connection, connection.fetch("terms.pdf"))[0] == 200


@pytest.mark.parametrize("gone", ["deleted", "expired"])
def test_media_that_expired_or_were_deleted_are_gone(
    sent: Callable[..., Connected], platforms: Running, gone: str
) -> None:
    connection = sent()
    media = platforms.state("whatsapp")["media"]
    media[MEDIA] = {"deleted": True} if gone == "deleted" else media.pop(MEDIA) and None
    with pytest.raises(GoneError):
        connection.fetch("terms.pdf")


def test_media_the_token_may_not_see(sent: Callable[..., Connected]) -> None:
    with pytest.raises(OutOfReachError) as raised:
        sent(unpermitted=[MEDIA]).fetch("terms.pdf")
    assert raised.value.reason == "not_permitted"


def test_a_lost_token_is_told(sent: Callable[..., Connected]) -> None:
    connection = sent(expired=["access-token"])
    with pytest.raises(GrantLostError):
        connection.fetch("terms.pdf")
    with pytest.raises(GrantLostError):
        connection.run("check")


def test_a_token_that_was_renewed_meanwhile_is_taken(sent: Callable[..., Connected], platforms: Running) -> None:
    connection = sent()
    platforms.fault("whatsapp", "unauthorised")
    assert download(connection, connection.fetch("terms.pdf")) == (200, CONTENT)


def test_waits_as_meta_asks(sent: Callable[..., Connected], platforms: Running) -> None:
    connection = sent()
    platforms.fault("whatsapp", "rate_limit", seconds=1)
    limited = {"error": {"message": "(#80007) limit", "code": 80007}}
    platforms.fault("whatsapp", "answer", after=1, status=400, body=limited, headers={"Retry-After": "0"})
    connection.fetch("terms.pdf")
    assert connection.outside.waited == [1, 0]


def test_token_is_checked_before_a_file_is_needed(sent: Callable[..., Connected]) -> None:
    connection = sent()
    assert connection.run("check") == []
    assert connection.codes() == []
    del connection.secrets["accessToken"]
    connection.run("check")
    assert connection.codes() == ["no_access_token"]
