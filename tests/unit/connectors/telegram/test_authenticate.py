"""Who may speak for Telegram."""

from typing import Any

import pytest

from quire.connectors.telegram.authenticate import authenticate
from quire.connectors.telegram.manifest import ALLOWED_UPDATES, MANIFEST
from quire.connectors.telegram.normalise import _EDITED, _REASONS, _WRITTEN
from quire.domain.delivery import Accepted, WebhookRequest
from quire.domain.errors import MalformedError, UnauthenticatedError
from tests.unit.connectors.reading import sample, samples

SECRETS: dict[str, Any] = {"secretToken": "a-Shared_Secret"}
TEXT = sample("telegram", "message.text")


def request(told: str | None = "a-Shared_Secret", body: bytes = TEXT) -> WebhookRequest:
    headers = {} if told is None else {"x-telegram-bot-api-secret-token": told}
    return WebhookRequest(headers=headers, body=body)


@pytest.mark.parametrize("name", [name for name in samples("telegram") if name.startswith(("message", "chat_member"))])
def test_updates_with_the_secret_are_accepted(name: str) -> None:
    assert authenticate(request(body=sample("telegram", name)), SECRETS, {}, 0.0) == Accepted(status=200)


@pytest.mark.parametrize("told", [None, "", "a-shared_secret", "a-Shared_Secret ", "\udcff", "é"])
def test_without_it_nobody_is_believed(told: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        authenticate(request(told), SECRETS, {}, 0.0)


@pytest.mark.parametrize("secrets", [{}, {"secretToken": ""}, {"secretToken": None}, {"secretToken": 7}])
def test_connection_without_a_secret_lets_nobody_in(secrets: dict[str, Any]) -> None:
    for told in (None, "", "None", "7"):
        with pytest.raises(UnauthenticatedError):
            authenticate(request(told), secrets, {}, 0.0)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"update_id":"1"}', b'{"update_id":true}', b'{"ok":true,"result":[]}', b"\xff"]
)
def test_what_is_no_update_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        authenticate(request(body=body), SECRETS, {}, 0.0)


def test_everything_that_can_be_asked_for_is_known() -> None:
    handled = _WRITTEN | _EDITED | set(_REASONS)
    handled |= {"deleted_business_messages", "message_reaction", "my_chat_member", "chat_member"}
    assert set(ALLOWED_UPDATES) <= handled
    assert MANIFEST.platform == "telegram"
