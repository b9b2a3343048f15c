"""Discord, Telegram and WhatsApp at work as deployed: tasks run by the runner, pages on the stream, troubles kept."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from quire.connectors.registry import connector
from quire.domain.delivery import read_header, with_body
from quire.domain.message import MessageState
from tests.moto_aws import Stack, stack
from tests.simulated.test_at_work import Deployed
from tests.simulated.test_discord_poll import CHANNEL, GUILD, message, server
from tests.simulated.test_telegram import update
from tests.simulators.running import Running
from tests.unit.connectors.reading import states

TOKEN = "123456:bot-token"


@pytest.fixture
def aws() -> Iterator[Stack]:
    """The stores."""
    with stack() as made:
        yield made


def archived(aws: Stack) -> list[MessageState]:
    """The messages that the stream tells of."""
    deliveries = [with_body(*read_header(record)) for record in aws.records()]
    return states(found.event for each in deliveries for found in connector(each.header.platform).normalise(each))


def test_discord_edits_deletions_and_a_view_that_is_lost(aws: Stack, platforms: Running) -> None:
    now = datetime.now(UTC)
    posts = [message(now - timedelta(hours=1, minutes=-n), f"m{n}") for n in range(3)]
    platforms.put("discord", server(_200000000000000001=posts) | {"tokens": [TOKEN]})
    deployed = Deployed(aws, platforms, "discord", {"botToken": TOKEN}, configuration={"againMinutes": 0})
    assert deployed.run("poll") == "done"
    held = platforms.state("discord")["messages"][CHANNEL]
    held[0] |= {"content": "better", "edited_timestamp": now.isoformat()}
    del held[2]
    assert deployed.run("poll") == "done"
    told = [(found.content.text if found.content else "", bool(found.deleted_at)) for found in archived(aws)]
    assert told == [("better", False), ("m1", False), ("m2", True)]
    platforms.state("discord")["guilds"][GUILD]["roles"][0]["permissions"] = "0"
    assert deployed.run("poll") == "done"
    assert deployed.troubles() == [("history_unreadable", True)]
    platforms.state("discord")["guilds"][GUILD]["roles"][0]["permissions"] = str(1 << 3)
    assert deployed.run("poll") == "done"
    assert deployed.troubles() == []
    platforms.state("discord")["tokens"] = []
    deployed.run("poll")
    assert ("grant_lost", True) in deployed.troubles()
    deployed.transport.close()


def test_telegram_forgets_nothing_that_is_not_on_the_stream(aws: Stack, platforms: Running) -> None:
    platforms.put("telegram", {"updates": [update(n) for n in range(1, 131)]})
    secrets = {"botToken": TOKEN, "secretToken": "s"}
    deployed = Deployed(aws, platforms, "telegram", secrets, configuration={"receive": "polling"})
    assert deployed.run("poll") == "done"
    assert len(archived(aws)) == 130
    assert deployed.run("webhook") == "done"
    deployed.transport.close()


def test_whatsapp_without_a_token(aws: Stack, platforms: Running) -> None:
    deployed = Deployed(aws, platforms, "whatsapp", {"appSecret": "s", "verifyToken": "v"})
    deployed.run("check")
    assert [degraded for _, degraded in deployed.troubles()] == [True]
    deployed.transport.close()
