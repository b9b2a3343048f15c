"""The chain of audit entries."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.audit.entries import Act, Head, genesis, link, verify
from quire.domain.errors import CorruptError
from quire.domain.ids import TenantId
from tests.chat import ACME

DAY = "2026-03-02"
ACT = Act(
    tenant_id=ACME,
    at="2026-03-02T09:14:05.000000Z",
    subject="someone",
    role="auditor",
    action="SearchMessages",
    resource_type="Tenant",
    resource_id="acme",
    decision="allowed",
    status=200,
    request_id="r-1",
    source_ip="192.0.2.1",
    policies=("auditor-reads",),
    detail={"query": "会議 <b>", "total": 3},
)


def chain(number: int) -> list[bytes]:
    head, entries = genesis(ACME, DAY), list[bytes]()
    for n in range(number):
        made = link(replace(ACT, request_id=f"r-{n}"), f"id-{n}", head)
        entries.append(made.encoded)
        head = Head(head.count + 1, made.hash)
    return entries


def test_an_entry_says_everything() -> None:
    value = orjson.loads(chain(1)[0])
    assert value == {
        "schema": "quire.audit/1",
        "id": "id-0",
        "sequence": 1,
        "previous": genesis(ACME, DAY).hash,
        "tenant_id": "acme",
        "at": "2026-03-02T09:14:05.000000Z",
        "principal": {"subject": "someone", "role": "auditor"},
        "action": "SearchMessages",
        "resource": {"type": "Tenant", "id": "acme"},
        "decision": "allowed",
        "policies": ["auditor-reads"],
        "status": 200,
        "request_id": "r-0",
        "source_ip": "192.0.2.1",
        "detail": {"query": "会議 <b>", "total": 3},
    }


def test_a_whole_chain() -> None:
    entries = chain(5)
    assert verify(ACME, DAY, entries).count == 5
    assert verify(ACME, DAY, []) == genesis(ACME, DAY)


def test_another_tenants_or_days_chain() -> None:
    for tenant, day in ((TenantId("globex"), DAY), (ACME, "2026-03-03")):
        with pytest.raises(CorruptError):
            verify(tenant, day, chain(1))


@given(st.integers(0, 4), st.data())
def test_any_change_is_found(place: int, data: st.DataObject) -> None:
    """One flipped bit anywhere, one entry taken out, doubled or moved: the chain breaks, or ends in another head."""
    entries = chain(5)
    whole = verify(ACME, DAY, entries)
    how = data.draw(st.sampled_from(["flip", "drop", "double", "swap"]))
    if how == "flip":
        changed = bytearray(entries[place])
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        entries[place] = bytes(changed)
    elif how == "drop":
        del entries[place]
    elif how == "double":
        entries.insert(place, entries[place])
    else:
        entries[place], entries[place - 1] = entries[place - 1], entries[place]
    try:
        assert verify(ACME, DAY, entries) != whole
    except CorruptError:
        return
