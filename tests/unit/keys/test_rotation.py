"""What docs/keys.md says of rotation: tenants' keys yearly, branch keys monthly, people's keys yearly, nothing lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quire.archive.attachments.ciphers import FILE, SubjectBlobs
from quire.aws.blobs import file_bytes
from quire.aws.key_rows import BranchRow
from quire.aws.tenant_keys import TenantKeys
from quire.domain.errors import CorruptError, GoneError, UnavailableError
from quire.keys.files import Bound
from tests.moto_aws import Stack, stack
from tests.unit.keys.test_subject_keys import ACME, ANN, BEN, OTHER, PLACE, Vault


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


@pytest.fixture
def arn(aws: Stack) -> str:
    return TenantKeys(aws.aws.kms, "test").ensure(ACME)


def test_a_tenants_key_is_one_and_rotates_by_itself(aws: Stack, arn: str) -> None:
    keys = TenantKeys(aws.aws.kms, "test")
    assert keys.ensure(ACME) == arn
    assert keys.ensure(OTHER) != arn
    assert aws.aws.kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is True


def test_every_month_has_a_branch_key_and_what_was_made_in_earlier_ones_opens(aws: Stack, arn: str) -> None:
    vault = Vault(aws, arn)
    ann = vault.frames().key_id(ANN)
    sealed = vault.frames().seal(ann, PLACE, b"said in March")
    vault.now = datetime(2026, 4, 1, tzinfo=UTC)
    assert vault.frames().key_id(ANN) == ann, "the year's key stays"
    vault.frames().key_id(BEN)
    periods = {row.subject_id: row.period for row in vault.rows.subjects(ACME, [(ANN, "2026"), (BEN, "2026")])}
    assert periods == {ANN: "2026-03", BEN: "2026-04"}
    assert vault.kms.asked == 2
    march, april = (vault.rows.branch(ACME, period) for period in ("2026-03", "2026-04"))
    assert march is not None
    assert april is not None
    assert march.wrapped != april.wrapped
    later = Vault(aws, arn)
    later.now = datetime(2031, 12, 31, tzinfo=UTC)
    assert later.frames().open(ann, PLACE, sealed) == b"said in March"


def test_a_new_year_has_a_new_key_for_words_and_files_and_the_old_ones_open(
    aws: Stack, arn: str, tmp_path: Path
) -> None:
    vault = Vault(aws, arn)
    path = tmp_path / "sent"
    path.write_bytes(b"a file")
    blobs, bound = SubjectBlobs(vault.keys), Bound(ACME, FILE)
    old = blobs.key_id(ACME, ANN)
    sealed = blobs.seal(old, bound, file_bytes(path), tmp_path)
    stored = sealed.path.read_bytes()
    vault.now = datetime(2027, 1, 1, tzinfo=UTC)
    new = blobs.key_id(ACME, ANN)
    assert (old, new) == (f"{ANN}-2026", f"{ANN}-2027")
    assert new == vault.frames().key_id(ANN)
    assert blobs.seal(new, bound, file_bytes(path), tmp_path).sha256 != sealed.sha256
    assert b"".join(blobs.open(old, bound, [stored])) == b"a file"
    with pytest.raises(CorruptError):
        list(blobs.open(new, bound, [stored]))


def test_a_branch_key_opens_for_no_other_month_or_tenant(aws: Stack, arn: str) -> None:
    vault = Vault(aws, arn)
    vault.frames().key_id(ANN)
    march = vault.rows.branch(ACME, "2026-03")
    assert march is not None
    vault.rows.put_branch(ACME, BranchRow("2026-04", arn, march.wrapped))
    vault.rows.put_branch(OTHER, BranchRow("2026-03", arn, march.wrapped))
    april = Vault(aws, arn)
    april.now = datetime(2026, 4, 1, tzinfo=UTC)
    for keys, tenant in ((april, ACME), (Vault(aws, arn), OTHER)):
        with pytest.raises(UnavailableError):
            keys.frames(tenant).key_id(BEN)


def test_a_process_remembers_a_key_for_five_minutes_at_most(aws: Stack, arn: str) -> None:
    vault = Vault(aws, arn)
    ann = vault.frames().key_id(ANN)
    sealed, start = vault.frames().seal(ann, PLACE, b"words"), vault.now
    vault.destroy(aws, ANN, "2026")
    vault.now = start + timedelta(minutes=4, seconds=59)
    assert vault.frames().open(ann, PLACE, sealed) == b"words"
    vault.now = start + timedelta(minutes=5)
    with pytest.raises(GoneError):
        vault.frames().open(ann, PLACE, sealed)
