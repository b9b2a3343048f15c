"""The index on the deployed stack, damaged behind everybody's back: the check finds it and mends it."""

import subprocess
import uuid

import httpx
import pytest

from infra.local import node
from tests.local.running import Running, eventually, slack_message

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]

TENANT = "northwind"


def checked(stack: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``quire check-index``, in a process of its own, once the daily one is through; what was captured just now
    counts."""

    def done() -> subprocess.CompletedProcess[str] | None:
        ran = check(stack, *arguments)
        return None if "a check of this tenant is under way" in ran.stderr else ran

    return eventually(done, "no other check to be under way", 300) or pytest.fail("no check")


def check(stack: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command."""
    return subprocess.run(
        [node.TOOLS / "quire", "check-index", "--tenant", TENANT, "--settled", "0", "--wait", "400", *arguments],
        env=node.environment({"QUIRE_STACK": str(stack.file)}),
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_was_damaged_is_found_by_name_and_mended(stack: Running) -> None:
    altered, gone = (f"{word} {uuid.uuid4().hex}" for word in ("altered", "gone"))
    for text in (altered, gone):
        assert stack.send_slack(slack_message(text), TENANT).status_code == 200
    with stack.api(stack.user(TENANT, "compliance_officer")) as api:
        for text in (altered, gone):
            eventually(lambda text=text: stack.search(api, f'"{text}"')["hits"], text)  # type: ignore[misc]
        engine = f"{stack.document['search']}/{TENANT}-messages"
        question = {"version": True, "size": 10_000, "query": {"match_all": {}}}
        hits = httpx.post(f"{engine}/_search", json=question, timeout=60).json()["hits"]["hits"]
        by_text = {hit["_source"].get("content"): hit for hit in hits}
        day = by_text[gone]["_source"]["timestamp"][:10]

        before = checked(stack, "--day", day)
        assert before.returncode == 0, before.stdout + before.stderr
        assert " healed" not in before.stdout

        hit = by_text[altered]
        place = f"{stack.document['search']}/{hit['_index']}/_doc"
        guard = {"version": hit["_version"], "version_type": "external_gte"}
        changed = {**hit["_source"], "content": "never said"}
        assert httpx.put(f"{place}/{hit['_id']}", params=guard, json=changed, timeout=60).is_success
        assert httpx.delete(f"{place}/{by_text[gone]['_id']}", timeout=60).is_success
        eventually(lambda: not stack.search(api, f'"{gone}"')["hits"], "the damage to be seen")
        eventually(lambda: not stack.search(api, f'"{altered}"')["hits"], "the damage to be seen")

        done = checked(stack, "--day", day)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{by_text[altered]['_id']} differing (content), healed" in done.stdout
        assert f"{by_text[gone]['_id']} missing, healed" in done.stdout
        assert "never said" not in done.stdout
        for text in (altered, gone):
            eventually(lambda text=text: stack.search(api, f'"{text}"')["hits"], text)  # type: ignore[misc]
