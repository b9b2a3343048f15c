"""Names of the pool's indexes are nobody's else, and a message's id is its tenant's."""

from hypothesis import given
from hypothesis import strategies as st

from quire.domain import ids
from quire.domain.ids import TenantId, is_tenant_id
from quire.search.generations import (
    building_alias,
    built_name,
    generation_of_run,
    is_index_of,
    is_run_alias,
    month_index,
    run_alias,
)
from quire.search.mapping import ANALYSIS_VERSION, index_name, read_alias, template
from quire.search.pool import POOL, shelf_name, shelf_of

TENANTS = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True).map(TenantId)
NEAR = st.sampled_from(["tenant-pool", "tenant", "pool", POOL.replace("_", "-"), "tenant-pool-messages-2026-03-a3-0"])
MONTH = "2026-03-02T00:00:00Z"


@given(TENANTS | NEAR.map(TenantId), TENANTS, st.integers(0, 99))
def test_no_tenant_is_named_so_that_names_collide(tenant: TenantId, other: TenantId, shelf: int) -> None:
    assert is_tenant_id(tenant)
    run, pooled = generation_of_run("a run"), shelf_name("2026-03", shelf)
    own = index_name(tenant, MONTH)
    names = {own, built_name(own, run), read_alias(tenant), building_alias(tenant), run_alias(tenant, run)}
    assert not any(shelf_of(name) or name.startswith(POOL) for name in names)
    assert not is_index_of(tenant, pooled)
    assert month_index(tenant, pooled) == month_index(tenant, built_name(own, run)) == own
    assert is_run_alias(tenant, run_alias(other, run)) == (tenant == other)


@given(st.integers(2000, 2099), st.integers(1, 12), st.integers(0, 12))
def test_a_name_tells_its_month(year: int, month: int, shelf: int) -> None:
    name = shelf_name(f"{year}-{month:02d}", shelf)
    assert shelf_of(name) == (f"{year}-{month:02d}", ANALYSIS_VERSION)
    assert shelf_of(f"{name}x") is shelf_of(f"x{name}") is shelf_of("acme-messages-2026-03") is None


def test_pool_and_access_policies_name_the_same_indexes() -> None:
    """What OpenSearch Serverless lets functions touch is ``*-messages*``; the net below is ``*-messages-*``."""
    assert "-messages-" in shelf_name("2026-03", 0)
    assert template()["index_patterns"] == ["*-messages-*"]


@given(TENANTS, TENANTS, st.text(max_size=9), st.text(max_size=9))
def test_two_tenants_documents_share_no_id(one: TenantId, other: TenantId, channel: str, native: str) -> None:
    made = [ids.message_id(each, "slack", "T1", channel, native) for each in (one, other)]
    assert (made[0] == made[1]) == (one == other)
