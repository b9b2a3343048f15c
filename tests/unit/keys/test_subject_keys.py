"""Keys of tenants, months and people: made once, found again, gone for good when destroyed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from quire.archive.ciphers import additional_data
from quire.aws.data_keys import DataKey, DataKeys
from quire.aws.key_rows import KeyRows, SubjectRow
from quire.domain.errors import CorruptError, GoneError
from quire.domain.ids import EventId, SegmentId, SubjectId, TenantId, derive
from quire.keys.branches import BranchKeys
from quire.keys.frames import SubjectFrames
from quire.keys.subjects import SubjectKeys
from tests.moto_aws import Stack, stack

ACME, OTHER = TenantId("acme"), TenantId("other")
ANN, BEN = SubjectId(derive("subject", "ann")), SubjectId(derive("subject", "ben"))
EVENT = EventId(derive("event", "one"))
PLACE = additional_data(SegmentId("s"), 0, "k")


class Counting(DataKeys):
    """KMS that counts how often it is asked."""

    asked = 0

    def make(self, key_arn: str, context: object) -> DataKey:
        self.asked += 1
        return super().make(key_arn, context)  # type: ignore[arg-type]

    def open(self, key_arn: str, wrapped: bytes, context: object) -> bytes:
        self.asked += 1
        return super().open(key_arn, wrapped, context)  # type: ignore[arg-type]


class Vault:
    """One process's view of the keys, on a clock that is told the time."""

    def __init__(self, aws: Stack, arn: str) -> None:
        self.now = datetime(2026, 3, 2, tzinfo=UTC)
        self.kms = Counting(aws.aws.kms)
        self.rows = KeyRows(aws.aws.dynamodb, "keys")
        branches = BranchKeys(self.rows, self.kms, lambda _: arn)
        self.keys = SubjectKeys(self.rows, branches, lambda: self.now)

    def frames(self, tenant: TenantId = ACME) -> SubjectFrames:
        return SubjectFrames(self.keys, tenant)

    def destroy(self, aws: Stack, subject: SubjectId, number: str) -> None:
        aws.aws.dynamodb.update_item(
            TableName="keys",
            Key={"pk": {"S": "T#acme"}, "sk": {"S": f"SUBJECT#{subject}#{number}"}},
            UpdateExpression="REMOVE material",
        )
        self.now += timedelta(minutes=6)


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


@pytest.fixture
def arn(aws: Stack) -> str:
    return aws.aws.kms.create_key()["KeyMetadata"]["Arn"]


def test_what_one_process_seals_another_opens(aws: Stack, arn: str) -> None:
    first, second = Vault(aws, arn).frames(), Vault(aws, arn).frames()
    key_id = first.key_id(ANN)
    sealed = first.seal(key_id, PLACE, b"lines")
    assert b"lines" not in sealed
    assert second.key_id(ANN) == key_id == f"{ANN}-2026"
    assert second.open(key_id, PLACE, sealed) == b"lines"
    assert second.seal(key_id, PLACE, b"lines") == sealed
    assert second.salt(key_id, EVENT) == first.salt(key_id, EVENT)


def test_kms_is_asked_once_a_month_and_process(aws: Stack, arn: str) -> None:
    vault = Vault(aws, arn)
    subjects = [SubjectId(derive("subject", str(number))) for number in range(250)]
    for each in subjects:
        vault.frames().key_id(each)
    assert vault.kms.asked == 1
    again = Vault(aws, arn)
    assert len(again.keys.current(ACME, subjects)) == 250
    assert again.kms.asked == 1


def test_a_frame_opens_nowhere_else_and_under_no_other_key(aws: Stack, arn: str) -> None:
    frames = Vault(aws, arn).frames()
    ann, ben = frames.key_id(ANN), frames.key_id(BEN)
    sealed = frames.seal(ann, PLACE, b"lines")
    flipped = [sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :] for n in range(len(sealed))]
    for key_id, place, data in [(ben, PLACE, sealed), (ann, b"elsewhere", sealed), (ann, PLACE, b"short")] + [
        (ann, PLACE, each) for each in flipped
    ]:
        with pytest.raises(CorruptError):
            frames.open(key_id, place, data)


def test_keys_differ_by_tenant_person_and_year(aws: Stack, arn: str) -> None:
    vault = Vault(aws, arn)
    frames, others = vault.frames(), vault.frames(OTHER)
    salts = {frames.salt(frames.key_id(ANN), EVENT), frames.salt(frames.key_id(BEN), EVENT)}
    salts.add(others.salt(others.key_id(ANN), EVENT))
    vault.now += timedelta(days=365)
    next_year = vault.frames()
    assert next_year.key_id(ANN) == f"{ANN}-2027"
    salts.add(next_year.salt(next_year.key_id(ANN), EVENT))
    assert len(salts) == 4


def test_a_destroyed_key_is_gone_and_a_new_one_takes_its_place(aws: Stack, arn: str) -> None:
    vault = Vault(aws, arn)
    frames = vault.frames()
    old, ben = frames.key_id(ANN), frames.key_id(BEN)
    sealed, kept = frames.seal(old, PLACE, b"lines"), frames.seal(ben, PLACE, b"kept")
    vault.destroy(aws, ANN, "2026")
    later = vault.frames()
    with pytest.raises(GoneError):
        later.open(old, PLACE, sealed)
    assert later.open(ben, PLACE, kept) == b"kept"
    assert later.key_id(ANN) == f"{ANN}-2026-1"
    vault.destroy(aws, ANN, "2026-1")
    assert vault.frames().key_id(ANN) == f"{ANN}-2026-2"


def test_the_slower_of_two_takes_the_key_of_the_faster(aws: Stack, arn: str) -> None:
    slow, fast = Vault(aws, arn), Vault(aws, arn)
    put = slow.rows.put_subject

    def overtaken(tenant: TenantId, row: SubjectRow) -> bool:
        fast.keys.current(ACME, [ANN])
        return put(tenant, row)

    slow.rows.put_subject = overtaken  # type: ignore[method-assign]
    assert slow.keys.current(ACME, [ANN]) == fast.keys.current(ACME, [ANN])


@pytest.mark.parametrize("key_id", ["none", "", f"{ANN}", f"{ANN}-26", "x-2026", f"{ANN}-2031"])
def test_a_key_that_never_was_is_told(aws: Stack, arn: str, key_id: str) -> None:
    with pytest.raises(CorruptError):
        Vault(aws, arn).frames().open(key_id, PLACE, b"x" * 40)


def test_a_row_put_in_anothers_place_opens_nothing(aws: Stack, arn: str) -> None:
    vault = Vault(aws, arn)
    frames = vault.frames()
    sealed = frames.seal(frames.key_id(ANN), PLACE, b"lines")
    [mine] = vault.rows.subjects(ACME, [(ANN, "2026")])
    vault.rows.put_subject(ACME, SubjectRow(BEN, "2026", mine.period, mine.wrapped))
    vault.rows.put_subject(ACME, SubjectRow(BEN, "2025", mine.period, b"x" * 40))
    for number in ("2026", "2025"):
        with pytest.raises(CorruptError):
            Vault(aws, arn).frames().open(f"{BEN}-{number}", PLACE, sealed)
