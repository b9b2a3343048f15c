"""The bucket of copies: whole or not at all, and what is noted beside one."""

from collections.abc import Iterator

import pytest

from quire.aws.hand_overs import HandOvers
from quire.aws.layout import hand_over_key
from quire.domain.errors import CorruptError, MalformedError, UnavailableError
from quire.domain.ids import TenantId
from tests.handing_over import COPIES, PART, pieces
from tests.moto_aws import Stack, stack

KEY = hand_over_key(TenantId("acme"), "ann-2026", "0" * 64)
SIZES = (0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 3, 3 * PART + 1)


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        made.aws.s3.create_bucket(Bucket=COPIES)
        yield made


def store(aws: Stack) -> HandOvers:
    return HandOvers(aws.aws.s3, COPIES, PART)


@pytest.mark.parametrize("size", SIZES)
def test_a_copy_holds_what_came(aws: Stack, size: int) -> None:
    data = (bytes(range(251)) * (size // 251 + 1))[:size]
    store(aws).put(KEY, pieces(data, 1_000_003))
    assert aws.aws.s3.get_object(Bucket=COPIES, Key=KEY)["Body"].read() == data
    assert store(aws).look(KEY).ready


@pytest.mark.parametrize("size", SIZES)
def test_of_a_copy_that_breaks_off_nothing_is_left(aws: Stack, size: int) -> None:
    def breaking() -> Iterator[bytes]:
        yield from pieces(bytes(size), 1_000_003)
        raise CorruptError("not what it was")

    with pytest.raises(CorruptError):
        store(aws).put(KEY, breaking())
    assert "Contents" not in aws.aws.s3.list_objects_v2(Bucket=COPIES)
    assert aws.aws.s3.list_multipart_uploads(Bucket=COPIES).get("Uploads", []) == []
    assert not store(aws).look(KEY).ready


def test_what_is_noted_is_told_and_only_one_is_first(aws: Stack) -> None:
    copies = store(aws)
    assert copies.look(KEY).state is None
    assert [copies.note(KEY, "begun", first=True) for _ in range(2)] == [True, False]
    standing = copies.look(KEY)
    assert (standing.ready, standing.state) == (False, "begun")
    assert standing.noted_at is not None
    assert copies.note(KEY, "failed")
    assert copies.look(KEY).state == "failed"
    copies.put(KEY, [b"x"])
    assert copies.look(KEY).ready


def test_a_note_that_is_none_of_ours_is_found(aws: Stack) -> None:
    aws.aws.s3.put_object(Bucket=COPIES, Key=f"{KEY}.state", Body=b"\xff<script>")
    with pytest.raises(CorruptError):
        store(aws).look(KEY)


def test_a_bucket_that_is_not_there_is_not_a_copy_that_is_not_there(aws: Stack) -> None:
    nowhere = HandOvers(aws.aws.s3, "nowhere")
    for ask in (lambda: nowhere.look(KEY), lambda: nowhere.note(KEY, "begun"), lambda: nowhere.put(KEY, [b"x"])):
        with pytest.raises(UnavailableError):
            ask()


@pytest.mark.parametrize("parts", [("none/x", "0" * 64), ("", "0" * 64), ("a", "0" * 63), ("a", "../" + "0" * 61)])
def test_a_copys_key_is_made_of_nothing_a_sender_chose(parts: tuple[str, str]) -> None:
    with pytest.raises(MalformedError):
        hand_over_key(TenantId("acme"), *parts)
    with pytest.raises(MalformedError):
        hand_over_key(TenantId("a/b"), "a", "0" * 64)
