"""Connections ask their platforms by themselves: schedules, a server that is read, changes there, lost access."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.demo import ids
from infra.local.demo.discord_world import DiscordWorld, stamp
from infra.local.demo.facts import expected_facts
from infra.local.demo.story import read_week
from tests.local.running import Running, eventually

pytestmark = [pytest.mark.local, pytest.mark.timeout(300)]

WORLD = DiscordWorld(read_week())
HELP = WORLD.channel("dc-help")


def word() -> str:
    """A word nobody has said before."""
    return "word" + secrets.token_hex(6)


def message(text: str) -> dict[str, Any]:
    """A message that somebody writes in the community's server now."""
    now = datetime.now(UTC)
    told = {**WORLD.message(read_week().story.lines_on({"dc-help"})[0]), "content": text, "timestamp": stamp(now)}
    return {**told, "id": ids.snowflake(now, text), "type": 0}


@pytest.fixture
def channel(stack: Running) -> Iterator[list[dict[str, Any]]]:
    """The messages of a channel, as they are now; put back afterwards."""
    before = stack.simulated("discord")["messages"]
    yield list(before[HELP])
    stack.change("discord", {"messages": before})


def shown(stack: Running, messages: list[dict[str, Any]]) -> None:
    """The channel holds these messages from now on, and the connection reads its server."""
    everything = stack.simulated("discord")["messages"]
    guild, told = WORLD.guild, stack.simulated("discord")["guilds"]
    for each in told[guild]["channels"]:
        if each["id"] == HELP:
            each["last_message_id"] = max((item["id"] for item in messages), key=int)
    stack.change("discord", {"messages": {**everything, HELP: messages}, "guilds": told})
    stack.wake("discord", "poll")


def test_every_task_of_every_connection_is_scheduled(stack: Running) -> None:
    client, found = stack.deployment.client("scheduler"), set()
    for page in client.get_paginator("list_schedules").paginate(GroupName=stack.deployment.outputs["ScheduleGroup"]):
        for each in page["Schedules"]:
            schedule = client.get_schedule(Name=each["Name"], GroupName=each["GroupName"])
            assert schedule["State"] == "ENABLED"
            assert schedule["ScheduleExpression"].startswith("rate(")
            found.add(schedule["Description"])
    for task in ("discord poll", "discord directory", "telegram webhook", "teams subscriptions", "slack directory"):
        platform, name = task.split()
        assert f"meridian meridian-{platform} {name}" in found


def test_what_is_written_changed_and_removed_in_a_server_is_found_by_reading_it(
    stack: Running, channel: list[dict[str, Any]]
) -> None:
    first, second = word(), word()
    written = message(f"before {first}")

    shown(stack, [*channel, written])
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        found = eventually(lambda: stack.search(api, first)["hits"], "the message to be read", 120)
        assert [(hit["platform"], hit["content"]) for hit in found] == [("discord", f"before {first}")]

        later = stamp(datetime.now(UTC))
        shown(stack, [*channel, {**written, "content": f"after {second}", "edited_timestamp": later}])
        found = eventually(lambda: stack.search(api, second)["hits"], "the edit to be read", 120)
        assert [version["content"] for version in found[0]["editHistory"]] == [f"before {first}"]

        shown(stack, channel)

        def deleted() -> bool:
            return "deletedAt" in stack.search(api, second)["hits"][0]

        eventually(deleted, "the deletion to be seen", 120)


def test_the_communitys_week_is_there_with_what_was_changed_and_removed(stack: Running) -> None:
    places = {place.key for place in WORLD.guild_places()}
    week = [each for each in expected_facts(read_week()).messages if each.place in places]

    def differing() -> list[Any]:
        known = {
            (item["channel_platform_id"], item["platform_id"]): item
            for item in stack.documents("meridian")
            if item["platform"] == "discord"
        }
        return [
            each.key
            for each in week
            if (item := known.get((each.channel, each.native))) is None
            or item["is_deleted"] != each.deleted
            or len(item.get("versions", [])) < len(each.texts)
        ]

    eventually(lambda: not differing(), "every line of the server's week as it stands in the end", 120)


def test_a_lost_grant_degrades_a_connection_until_it_works_again(stack: Running) -> None:
    held = stack.simulated("telegram")["bots"]
    (token,) = held
    with stack.api(stack.user("meridian", "administrator")) as api:

        def status() -> str:
            connections = api.get("/v1/connections").json()["connections"]
            return next(str(each["status"]) for each in connections if each["platform"] == "telegram")

        stack.change("telegram", {"revoked": [token]})
        try:
            stack.wake("telegram", "webhook")
            eventually(lambda: status() == "degraded", "the connection to be degraded", 120)
        finally:
            stack.change("telegram", {"revoked": []})
        stack.wake("telegram", "webhook")
        eventually(lambda: status() == "active", "the connection to work again", 120)
