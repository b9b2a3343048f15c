"""The Telegram connector against the simulated platform: updates fetched, the webhook kept well, files."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from quire.connectors.telegram.manifest import ALLOWED_UPDATES
from quire.domain.calls import Call
from quire.domain.errors import GrantLostError, OutOfReachError
from tests.simulated.asking import NOW, Connected
from tests.simulators.running import Running

TOKEN = "123456:bot-token"
SECRETS = {"botToken": TOKEN, "secretToken": "s3cret"}


def update(number: int, text: str = "", **message: Any) -> dict[str, Any]:
    """An update with a message."""
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": int(NOW.timestamp()) + number,
            "chat": {"id": -100200, "type": "supergroup", "title": "Desk"},
            "from": {"id": 77, "is_bot": False, "first_name": "Amara"},
            **(message or {"text": text or f"m{number}"}),
        },
    }


@pytest.fixture
def connect(platforms: Running) -> Callable[..., Connected]:
    """A connection to a bot in the given state."""

    def made(receive: str = "webhook", **state: Any) -> Connected:
        platforms.put("telegram", state)
        return Connected("telegram", platforms, dict(SECRETS), {"receive": receive})

    return made


def texts(connection: Connected) -> list[str]:
    """What the messages say."""
    return [state.content.text for state in connection.messages() if state.content]


def test_polling_keeps_each_page_before_the_next_is_asked_for(
    connect: Callable[..., Connected], platforms: Running
) -> None:
    connection = connect("polling", updates=[update(n) for n in range(1, 251)])
    connection.run(stop_after=1)
    assert len(platforms.state("telegram")["updates"]) == 250, "the page was not kept yet, as far as Telegram knows"
    connection.run()
    assert texts(connection) == [f"m{n}" for n in range(1, 251)]
    assert platforms.state("telegram")["updates"] == []
    assert connection.run() == []
    assert connection.state["poll"]["offset"] == 251


def test_polling_asks_for_all_kinds(connect: Callable[..., Connected], platforms: Running) -> None:
    member = {"chat": {"id": -100200, "type": "supergroup"}, "from": {"id": 77, "first_name": "A"}, "date": 1772442738}
    standing = {"user": {"id": 78, "first_name": "B", "is_bot": False}}
    changed = {
        "old_chat_member": {**standing, "status": "left"},
        "new_chat_member": {**standing, "status": "member"},
    }
    connection = connect("polling", updates=[{"update_id": 5, "chat_member": {**member, **changed}}])
    connection.run()
    assert [event.kind for event in connection.events()] == ["member.joined"]
    asked = json.loads(platforms.requests("telegram")[0]["query"]["allowed_updates"])
    assert asked == list(ALLOWED_UPDATES)


def test_numbers_that_start_anew_after_a_quiet_week_lose_nothing(
    connect: Callable[..., Connected], platforms: Running
) -> None:
    connection = connect("polling", updates=[update(900_000)])
    connection.run()
    platforms.state("telegram")["updates"] = [update(17)]
    connection.now = NOW + timedelta(days=8)
    connection.run()
    assert len(connection.messages()) == 2


def test_a_webhook_in_the_way_is_told(connect: Callable[..., Connected]) -> None:
    connection = connect("polling", webhook={"url": "https://elsewhere.example/"})
    assert connection.run() == []
    assert [(notice.code, notice.degraded) for notice in connection.notices] == [("webhook_conflict", True)]


def test_a_connection_that_receives_by_webhook_does_not_poll(
    connect: Callable[..., Connected], platforms: Running
) -> None:
    assert connect("webhook", updates=[update(1)]).run() == []
    assert platforms.requests("telegram") == []


def test_the_webhook_is_set_where_it_is_not_ours(connect: Callable[..., Connected], platforms: Running) -> None:
    connection = connect()
    connection.run("webhook")
    hook = platforms.state("telegram")["webhook"]
    assert (hook["url"], hook["secret_token"]) == (connection.webhook_url, "s3cret")
    assert hook["allowed_updates"] == list(ALLOWED_UPDATES)
    connection.run("webhook")
    assert connection.codes() == ["webhook_set"], "once"
    hook["allowed_updates"] = ["message"]
    connection.run("webhook")
    connection.secrets["secretToken"] = "another"
    connection.run("webhook")
    assert platforms.state("telegram")["webhook"]["secret_token"] == "another"
    assert connection.codes() == ["webhook_set"] * 3


def test_deliveries_that_fail_are_told_while_they_do(connect: Callable[..., Connected], platforms: Running) -> None:
    connection = connect()
    connection.run("webhook")
    connection.notices.clear()
    failing = {"pending_update_count": 12, "last_error_date": int(NOW.timestamp()), "last_error_message": "503"}
    platforms.state("telegram")["webhook"].update(failing)
    connection.run("webhook")
    connection.now = NOW + timedelta(hours=2)
    connection.run("webhook")
    assert [(notice.code, notice.degraded) for notice in connection.notices] == [("webhook_failing", True)]


def test_polled_and_pushed_updates_are_the_same_facts(connect: Callable[..., Connected]) -> None:
    connection = connect("polling", updates=[update(1), update(2)])
    connection.run()
    polled = {event.event_id for event in connection.events()}
    for number in (2, 1, 2):
        connection.deliver(json.dumps(update(number)).encode())
    assert {event.event_id for event in connection.events()} == polled


def document(size: int = 9) -> dict[str, Any]:
    """An update with a file."""
    file = {"file_id": "F1", "file_unique_id": "U1", "file_name": "terms.pdf", "file_size": size}
    return update(1, document=file)


def test_files_are_asked_for_by_their_handle(connect: Callable[..., Connected], platforms: Running) -> None:
    connection = connect(
        "polling", updates=[document()], files={"F1": {"text": "the terms", "path": "documents/a b.pdf"}}
    )
    connection.run()
    call = connection.fetch("terms.pdf")
    assert isinstance(call, Call)
    into = io.BytesIO()
    assert connection.outside.download(call, into, 100).status == 200
    assert into.getvalue() == b"the terms"
    assert TOKEN not in call.name
    assert not any(TOKEN in name for name in connection.outside.names)


@pytest.mark.parametrize(
    ("stated", "file", "reason"),
    [
        (21 * 1024 * 1024, {"text": "x"}, "too_large"),
        (9, {"size": 21 * 1024 * 1024}, "platform_error"),
        (9, {"deleted": True}, "platform_error"),
    ],
)
def test_files_that_bots_are_not_given(
    connect: Callable[..., Connected], stated: int, file: dict[str, Any], reason: str
) -> None:
    connection = connect("polling", updates=[document(stated)], files={"F1": file})
    connection.run()
    with pytest.raises(OutOfReachError) as raised:
        connection.fetch("terms.pdf")
    assert raised.value.reason == reason


def test_waits_as_telegram_asks(connect: Callable[..., Connected], platforms: Running) -> None:
    connection = connect("polling", updates=[update(1)])
    platforms.fault("telegram", "rate_limit", seconds=1)
    platforms.fault("telegram", "outage", after=1)
    connection.run()
    assert connection.outside.waited[0] == 1
    assert texts(connection) == ["m1"]


@pytest.mark.parametrize("task", ["poll", "webhook"])
def test_a_lost_token_is_told_without_being_shown(
    connect: Callable[..., Connected], platforms: Running, task: str
) -> None:
    connection = connect("polling" if task == "poll" else "webhook")
    platforms.state("telegram")["revoked"] = [TOKEN]
    with pytest.raises(GrantLostError) as raised:
        connection.run(task)
    assert TOKEN not in str(raised.value)
    platforms.state("telegram").update(revoked=[], bots={})
    with pytest.raises(GrantLostError):
        connection.run(task)
