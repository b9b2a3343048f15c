"""No key of one tenant is, begins, or continues a key of another."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.aws import layout
from quire.domain.errors import MalformedError
from quire.domain.ids import ChannelId, ConnectionId, TenantId, is_tenant_id

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
tenant_ids = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True).map(TenantId)
anything = st.text(alphabet=st.sampled_from("a0-#/.T\n\x00é"), max_size=12)


def table_keys(tenant: TenantId, rest: str) -> list[str]:
    return [
        layout.tenant_partition(tenant) + "#",
        layout.message_partition(tenant, rest),
        "T#" + layout.timeline_partition(tenant, ChannelId(rest)),
        "T#" + layout.stream_partition(tenant),
    ]


def object_keys(tenant: TenantId, rest: str) -> list[str]:
    return [
        layout.segment_key(tenant, DAY, rest, "1", "2"),
        layout.delivery_key(tenant, DAY, rest),
        layout.quarantine_key(tenant, DAY, rest, "1"),
        layout.journal_prefix(tenant),
        layout.deliveries_prefix(tenant),
        layout.quarantine_prefix(tenant),
    ]


@given(tenant_ids, tenant_ids, anything)
def test_every_key_lies_in_its_tenants_part_only(one: TenantId, other: TenantId, rest: str) -> None:
    for key in table_keys(one, rest):
        assert key.startswith(f"T#{one}#")
        assert one == other or not key.startswith(f"T#{other}#")
    for key in object_keys(one, rest):
        assert key.startswith(f"t/{one}/")
        assert one == other or not key.startswith(f"t/{other}/")


@given(anything.filter(lambda text: not is_tenant_id(text)))
def test_what_is_no_tenant_id_makes_no_key(text: str) -> None:
    tenant = TenantId(text)
    for make in (layout.tenant_partition, layout.stream_partition, layout.journal_prefix, layout.deliveries_prefix):
        with pytest.raises(MalformedError):
            make(tenant)
    with pytest.raises(MalformedError):
        layout.secret_name("dev", tenant, ConnectionId("c1"))


@given(st.text(max_size=8).filter(lambda text: not text.replace("-", "").isalnum() or not text.isascii()))
def test_what_is_no_connection_id_makes_no_key(text: str) -> None:
    for make in (layout.route_partition, layout.connection_sort):
        with pytest.raises(MalformedError):
            make(ConnectionId(text))
