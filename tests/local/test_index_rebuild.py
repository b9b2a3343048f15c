"""``quire rebuild-index`` on the deployed stack, while deliveries come in and people search without pause."""

import json
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from infra.local import node
from quire.aws.audit_table import AuditTable
from quire.domain.ids import TenantId
from tests.local.running import Running, eventually, slack_message

pytestmark = [pytest.mark.local, pytest.mark.timeout(300)]

TENANT = "meridian"
SETTLED = 5.0
"""Seconds after which what was found once has to be found by whatever is searched: engines refresh every second."""
MOST = 90
STRAY = "stray-of-the-test"


@dataclass
class Life:
    """What people do meanwhile. ``found``: when each text was first found; ``gone``: what was found, and then not."""

    stack: Running
    word: str
    sent: list[str] = field(default_factory=list)
    found: dict[str, float] = field(default_factory=dict)
    asked: int = 0
    gone: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def send(self) -> None:
        """A message every second."""
        for number in range(MOST):
            text = f"{self.word} number {number}"
            answer = self.stack.send_slack(slack_message(text))
            if not answer.is_success:
                self.failures.append(f"a delivery was answered with {answer.status_code}")
            self.sent.append(text)
            if self.over.wait(1):
                return

    def search(self) -> None:
        """Everything that was sent, and everything there is, by turns."""
        officer = self.stack.user(TENANT, "compliance_officer")
        most = 0
        with self.stack.api(officer) as api:
            for _ in range(20 * MOST):
                if self.over.is_set():
                    return
                settled = [text for text, at in self.found.items() if time.monotonic() - at > SETTLED]
                texts = {
                    hit["content"] for hit in self._answer(api, {"query": self.word, "limit": 100}).get("hits", [])
                }
                self.gone += [text for text in settled if text not in texts][:1]
                self.found |= {text: time.monotonic() for text in texts - self.found.keys()}
                whole = self._answer(api, {"query": "", "limit": 1, "facets": ["channel", "platform"]})
                if whole.get("total", most) < most - len(self.found) + len(settled):
                    self.gone.append(f"{whole['total']} of {most} messages")
                most = max(most, whole.get("total", most))

    def _answer(self, api: httpx.Client, question: dict[str, Any]) -> dict[str, Any]:
        answer = api.post("/v1/search", json=question)
        self.asked += 1
        if answer.status_code == 200:
            found: dict[str, Any] = answer.json()
            return found
        self.failures.append(f"a search was answered with {answer.status_code}: {answer.text[:200]}")
        return {"hits": [{"content": text} for text in self.found]}


def begun(*works: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work) for work in works]
    for each in threads:
        each.start()
    return threads


def quire(stack: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own."""
    return subprocess.run(
        [node.TOOLS / "quire", *arguments],
        env=node.environment({"QUIRE_STACK": str(stack.file)}),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def put_stray(stack: Running) -> str:
    """A document of which no segment tells, straight into the engine; its index."""
    listed = httpx.get(f"{stack.document['search']}/_alias/{TENANT}-messages").json()
    index = str(sorted(listed)[0])
    body = {"tenant_id": TENANT, "message_id": STRAY, "place": f"000{STRAY}"}
    answer = httpx.put(f"{stack.document['search']}/{index}/_doc/{STRAY}?refresh=true", json=body)
    assert answer.is_success, answer.text
    return index


def contents(stack: Running) -> dict[str, Any]:
    documents = stack.documents(TENANT)
    found = {each["message_id"]: (each.get("content"), each.get("versions")) for each in documents}
    assert len(found) == len(documents), "each once"
    return found


def test_searched_and_written_all_the_while(stack: Running) -> None:
    before = contents(stack)
    assert len(before) > 300
    index = put_stray(stack)
    life = Life(stack, f"rebuilding{time.time_ns()}")
    threads = begun(life.send, life.search)
    try:
        eventually(lambda: life.found, "the first message to be found")
        done = quire(stack, "rebuild-index", "--tenant", TENANT, "--drop-strays")
        time.sleep(SETTLED)
    finally:
        life.over.set()
        for each in threads:
            each.join(60)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"left out, no segment tells of it: {STRAY}" in done.stdout
    assert (life.failures, life.gone) == ([], [])
    assert len(life.sent) > 20
    assert life.asked > 20
    eventually(lambda: set(life.sent) <= {text for text, _ in contents(stack).values()}, "all that was sent")
    after = contents(stack)
    assert STRAY not in after
    assert [each for each in before if after.get(each) != before[each]] == []

    listed = httpx.get(f"{stack.document['search']}/{TENANT}-messages-*/_alias").json()
    assert {frozenset(each["aliases"]) for each in listed.values()} == {frozenset({f"{TENANT}-messages"})}
    assert index not in listed, "the old indexes were deleted"
    assert quire(stack, "rebuild-index", "--tenant", TENANT, "--needed").stdout == "none\n"
    trail = AuditTable(stack.deployment.client("dynamodb"), stack.document["tables"]["audit"])
    entries = [json.loads(each) for each in trail.entries(TenantId(TENANT), f"{datetime.now(UTC):%Y-%m-%d}")]
    assert [each["detail"] for each in entries if each["action"] == "DropStrays"] == [{"messages": [STRAY]}]
