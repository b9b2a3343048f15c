"""The connectors through the product's own way outward: pinned addresses, TLS names, breakers, turns."""

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from quire.connectors.registry import connector
from quire.domain.calls import Call
from quire.domain.errors import OutOfReachError
from quire.outbound.platform import PlatformOutside
from quire.outbound.transport import Transport
from quire.outbound.whereabouts import gateway
from tests.outside import World
from tests.simulated.asking import NOW, Connected
from tests.simulated.test_discord_poll import message, server
from tests.simulated.test_telegram import document
from tests.simulators.running import Running

DISCORD_FILE = {"id": "600000000000000001", "filename": "terms.pdf", "size": 9, "content_type": "application/pdf"}
PATH = "/attachments/200000000000000001/600000000000000001/terms.pdf"
SECRETS = {"botToken": "123456:bot-token", "secretToken": "s", "accessToken": "access-token"}


class Placed(Connected):
    """A connection whose calls go the product's way."""

    outside: Any

    def __post_init__(self) -> None:
        """Its outside is the real one."""
        reach = connector(self.platform).reach
        assert reach is not None
        self.transport = Transport(gateway(self.platforms.address), str(self.platforms.certificates.authority))
        made = World().outside(self.transport, reach)
        self.outside = PlatformOutside(made._there, self._token, made._around)


@contextmanager
def placed(platforms: Running, platform: str, state: dict[str, Any], **configuration: Any) -> Iterator[Placed]:
    """A connection to a platform in the given state."""
    platforms.put(platform, state)
    made = Placed(platform, platforms, dict(SECRETS), configuration)
    with closing(made.transport):
        yield made


def download(connection: Placed) -> bytes:
    """The bytes of the one file there is."""
    call, into = connection.fetch("terms.pdf"), io.BytesIO()
    assert isinstance(call, Call)
    assert connection.outside.download(call, into, 1_000_000).status == 200
    return into.getvalue()


def test_discord(platforms: Running) -> None:
    sent = message(NOW, "hello", attachments=[{**DISCORD_FILE, "path": PATH}])
    state = server(_200000000000000001=[sent]) | {"tokens": [SECRETS["botToken"]], "files": {PATH: {"text": "terms"}}}
    with placed(platforms, "discord", state) as connection:
        platforms.fault("discord", "outage", path="/api/v10/channels")
        connection.run()
        assert [found.content.text for found in connection.messages() if found.content] == ["hello"]
        assert download(connection) == b"terms"


def test_telegram(platforms: Running) -> None:
    state = {"updates": [document()], "files": {"F1": {"text": "terms"}}}
    with placed(platforms, "telegram", state, receive="polling") as connection:
        platforms.fault("telegram", "rate_limit", seconds=3)
        connection.run()
        assert len(connection.messages()) == 1
        assert download(connection) == b"terms"


def test_whatsapp(platforms: Running) -> None:
    bearer = {"Authorization": f"Bearer {SECRETS['accessToken']}"}
    media = {"1003": {"redirect": "https://169.254.169.254/latest"}, "1004": {"text": "terms"}}
    with placed(platforms, "whatsapp", {"media": media}) as connection:
        connection.run("check")
        assert connection.codes() == []
        calls = []
        for identifier in media:
            asked = Call("GET", f"https://graph.facebook.com/v23.0/{identifier}", "GET /{media-id}", bearer)
            calls.append(Call("GET", connection.outside.send(asked).json()["url"], "GET media", bearer))
        into = io.BytesIO()
        assert connection.outside.download(calls[1], into, 100).status == 200
        assert into.getvalue() == b"terms"
        with pytest.raises(OutOfReachError) as raised:
            connection.outside.download(calls[0], io.BytesIO(), 100)
        assert raised.value.reason == "address_refused"
