"""Session policies: one tenant, named literally, within what STS takes."""

import fnmatch
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.aws.layout import connection_mark, secrets_path
from quire.domain.errors import MalformedError
from quire.domain.ids import TenantId, is_tenant_id
from quire.identity.isolation import (
    MAX_POLICY_CHARACTERS,
    Counter,
    Desk,
    Reach,
    Vault,
    handing_policy,
    managing_policy,
    proving_policy,
    session_policy,
)

TABLE = "arn:aws:dynamodb:ap-southeast-2:123456789012:table/Quire-production-Data-ControlTable0A1B2C3D-1ABCDEFGHIJKL"
BUCKET = "arn:aws:s3:::quire-production-data-journalbucket0a1b2c3d-1abcdefghijklm"
REACH = Reach(
    read=(TABLE, f"{TABLE}2"),
    written=(f"{TABLE}3",),
    journal=BUCKET,
    key="arn:aws:kms:ap-southeast-2:123456789012:key/mrk-0123456789abcdef0123456789abcdef",
    collection="arn:aws:aoss:ap-southeast-2:123456789012:collection/0123456789abcdefghij",
    timeline=f"{TABLE}2/index/timeline",
)
DESK = Desk(
    table=TABLE,
    secrets="arn:aws:secretsmanager:ap-southeast-2:123456789012:secret",
    stage="prod",
    keys=("arn:aws:kms:ap-southeast-2:123456789012:key/data", "arn:aws:kms:ap-southeast-2:123456789012:key/own"),
)
tenants = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True).filter(is_tenant_id).map(TenantId)


def _strangers(tenant: TenantId, other: TenantId) -> set[TenantId]:
    """Other tenants, those above all whose ids begin alike."""
    alike = {other, TenantId(f"{tenant}-2"), TenantId(f"{tenant}2")} - {tenant}
    return {each for each in alike if is_tenant_id(each)}


def statements(tenant: TenantId) -> list[dict[str, Any]]:
    policy: list[dict[str, Any]] = orjson.loads(session_policy(tenant, REACH))["Statement"]
    return policy


@given(tenants)
def test_it_fits(tenant: TenantId) -> None:
    assert len(session_policy(tenant, REACH)) <= MAX_POLICY_CHARACTERS


@given(tenants, tenants, st.text("abc#-/0", max_size=6))
def test_no_key_of_another_tenant_matches(tenant: TenantId, other: TenantId, rest: str) -> None:
    """Tenants whose ids begin alike above all."""
    for stranger in _strangers(tenant, other):
        for statement in statements(tenant):
            keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
            assert not any(fnmatch.fnmatchcase(f"T#{stranger}", key) for key in keys)
            assert not any(fnmatch.fnmatchcase(f"T#{stranger}#{rest}", key) for key in keys)
            assert not any(fnmatch.fnmatchcase(f"{stranger}#{rest}", key) for key in keys)
            objects = [arn for arn in statement["Resource"] if arn.startswith("arn:aws:s3")]
            for path in (rest, f"journal/{rest}"):
                assert not any(fnmatch.fnmatchcase(f"{BUCKET}/t/{stranger}/{path}", arn) for arn in objects)


def test_what_it_names() -> None:
    policy = statements(TenantId("acme"))
    assert [statement["Effect"] for statement in policy] == ["Allow"] * 6
    actions = {action for statement in policy for action in statement["Action"]}
    assert not any("*" in action or "Scan" in action or "Delete" in action or "Update" in action for action in actions)
    assert [arn for statement in policy for arn in statement["Resource"] if arn.startswith(BUCKET)] == [
        f"{BUCKET}/t/acme/journal/*",
    ]
    puts = [statement for statement in policy if "dynamodb:PutItem" in statement["Action"]]
    assert [statement["Resource"] for statement in puts] == [[f"{TABLE}3"]]
    tables = [statement for statement in policy if statement["Action"][0].startswith("dynamodb:")]
    for statement in tables:
        timeline = statement["Resource"] == [REACH.timeline]
        own = ["acme#*"] if timeline else ["T#acme", "T#acme#*"]
        assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": own}}
        assert not timeline or statement["Action"] == ["dynamodb:Query"]


def test_without_key_and_collection() -> None:
    policy = orjson.loads(session_policy(TenantId("acme"), Reach((TABLE,), (), BUCKET)))["Statement"]
    assert not any(statement["Resource"] == [""] for statement in policy)


@pytest.mark.parametrize("tenant", ["", "*", "acme/*", "a#b", "${aws:username}", "ACME"])
def test_no_tenant(tenant: str) -> None:
    with pytest.raises(MalformedError):
        session_policy(TenantId(tenant), REACH)


def test_too_long() -> None:
    with pytest.raises(ValueError, match="characters"):
        session_policy(TenantId("acme"), Reach((TABLE,) * 30, ()))


@given(tenants, tenants, st.text("abc#-/0", max_size=6))
def test_what_manages_reaches_no_other_tenant(tenant: TenantId, other: TenantId, rest: str) -> None:
    policy = managing_policy(tenant, DESK)
    assert len(policy) <= MAX_POLICY_CHARACTERS
    items, secrets, _ = orjson.loads(policy)["Statement"]
    keys = items["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    for stranger in _strangers(tenant, other):
        theirs = [f"T#{stranger}", f"T#{stranger}#{rest}", f"CONNECTION#{connection_mark(stranger)}-{rest}"]
        assert not any(fnmatch.fnmatchcase(key, pattern) for key in theirs for pattern in keys)
        secret = f"{DESK.secrets}:{secrets_path('prod', stranger)}{rest}"
        assert not any(fnmatch.fnmatchcase(secret, arn) for arn in secrets["Resource"])


def test_what_manages_is_named() -> None:
    items, secrets, keys = orjson.loads(managing_policy(TenantId("acme"), DESK))["Statement"]
    assert items["Resource"] == [TABLE]
    assert secrets["Resource"] == [f"{DESK.secrets}:quire/prod/t/acme/connections/*"]
    assert keys["Resource"] == list(DESK.keys)
    actions = [action for statement in (items, secrets, keys) for action in statement["Action"]]
    assert not any("*" in action or "Scan" in action or "List" in action for action in actions)
    assert not any(action.startswith(("s3:", "aoss:", "sts:", "iam:")) for action in actions)
    with pytest.raises(MalformedError):
        managing_policy(TenantId("acme/*"), DESK)


VAULT = Vault(
    tables=(f"{TABLE}4", f"{TABLE}5"),
    bucket=BUCKET,
    keys=("arn:aws:kms:ap-southeast-2:123456789012:key/data", "arn:aws:kms:ap-southeast-2:123456789012:key/own"),
)


@given(tenants, tenants, st.text("abc#-/0", max_size=6))
def test_what_proves_reaches_no_other_tenant(tenant: TenantId, other: TenantId, rest: str) -> None:
    policy = proving_policy(tenant, VAULT)
    assert len(policy) <= MAX_POLICY_CHARACTERS
    items, objects, _ = orjson.loads(policy)["Statement"]
    keys = items["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    for stranger in _strangers(tenant, other):
        theirs = [f"T#{stranger}", f"T#{stranger}#{rest}"]
        assert not any(fnmatch.fnmatchcase(key, pattern) for key in theirs for pattern in keys)
        sealed = f"{BUCKET}/t/{stranger}/archive/{rest}"
        assert not any(fnmatch.fnmatchcase(sealed, arn) for arn in objects["Resource"])


def test_what_proves_changes_nothing() -> None:
    items, objects, keys = orjson.loads(proving_policy(TenantId("acme"), VAULT))["Statement"]
    assert items["Resource"] == list(VAULT.tables)
    assert objects["Resource"] == [f"{BUCKET}/t/acme/archive/*", f"{BUCKET}/t/acme/log/*"]
    assert keys["Resource"] == list(VAULT.keys)
    actions = [action for statement in (items, objects, keys) for action in statement["Action"]]
    assert not any(verb in action for action in actions for verb in ("*", "Put", "Delete", "Update", "Scan", "List"))
    with pytest.raises(MalformedError):
        proving_policy(TenantId("acme/*"), VAULT)


COUNTER = Counter(keys_table=f"{TABLE}4", archive=BUCKET, copies=f"{BUCKET}-hand-over", keys=VAULT.keys)


@given(tenants, tenants, st.text("abc#-/0", max_size=6))
def test_what_hands_over_reaches_no_other_tenant(tenant: TenantId, other: TenantId, rest: str) -> None:
    policy = handing_policy(tenant, COUNTER)
    assert len(policy) <= MAX_POLICY_CHARACTERS
    items, files, copies, listing, _ = orjson.loads(policy)["Statement"]
    keys = items["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    prefixes = listing["Condition"]["StringLike"]["s3:prefix"]
    for stranger in {other, TenantId(f"{tenant}-2"), TenantId(f"{tenant}2")} - {tenant}:
        assert not any(
            fnmatch.fnmatchcase(key, pattern) for key in (f"T#{stranger}", f"T#{stranger}#") for pattern in keys
        )
        for bucket, statement in ((COUNTER.archive, files), (COUNTER.copies, copies)):
            for path in (f"t/{stranger}/blobs/{rest}", f"t/{stranger}/{rest}"):
                assert not any(fnmatch.fnmatchcase(f"{bucket}/{path}", arn) for arn in statement["Resource"])
        assert not any(fnmatch.fnmatchcase(f"t/{stranger}/{rest}", prefix) for prefix in prefixes)


def test_what_hands_over_opens_files_and_writes_copies_only() -> None:
    items, files, copies, listing, keys = orjson.loads(handing_policy(TenantId("acme"), COUNTER))["Statement"]
    assert (items["Resource"], files["Resource"]) == ([f"{TABLE}4"], [f"{BUCKET}/t/acme/blobs/*"])
    assert (copies["Resource"], listing["Resource"]) == ([f"{BUCKET}-hand-over/t/acme/*"], [f"{BUCKET}-hand-over"])
    assert keys["Resource"] == list(COUNTER.keys)
    writing = [each for each in (items, files, copies, listing, keys) for action in each["Action"] if "Put" in action]
    assert writing == [copies]
    actions = [action for each in (items, files, copies, listing, keys) for action in each["Action"]]
    assert not any(verb in action for action in actions for verb in ("*", "Delete", "Update", "Scan", "Query"))
    with pytest.raises(MalformedError):
        handing_policy(TenantId("acme/*"), COUNTER)
