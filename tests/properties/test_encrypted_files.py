"""Files under their sender's key: whatever their size they come back, and no change to what is stored is missed."""

import hashlib
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import example, given
from hypothesis import strategies as st

from quire.domain.errors import CorruptError
from quire.domain.ids import TenantId
from quire.keys import files
from quire.keys.files import TAG_BYTES, Bound, address_for, open_file, seal_file
from quire.keys.subjects import derived

CHUNK = 64
HEADER = 36
ACME = TenantId("acme")
KEY = derived("ann-2026", b"s" * 32)
FILE = Bound(ACME, "file")
sizes = st.one_of(
    st.integers(0, 5 * CHUNK),
    st.builds(lambda chunks, off: max(0, chunks * CHUNK + off), st.integers(0, 6), st.integers(-1, 1)),
)
pieces = st.integers(1, 3 * CHUNK)


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> Iterator[None]:
    """Chunks of 64 bytes, so that many borders are met; the real size is that of the vectors."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK_BYTES", CHUNK)
        yield


def plain_of(size: int) -> bytes:
    return bytes(n * 7 % 251 for n in range(size))


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def sealed(plain: bytes, bound: Bound = FILE, piece: int = 50) -> bytes:
    return b"".join(seal_file(KEY, bound, hashlib.sha256(plain).digest(), cut(plain, piece)))


def opened(data: bytes, bound: Bound = FILE, piece: int = 70) -> bytes:
    return b"".join(open_file(KEY, bound, cut(data, piece)))


def chunks_of(data: bytes) -> list[bytes]:
    return list(cut(data[HEADER:], CHUNK + TAG_BYTES))


@given(sizes, pieces, pieces)
def test_what_is_opened_is_what_was_sealed_however_it_is_cut(size: int, one: int, other: int) -> None:
    plain = plain_of(size)
    stored = sealed(plain, piece=one)
    assert opened(stored, piece=other) == plain
    assert stored == sealed(plain, piece=other)
    assert len(stored) == HEADER + size + max(1, -(-size // CHUNK)) * TAG_BYTES


@given(sizes, st.data())
def test_any_flipped_bit_is_found(size: int, data: st.DataObject) -> None:
    stored = bytearray(sealed(plain_of(size)))
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CorruptError):
        opened(bytes(stored))


@given(sizes, st.data())
def test_any_cut_and_any_addition_is_found(size: int, data: st.DataObject) -> None:
    stored = sealed(plain_of(size))
    kept = data.draw(st.one_of(st.integers(0, len(stored) - 1), st.sampled_from(borders(stored))))
    with pytest.raises(CorruptError):
        opened(stored[:kept])
    more = data.draw(st.one_of(st.binary(min_size=1, max_size=100), st.sampled_from(chunks_of(stored))))
    with pytest.raises(CorruptError):
        opened(stored + more)


def borders(stored: bytes) -> list[int]:
    """Where a chunk ends, the last one's end left out."""
    return list(range(HEADER, len(stored), CHUNK + TAG_BYTES))


@given(st.integers(CHUNK + 1, 6 * CHUNK), st.data())
@example(3 * CHUNK, None)
def test_a_dropped_doubled_or_swapped_chunk_is_found(size: int, data: st.DataObject | None) -> None:
    stored = sealed(plain_of(size))
    chunks = chunks_of(stored)
    places = st.integers(0, len(chunks) - 1)
    one, other = (0, 1) if data is None else data.draw(st.lists(places, min_size=2, max_size=2, unique=True))
    swapped = [*chunks]
    swapped[one], swapped[other] = chunks[other], chunks[one]
    for changed in (chunks[:one] + chunks[one + 1 :], [*chunks[: one + 1], *chunks[one:]], swapped):
        with pytest.raises(CorruptError):
            opened(stored[:HEADER] + b"".join(changed))


@given(st.integers(CHUNK + 1, 6 * CHUNK), st.data())
def test_a_chunk_of_another_file_is_found(size: int, data: st.DataObject) -> None:
    mine, theirs = sealed(plain_of(size)), sealed(plain_of(size)[::-1])
    at = data.draw(st.integers(0, len(chunks_of(mine)) - 1))
    mixed = chunks_of(mine)
    mixed[at] = chunks_of(theirs)[at]
    with pytest.raises(CorruptError):
        opened(mine[:HEADER] + b"".join(mixed))
    with pytest.raises(CorruptError):
        opened(theirs[:HEADER] + b"".join(chunks_of(mine)))


@given(sizes)
def test_a_file_opens_for_no_other_tenant_purpose_or_key(size: int) -> None:
    stored = sealed(plain_of(size))
    for bound in (Bound(TenantId("other"), "file"), Bound(ACME, "0" * 64 + ".thumb.webp")):
        with pytest.raises(CorruptError):
            opened(stored, bound)
    for key in (derived("ben-2026", b"s" * 32), derived("ann-2026", b"t" * 32)):
        with pytest.raises(CorruptError):
            list(open_file(key, FILE, [stored]))


@given(sizes, sizes)
def test_no_two_files_share_a_key(size: int, other: int) -> None:
    """The name, of which the key is made, tells files and what they are bound to apart; and it is not their hash."""
    plain = plain_of(size)
    names = {sealed(plain)[:HEADER], sealed(plain, Bound(ACME, "picture"))[:HEADER], sealed(plain + b"x")[:HEADER]}
    assert len(names) == 3
    assert hashlib.sha256(plain).digest() not in b"".join(names)


def test_a_file_that_changed_while_it_was_sealed_is_found() -> None:
    with pytest.raises(CorruptError):
        list(seal_file(KEY, FILE, hashlib.sha256(b"before").digest(), [b"after"]))


def test_a_last_chunk_of_nothing_belongs_to_an_empty_file_only() -> None:
    """Else one file could be stored in two ways."""
    stored, plain = sealed(plain_of(CHUNK)), plain_of(CHUNK)
    key = AESGCM(files._expand(KEY, b"key|" + stored[4:HEADER]))
    data = stored[:HEADER] + b"acme|ann-2026|file"
    forged = [key.encrypt(bytes(11) + b"\0", plain, data), key.encrypt(bytes(10) + b"\1\1", b"", data)]
    assert len(forged[1]) == TAG_BYTES
    with pytest.raises(CorruptError):
        opened(stored[:HEADER] + b"".join(forged))


def test_an_address_is_told_by_nobody_without_the_key() -> None:
    addresses = {address_for(KEY, "one"), address_for(KEY, "two"), address_for(derived("ben-2026", b"s" * 32), "one")}
    assert len(addresses) == 3
    assert address_for(KEY, "one") == address_for(derived("ann-2026", b"s" * 32), "one")
