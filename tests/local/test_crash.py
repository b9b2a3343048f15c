"""The demo week, twice, in random order, while ``archive_events`` is killed again and again between its effects.

The emulator runs a function in processes of its own, each in a folder that carries the function's name. They are
killed with SIGKILL at random moments, as a machine that fails would: in the midst of a segment, between segment and
rows, between rows and notice. The stream delivers the batch again, and in the end every message must be there once,
saying exactly what the undisturbed run of the same week says.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra.local.demo.facts import expected_facts
from infra.local.demo.story import read_week
from infra.local.settings import ROOT, Settings
from infra.local.tenants import Spec, seeder
from tests.local.running import Running, eventually

pytestmark = [pytest.mark.local, pytest.mark.timeout(900)]

PUSHED = ("slack", "teams", "whatsapp", "telegram", "generic")
SEED = 20_260_302
KILLS = 30


@dataclass
class Killer:
    """Ends the processes of one function at random moments until it is told to stop, or has done so ``most`` times."""

    function: str
    most: int
    chance: random.Random
    killed: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while self.killed < self.most and not self._over.wait(self.chance.uniform(0.05, 1.0)):
            for process in self.processes():
                os.kill(process, signal.SIGKILL)
                self.killed += 1

    def stop(self) -> None:
        self._over.set()

    def processes(self) -> list[int]:
        """Ids of the processes that work in a folder of this function."""
        found = []
        for link in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if f"ministack-lambda-{self.function}-" in str(link.readlink()):
                    found.append(int(link.parent.name))
            except OSError:  # ended meanwhile
                continue
        return found


@pytest.fixture
def rehearsal(stack: Running, tmp_path: Path) -> Running:
    """A tenant of its own with all platforms that push, in a stack file that knows it."""
    stack.deployment.enter()
    here = Settings(port=0, search_port=0, state=tmp_path, engine="osmem", platform_port=0)
    made_by = seeder(here, stack.deployment.session, stack.deployment.outputs)
    name = f"rehearsal-{time.time_ns() % 10**8}"
    made = made_by.tenant(Spec(name, "Rehearsal", "rehearsal.example", {}, PUSHED))
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({**stack.document, "tenants": [made]}), "utf-8")
    return Running(file, json.loads(file.read_text("utf-8")))


def told(stack: Running, tenant: str) -> dict[tuple[str, str, str], Any]:
    """What is known of every message of the week, without what differs from tenant to tenant."""
    return {
        (item["platform"], item["channel_platform_id"], item["platform_id"]): (
            item.get("content"),
            item["timestamp"],
            item["is_deleted"],
            [version.get("text") for version in item.get("versions", [])],
            sorted((reaction["emoji"], reaction.get("removed_at") or "") for reaction in item.get("reactions", [])),
            None if item.get("attachments") else item["revision"],  # files are fetched when their turn comes
        )
        for item in stack.documents(tenant)
    }


def test_killed_between_its_effects_the_archive_holds_every_message_once(stack: Running, rehearsal: Running) -> None:
    tenant = str(rehearsal.document["tenants"][0]["tenantId"])
    expected = sum(expected_facts(read_week(), PUSHED).distinct_messages.values())
    function = stack.deployment.outputs["ArchiveEventsFunction"]
    killer = Killer(function, KILLS, random.Random(SEED))  # noqa: S311
    thread = threading.Thread(target=killer.run)
    thread.start()
    try:
        command = [sys.executable, "-m", "infra.local.demo", "--stack", str(rehearsal.file), "--tenant", tenant]
        subprocess.run([*command, "--twice", "--shuffle", str(SEED)], check=True, cwd=ROOT, stdin=subprocess.DEVNULL)
        eventually(lambda: killer.killed >= KILLS, "the function to have been killed often enough", 120)
    finally:
        killer.stop()
        thread.join()

    eventually(lambda: len(stack.documents(tenant)) >= expected, "all messages to be searchable", 240)
    undisturbed = told(stack, "meridian")
    week = {place for place in undisturbed if place in told(stack, tenant)}
    assert len(week) == expected

    def differing() -> list[Any]:
        disturbed = told(stack, tenant)
        places = sorted(week | disturbed.keys())
        return [
            (undisturbed.get(place), disturbed.get(place))
            for place in places
            if disturbed.get(place) != undisturbed.get(place)
        ]

    until = time.monotonic() + 120
    while differing() and time.monotonic() < until:
        time.sleep(1)
    assert differing()[:3] == []
    print(f"archive_events was killed {killer.killed} times; {expected} messages, once each")
