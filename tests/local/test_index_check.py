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
    """A document that was altered; then a whole month that was lost, of which searches find nothing meanwhile."""
    altered, other = (f"{word} {uuid.uuid4().hex}" for word in ("altered", "other"))
    for text in (altered, other):
        assert stack.send_slack(slack_message(text), TENANT).status_code == 200
    with stack.api(stack.user(TENANT, "compliance_officer")) as api:
        found(stack, api, altered, other)
        engine = stack.document["search"]
        question = {"version": True, "size": 10_000, "query": {"match_all": {}}}
        hits = httpx.post(f"{engine}/{TENANT}-messages/_search", json=question, timeout=60).json()["hits"]["hits"]
        by_text = {hit["_source"].get("content"): hit for hit in hits}
        hit, day = by_text[altered], by_text[altered]["_source"]["timestamp"][:10]
        ids = [by_text[text]["_id"] for text in (altered, other)]

        guard = {"version": hit["_version"], "version_type": "external_gte"}
        changed = {**hit["_source"], "content": "never said"}
        place = f"{engine}/{hit['_index']}/_doc/{hit['_id']}"
        assert httpx.put(place, params=guard, json=changed, timeout=60).is_success
        eventually(lambda: not stack.search(api, f'"{altered}"')["hits"], "the damage to be seen")
        done = checked(stack, "--day", day)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{ids[0]} differing (content), healed" in done.stdout
        assert (ids[1] in done.stdout, "never said" in done.stdout) == (False, False)
        found(stack, api, altered, other)

        assert httpx.delete(f"{engine}/{hit['_index']}", timeout=60).is_success
        eventually(lambda: not stack.search(api, f'"{other}"')["hits"], "the damage to be seen")
        done = checked(stack, "--day", day)
        assert done.returncode == 0, done.stdout + done.stderr
        for each in ids:
            assert f"{each} missing, healed" in done.stdout
        found(stack, api, altered, other)


def found(stack: Running, api: httpx.Client, *texts: str) -> None:
    """Searches find these."""
    for text in texts:
        eventually(lambda text=text: stack.search(api, f'"{text}"')["hits"], text)  # type: ignore[misc]
