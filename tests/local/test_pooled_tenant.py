"""A tenant of the deployed stack that moves into the pool, where somebody else's message lies already."""

import time
from typing import Any

import httpx
import pytest

from quire.search.pool import POOL
from tests.local.running import Running, eventually, slack_message
from tests.local.test_index_rebuild import quire

pytestmark = [pytest.mark.local, pytest.mark.timeout(300)]

TENANT, OTHER = "northwind", "globex"


def indexes(stack: Running) -> set[str]:
    """The indexes that the tenant's searches see."""
    return set(httpx.get(f"{stack.document['search']}/_alias/{TENANT}-messages").json())


def found(stack: Running, word: str) -> list[str]:
    with stack.api(stack.user(TENANT, "compliance_officer")) as api:
        return [hit["content"] for hit in stack.search(api, word)["hits"]]


def moved_into_the_pool(stack: Running) -> bool:
    """Again within two minutes of the last time it is refused."""
    done = quire(stack, "rebuild-index", "--tenant", TENANT, "--into", "pooled")
    assert done.returncode == 0 or "two minutes" in done.stderr, done.stdout + done.stderr
    return done.returncode == 0


def test_it_moves_and_finds_what_it_found_and_nothing_of_others(stack: Running) -> None:
    word = f"pooling{time.time_ns()}"
    assert stack.send_slack(slack_message(f"before: {word}"), TENANT).is_success
    eventually(lambda: found(stack, word), "the message before the move")
    before = {each["message_id"]: each["versions"] for each in stack.documents(TENANT)}
    eventually(lambda: moved_into_the_pool(stack), "the move", 240)
    assert {each["message_id"]: each["versions"] for each in stack.documents(TENANT)} == before
    pooled = indexes(stack)
    assert pooled
    assert all(name.startswith(f"{POOL}-") for name in pooled)

    assert stack.send_slack(slack_message(f"after: {word}"), TENANT).is_success
    eventually(lambda: len(found(stack, word)) == 2, "the message after the move")
    mine: dict[str, Any] = next(each for each in stack.documents(TENANT) if word in each.get("content", ""))
    theirs = mine | {"tenant_id": OTHER, "message_id": "theirs", "content": f"theirs: {word}", "place": "000theirs"}
    for name in pooled:
        url = f"{stack.document['search']}/{name}/_doc/theirs?refresh=true"
        assert httpx.put(url, json=theirs).is_success
    try:
        assert sorted(found(stack, word)) == [f"after: {word}", f"before: {word}"]
        assert "theirs" not in {each["message_id"] for each in stack.documents(TENANT)}, "its alias shows its own only"
    finally:
        for name in pooled:
            httpx.delete(f"{stack.document['search']}/{name}/_doc/theirs?refresh=true")
