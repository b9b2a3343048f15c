"""What was archived is there after a stop and a start, after a hard kill, and on the other search engine.

These tests stop and start the stack, so they run only on the one that ``make test`` made for itself.
"""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from infra.local import emulator, processes, settings, stack_for_tests
from infra.local.settings import Settings
from tests.local.running import Running, eventually, read, slack_message

pytestmark = [pytest.mark.local, pytest.mark.timeout(900)]


@pytest.fixture
def ours(stack: Running) -> Settings:
    """The settings of the stack, if it is the tests' own."""
    if not os.environ.get("QUIRE_STATE_DIR") or Path(os.environ["QUIRE_STATE_DIR"]) != stack.file.parent:
        pytest.skip("this stack is somebody's: only the tests' own is stopped")
    return settings.from_environment()


def contents(stack: Running) -> dict[str, Any]:
    """What every message of the demo's firm says, with what it said before."""
    documents = stack.documents("meridian")
    return {item["message_id"]: (item.get("content"), item["is_deleted"], item.get("versions")) for item in documents}


def the_same(stack: Running, before: dict[str, Any]) -> None:
    """Every message says what it said; not more than a few of those that do not are shown."""
    after = contents(stack)
    differing = [(before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)]
    assert differing[:3] == []


def test_what_was_archived_survives_a_stop_and_a_start(stack: Running, ours: Settings) -> None:
    before = contents(stack)
    assert len(before) > 300

    stack_for_tests.control("down", ours)
    assert processes.all_running(ours) == []
    stack_for_tests.control("up", ours)

    again = read(stack.file)
    the_same(again, before)
    assert again.document["admin"] == stack.document["admin"]
    assert again.document["tenants"] == stack.document["tenants"]
    with again.api(again.user("meridian", "compliance_officer")) as api:
        assert again.search(api, "WhatsApp")["total"] > 0
    again.wake("discord", "poll")  # what is outside is there again, too
    eventually(lambda: any(each["host"] == "discord.com" for each in again.asked("discord")), "its server to be read")


def test_a_hard_kill_loses_nothing_that_was_sealed(stack: Running, ours: Settings) -> None:
    text = f"sealed, then the lights went out {time.time_ns()}"
    assert stack.send_slack(slack_message(text)).status_code == 200
    eventually(lambda: text in str(contents(stack).values()), "the message to be searchable")
    before = contents(stack)

    for record in processes.all_running(ours):
        os.kill(record.pid, signal.SIGKILL)
        assert processes.ended_within(record, 10)
    stack_for_tests.control("up", ours)

    again = read(stack.file)
    the_same(again, before)
    everything_is_locked(again)
    assert again.send_slack(slack_message(f"and on {time.time_ns()}")).status_code == 200


def everything_is_locked(stack: Running) -> None:
    client = stack.deployment.client("s3")
    page = client.list_object_versions(Bucket=stack.journal, Prefix="t/")
    for version in page["Versions"]:
        place = {"Bucket": stack.journal, "Key": version["Key"], "VersionId": version["VersionId"]}
        assert client.get_object_retention(**place)["Retention"]["Mode"] in {"GOVERNANCE", "COMPLIANCE"}


def test_the_emulator_writes_its_state_down_when_asked(ours: Settings) -> None:
    file = ours.data / "services" / "dynamodb.json"
    before = file.stat().st_mtime_ns if file.exists() else 0

    emulator.checkpoint(ours)

    eventually(lambda: file.exists() and file.stat().st_mtime_ns > before, "the state file to be written")
