"""The vectors of encrypted files, read by what docs/keys.md says and by nothing of ours."""

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from tests.file_vectors import PATH, encoded, pattern

TOLD: dict[str, Any] = json.loads(PATH.read_bytes())
MEBIBYTE = 1024 * 1024


def expand(key: bytes, info: bytes) -> bytes:
    return HKDFExpand(hashes.SHA256(), 32, info).derive(key)


def files_key() -> bytes:
    return expand(bytes.fromhex(TOLD["secret"]), b"quire filing " + TOLD["key_id"].encode())


def sealed(purpose: str, plain: bytes) -> bytes:
    """As docs/keys.md says."""
    binding = f"{TOLD['tenant']}|{TOLD['key_id']}|{purpose}".encode()
    name = expand(files_key(), b"name|" + hashlib.sha256(plain).digest() + binding)
    cipher, stored = AESGCM(expand(files_key(), b"key|" + name)), b"QRB1" + name
    chunks = [plain[at : at + MEBIBYTE] for at in range(0, len(plain), MEBIBYTE)] or [b""]
    for number, chunk in enumerate(chunks):
        nonce = bytes(7) + number.to_bytes(4, "big") + bytes([number == len(chunks) - 1])
        stored += cipher.encrypt(nonce, chunk, b"QRB1" + name + binding)
    return stored


def test_the_vectors_are_those_checked_in() -> None:
    """When they are not: ``python -m tests.file_vectors``, and every file that was stored before is unreadable."""
    assert PATH.read_bytes() == encoded()


def test_the_key_of_files_is_made_as_the_page_says() -> None:
    assert files_key().hex() == TOLD["files_key"]


@pytest.mark.parametrize("one", TOLD["short"])
def test_short_files(one: dict[str, str]) -> None:
    assert sealed(one["purpose"], bytes.fromhex(one["plain"])).hex() == one["sealed"]


@pytest.mark.parametrize("one", TOLD["patterns"])
def test_files_around_the_borders_of_chunks(one: dict[str, Any]) -> None:
    stored = sealed(one["purpose"], pattern(one["size"]))
    assert hashlib.sha256(stored).hexdigest() == one["sealed_sha256"]


@pytest.mark.parametrize("one", TOLD["addresses"])
def test_addresses_of_copies(one: dict[str, str]) -> None:
    assert expand(files_key(), b"address|" + one["what"].encode()).hex() == one["address"]
