"""A kept file into somebody's hands: as it was sent or not at all, small ones at once, large ones when ready."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from quire.archive.attachments import hand_over
from quire.archive.attachments.hand_over import GIVEN_UP
from quire.aws.blobs import file_bytes
from quire.aws.layout import blob_key
from quire.domain.errors import CorruptError, GoneError, MalformedError, NotFoundError, UnavailableError
from quire.domain.ids import TenantId
from quire.keys.files import CHUNK_BYTES
from tests.handing_over import ACME, BEN, COPIES, Counter, destroy_key
from tests.moto_aws import NOW, stack

SENT = b"the merger closes in May"
LARGE = hashlib.sha256(b"x").digest() * 100


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """What is larger than a thousand bytes takes long here."""
    monkeypatch.setattr(hand_over, "AT_ONCE_BYTES", 1000)
    with stack() as aws:
        yield Counter(aws, tmp_path)


def read(counter: Counter, url: str | None) -> bytes:
    """What the link leads to."""
    assert url is not None
    key = urlsplit(url).path.lstrip("/").removeprefix(f"{COPIES}/")
    return counter.lying()[key]


def test_a_small_file_is_handed_over_at_once_and_is_not_what_is_stored(counter: Counter) -> None:
    file = counter.keep(SENT)
    assert SENT not in counter.stored(file)
    assert file.key.split("/")[-1] == hashlib.sha256(counter.stored(file)).hexdigest()
    assert read(counter, counter.hand_over.link(file, {}, 60)) == SENT
    assert counter.asked == []


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 9 * CHUNK_BYTES + 5])
def test_files_of_any_size_come_back(counter: Counter, size: int) -> None:
    plain = (SENT * (size // len(SENT) + 1))[:size]
    file = counter.keep(plain)
    if counter.hand_over.link(file, {}, 60) is None:
        counter.hand_over.prepare(*counter.asked)
    assert read(counter, counter.hand_over.link(file, {}, 60)) == plain


def test_asked_again_the_same_day_it_is_the_same_copy_and_the_next_day_another(counter: Counter) -> None:
    file = counter.keep(SENT)
    for _ in range(3):
        counter.hand_over.link(file, {}, 60)
    assert len(counter.lying()) == 1
    counter.pass_time(days=1)
    assert read(counter, counter.hand_over.link(file, {}, 60)) == SENT
    assert len(counter.lying()) == 2


def test_a_copys_key_tells_whose_key_opened_it_and_cannot_be_guessed(counter: Counter) -> None:
    file, other = counter.keep(SENT), counter.keep(SENT, BEN)
    counter.hand_over.link(file, {}, 60)
    counter.hand_over.link(other, {}, 60)
    mine, theirs = sorted(counter.lying(), key=lambda key: key.split("/")[2] != file.key.split("/")[3])
    assert mine.split("/")[:3] == ["t", "acme", file.key.split("/")[3]]
    assert theirs.split("/")[:3] == ["t", "acme", other.key.split("/")[3]]
    assert mine.split("/")[3] not in {file.sha256, file.key.split("/")[-1], theirs.split("/")[3]}


def test_a_picture_is_handed_over_and_belongs_to_its_file(counter: Counter) -> None:
    file, other = counter.keep(SENT), counter.keep(b"another")
    picture = counter.keep_picture(b"small", file)
    assert b"small" not in counter.stored(picture)
    assert read(counter, counter.hand_over.link(picture, {}, 60)) == b"small"
    elsewhere = counter.keep_picture(b"other", other)
    counter.pass_time(days=1)
    swapped = counter.replace(elsewhere, counter.stored(picture))
    with pytest.raises(CorruptError):
        counter.hand_over.link(swapped, {}, 60)


def test_a_large_file_is_prepared_once_however_often_it_is_asked_for(counter: Counter) -> None:
    file = counter.keep(LARGE)
    assert [counter.hand_over.link(file, {}, 60) for _ in range(3)] == [None] * 3
    (wanted,) = counter.asked
    counter.hand_over.prepare(wanted)
    assert read(counter, counter.hand_over.link(file, {}, 60)) == LARGE
    counter.hand_over.prepare(wanted)
    assert len(counter.asked) == 1


def test_what_was_begun_and_never_came_is_begun_anew(counter: Counter) -> None:
    file = counter.keep(LARGE)
    counter.hand_over.link(file, {}, 60)
    counter.clock.now += GIVEN_UP / 2
    counter.hand_over.link(file, {}, 60)
    assert len(counter.asked) == 1
    counter.clock.now += GIVEN_UP
    counter.hand_over.link(file, {}, 60)
    assert len(counter.asked) == 2


def test_what_failed_is_begun_anew_when_it_is_asked_for(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    file = counter.keep(LARGE)
    counter.hand_over.link(file, {}, 60)
    with monkeypatch.context() as broken:
        broken.setattr(counter.copies, "put", raising(UnavailableError("s3")))
        with pytest.raises(UnavailableError):
            counter.hand_over.prepare(counter.asked[0])
    assert counter.hand_over.link(file, {}, 60) is None
    assert counter.hand_over.link(file, {}, 60) is None
    assert len(counter.asked) == 2


def test_what_could_not_be_asked_for_is_asked_for_the_next_time(counter: Counter) -> None:
    file = counter.keep(LARGE)
    broken = counter.of(ACME)
    object.__setattr__(broken, "begin", raising(UnavailableError("sqs")))
    with pytest.raises(UnavailableError):
        broken.link(file, {}, 60)
    assert counter.hand_over.link(file, {}, 60) is None
    assert len(counter.asked) == 1


@pytest.mark.parametrize("plain", [SENT, LARGE])
def test_what_is_not_what_was_sent_is_not_handed_over(counter: Counter, plain: bytes) -> None:
    file = counter.keep(plain)
    stored = counter.stored(file)
    other = counter.stored(counter.keep(plain[::-1]))
    for changed in (stored[:-1], stored[:-1] + bytes([stored[-1] ^ 1]), b"", b"plain", other):
        replaced = counter.replace(file, changed)
        if plain is LARGE:
            assert counter.hand_over.link(replaced, {}, 60) is None
            with pytest.raises(CorruptError):
                counter.hand_over.prepare(counter.asked.pop())
        with pytest.raises(CorruptError):
            counter.hand_over.link(replaced, {}, 60)
    assert not [key for key in counter.lying() if not key.endswith(".state")]


@pytest.mark.parametrize("plain", [SENT, LARGE])
def test_with_its_senders_key_gone_a_file_is_gone_and_nobody_elses_is(counter: Counter, plain: bytes) -> None:
    file, other = counter.keep(plain), counter.keep(SENT, BEN)
    counter.hand_over.link(file, {}, 60)
    wanted = list(counter.asked)
    destroy_key(counter.aws, file.key.split("/")[3])
    counter.pass_time(minutes=6)
    with pytest.raises(GoneError):
        counter.hand_over.link(file, {}, 60)
    for each in wanted:
        with pytest.raises(GoneError):
            counter.hand_over.prepare(each)
    assert read(counter, counter.hand_over.link(other, {}, 60)) == SENT


def test_a_file_from_before_there_were_keys_is_linked_to_where_it_lies(counter: Counter, tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(SENT)
    sent = file_bytes(path)
    blob = counter.blobs.put(blob_key(ACME, "none", sent.sha256), sent, NOW)
    file = hand_over.StoredFile(blob.key, blob.version_id, sent.sha256, sent.size)
    url = counter.hand_over.link(file, {}, 60) or ""
    assert urlsplit(url).path.endswith(blob.key)
    assert f"versionId={blob.version_id}" in url
    assert counter.lying() == {}


def test_another_tenants_file_is_none(counter: Counter) -> None:
    file = counter.keep(SENT)
    with pytest.raises(MalformedError):
        counter.of(TenantId("other")).link(file, {}, 60)
    counter.hand_over.link(counter.keep(LARGE), {}, 60)
    (wanted,) = counter.asked
    with pytest.raises(MalformedError):
        counter.of(TenantId("other")).prepare(wanted)
    astray = wanted.model_copy(update={"into": wanted.into.replace("t/acme/", "t/other/")})
    with pytest.raises(CorruptError):
        counter.hand_over.prepare(astray)


def test_a_blob_that_is_not_there_is_told(counter: Counter) -> None:
    file = counter.keep(SENT)
    nothing = hand_over.StoredFile(file.key.replace(file.key[-64:], "0" * 64), None, file.sha256, file.size)
    with pytest.raises(NotFoundError):
        counter.hand_over.link(nothing, {}, 60)


def raising(error: Exception) -> object:
    def raise_it(*_: object) -> None:
        raise error

    return raise_it
