"""``quire rebuild-index --into pooled`` as an operator runs it, and what the API tells tenants who share indexes."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from quire.bootstrap import rebuild
from quire.bootstrap import search as bootstrap
from quire.cli.deployment import Deployment
from quire.cli.rebuild_index import IndexRebuilt, rebuild_index
from quire.cli.workflows import WorkflowError
from quire.domain.ids import TenantId
from quire.search.indexes import Indexes
from quire.search.pool import POOL
from quire.tenants.create_tenant import create_tenant
from tests.deployed import TENANT
from tests.moto_aws import BUCKET, NOW
from tests.pretend import fact
from tests.rebuild_runs import House
from tests.serving import serving, start_anew

OTHER = TenantId("globex")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Two tenants in the pool: one was moved there with what it had, one begins there."""
    with serving() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUIRE_LEDGER_TABLE", "ledger")
        patch.setenv("QUIRE_ARCHIVE_BUCKET", BUCKET)
        patch.setattr(rebuild, "patient", vars(bootstrap)["patient"])
        start_anew()
        rebuild.rebuilder.cache_clear()
        create_tenant(made.house.aws.control, OTHER, "Globex", NOW)
        house = House(made)
        house.on_wait = lambda _: made.engine.indices.refresh(index="*-messages-*")
        made.capture(fact("1", text="the merger closes on Friday"), fact("2", text="lunch"))
        made.index()
        moved(house, TENANT)
        moved(house, OTHER)
        made.capture(fact("1", text="kryptonite for the mergers"), fact("2", text="lunch"), tenant=OTHER)
        made.capture(fact("3", text="the merger was closed", at="2026-04-02T09:00:00Z"))
        made.index()
        yield house
        rebuild.rebuilder.cache_clear()


def moved(house: House, tenant: str, into: str = "pooled") -> IndexRebuilt:
    return rebuild_index(cast("Deployment", house), tenant, into=into)


def asked(house: House, text: str, tenant: TenantId, **more: Any) -> Any:
    answer = house.quire.ask("POST", "/v1/search", {"query": text, **more}, tenant=tenant)
    assert answer.status == 200, answer.body
    return answer.body


def test_both_share_the_months_they_have(house: House) -> None:
    indexes = Indexes(bootstrap.engine_of(house.quire.house.aws.aws))
    here, there = (indexes.standing(tenant).current.of for tenant in (TENANT, OTHER))
    assert all(name.startswith(f"{POOL}-") for name in (*here.values(), *there.values()))
    assert [month.removeprefix(TENANT) for month in here] == ["-messages-2026-03", "-messages-2026-04"]
    assert set(there.values()) < set(here.values())
    assert not [name for name in house.indexes() if not name.startswith(POOL)], "its own are gone"


def test_each_finds_its_own(house: House) -> None:
    found = {tenant: [hit["content"] for hit in asked(house, "", tenant)["hits"]] for tenant in (TENANT, OTHER)}
    assert sorted(found[TENANT]) == ["lunch", "the merger closes on Friday", "the merger was closed"]
    assert sorted(found[OTHER]) == ["kryptonite for the mergers", "lunch"]
    body = asked(house, "lunch", TENANT, facets=["platform", "sender", "channel", "month"])
    assert [sum(value["count"] for value in facet["values"]) for facet in body["facets"]] == [1, 1, 1, 1]


def test_what_was_meant_is_never_what_others_say(house: House) -> None:
    assert "suggestion" not in asked(house, "krptonite", TENANT, suggest=True)
    assert asked(house, "krptonite", OTHER, suggest=True)["suggestion"] == "kryptonite"


def test_ids_of_others_lead_nowhere(house: House) -> None:
    (hit,) = asked(house, "kryptonite", OTHER)["hits"]
    for path in (f"/v1/messages/{hit['messageId']}", f"/v1/conversations/{hit['channelId']}"):
        answers = [house.quire.ask("GET", path, tenant=tenant) for tenant in (OTHER, TENANT)]
        assert "kryptonite" in str(answers[0].body)
        assert (answers[0].status, answers[1].status) == (200, 404), path


def test_a_cursor_of_others_is_refused(house: House) -> None:
    cursor = asked(house, "", OTHER, limit=1)["nextCursor"]
    answer = house.quire.ask("POST", "/v1/search", {"query": "", "limit": 1, "cursor": cursor}, tenant=TENANT)
    assert (answer.status, answer.problem) == (400, "malformed")


def test_a_month_that_begins_meanwhile_is_named(house: House) -> None:
    new = TenantId("initech")
    create_tenant(house.quire.house.aws.control, new, "Initech", NOW)
    house.quire.capture(fact("1", text="of March"), tenant=new)
    house.quire.index()

    def begins(event: dict[str, Any]) -> None:
        if event["step"] == "index":
            house.quire.capture(fact("2", text="of April", at="2026-04-01T00:00:00Z"), tenant=new)
            house.quire.index()

    house.before = begins
    done = moved(house, new)
    house.before = lambda _: None
    assert done.unmoved == (f"{new}-messages-2026-04",)
    assert f"move it once more: {new}-messages-2026-04" in str(done)
    assert sorted(hit["content"] for hit in asked(house, "", new)["hits"]) == ["of April", "of March"]


def test_what_cannot_be_moved(house: House) -> None:
    for tenant, into in (("nobody", "pooled"), (OTHER, "shared")):
        with pytest.raises(WorkflowError, match="MalformedError"):
            moved(house, tenant, into)
    assert len(asked(house, "", OTHER)["hits"]) == 2
