"""Ids: the same for the same parts, different for different ones, and UUIDv8 in form."""

import hashlib
import uuid

from hypothesis import assume, example, given
from hypothesis import strategies as st

from quire.domain.ids import derive, is_tenant_id

texts = st.text(max_size=12) | st.text(alphabet="\x00\x01ab|", max_size=4) | st.sampled_from(["\ud800", "é", ""])
parts = st.lists(texts, max_size=4)


@given(parts, parts)
@example(["a", "bc"], ["ab", "c"])
@example(["a"], ["a", ""])
@example([""], [])
def test_no_two_lists_of_parts_share_an_id(one: list[str], other: list[str]) -> None:
    assume(one != other)
    assert derive("test", *one) != derive("test", *other)


@given(parts)
def test_an_id_is_a_uuid_of_version_eight(told: list[str]) -> None:
    made = derive("test", *told)
    parsed = uuid.UUID(made)
    assert str(parsed) == made == derive("test", *told)
    assert parsed.version == 8
    assert parsed.variant == uuid.RFC_4122


@given(parts)
def test_an_id_is_the_head_of_a_hash_of_prefixed_parts(told: list[str]) -> None:
    """The encoding, written a second time: it must never change, for ids of old must stay."""
    encoded = b""
    for part in ("test", *told):
        data = part.encode("utf-8", "surrogatepass")
        encoded += len(data).to_bytes(4, "big") + data
    raw = bytearray(hashlib.sha256(encoded).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    assert derive("test", *told) == str(uuid.UUID(bytes=bytes(raw)))


def test_an_id_once_given_stays() -> None:
    assert derive("message", "meridian", "slack", "T1", "C1", "1772442845.000200") == (
        "750c359f-dd63-8d8d-ab2c-4dc2a60daabc"
    )


@given(st.text(max_size=45))
def test_a_tenants_id_is_fit_for_keys_indexes_and_policies(text: str) -> None:
    if is_tenant_id(text):
        assert text.isascii()
        assert 1 <= len(text) <= 40
        assert text == text.lower()
        assert not set(text) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert not text.startswith("-")
        assert not text.endswith("-")
