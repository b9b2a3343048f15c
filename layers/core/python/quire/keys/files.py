"""Files encrypted under their sender's key, chunk by chunk: whatever their size, one chunk is in memory.

    file  = "QRB1" | name (32 bytes) | chunk+
    chunk = AES-256-GCM of 1 MiB, of the last one what is left: the ciphertext, then its tag (16 bytes)

This is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar, 2015, https://eprint.iacr.org/2015/189): a chunk's
nonce is seven zero bytes, its number (4 bytes, big-endian, from 0) and 1 if it is the last, else 0. So no chunk passes
for another, none can be left out, and none can be put after the last. Every file has a last chunk, which is empty only
where the file is.

Nonces may count from 0 because every file has a key of its own: the name is made of what the file is (its SHA-256) and
of what it is bound to, and the key is made of the name. Sealing the same again gives the same bytes, as retries need,
and without the sender's key a name does not tell which file it is of.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from quire.domain.errors import CorruptError
from quire.domain.ids import TenantId
from quire.keys.subjects import SubjectKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"QRB1"
CHUNK_BYTES = 1024 * 1024
TAG_BYTES = 16
_NAME_BYTES = 32
_HEADER_BYTES = len(MAGIC) + _NAME_BYTES


class Bound(NamedTuple):
    """What a file is bound to beside its key: whose it is, and what it is for (``file``, or which file's picture)."""

    tenant: TenantId
    purpose: str


def seal_file(key: SubjectKey, bound: Bound, sha256: bytes, plain: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes to store of a file that hashes to ``sha256`` (32 bytes) and comes in pieces of any size.

    Raises:
        CorruptError: at the end, if the pieces hash to something else. What came before must not be stored: another
            file was sealed under this one's key.
    """
    binding = _binding(key, bound)
    header = MAGIC + _expand(key, b"name|" + sha256 + binding)
    cipher, digest = _cipher(key, header), hashlib.sha256()
    yield header
    for number, (chunk, last) in enumerate(_cut(plain, CHUNK_BYTES)):
        digest.update(chunk)
        yield cipher.encrypt(_nonce(number, last=last), chunk, header + binding)
    if digest.digest() != sha256:
        raise CorruptError("a file changed while it was sealed")


def open_file(key: SubjectKey, bound: Bound, sealed: Iterable[bytes]) -> Iterator[bytes]:
    """The file, chunk by chunk, from stored bytes that come in pieces of any size.

    A chunk that was given out is what was sealed there; that nothing is missing after it is only known at the end.

    Raises:
        CorruptError: these are not the bytes that were sealed there.
    """
    from cryptography.exceptions import InvalidTag

    pieces = iter(sealed)
    header, rest = _header(pieces)
    binding, cipher = _binding(key, bound), _cipher(key, header)
    for number, (chunk, last) in enumerate(_cut(_after(rest, pieces), CHUNK_BYTES + TAG_BYTES)):
        if len(chunk) < TAG_BYTES or (number and len(chunk) == TAG_BYTES):
            raise CorruptError("a file's bytes are cut short")
        try:
            yield cipher.decrypt(_nonce(number, last=last), chunk, header + binding)
        except InvalidTag as error:
            raise CorruptError("a file does not open under its key") from error


def address_for(key: SubjectKey, what: str) -> str:
    """64 hex digits that stand for ``what`` and that nobody can guess without the key."""
    return _expand(key, b"address|" + what.encode()).hex()


def _cipher(key: SubjectKey, header: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(_expand(key, b"key|" + header[len(MAGIC) :]))


def _binding(key: SubjectKey, bound: Bound) -> bytes:
    return f"{bound.tenant}|{key.key_id}|{bound.purpose}".encode()


def _expand(key: SubjectKey, info: bytes) -> bytes:
    """One block of HKDF-Expand."""
    return hmac.digest(key.filing, info + b"\x01", "sha256")


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + bytes([last])


def _header(pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    """The header, and what came with it."""
    found = b""
    while len(found) < _HEADER_BYTES and (piece := next(pieces, None)) is not None:
        found += piece
    if len(found) < _HEADER_BYTES or not found.startswith(MAGIC):
        raise CorruptError("these are not the bytes of an encrypted file")
    return found[:_HEADER_BYTES], found[_HEADER_BYTES:]


def _after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _cut(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in chunks of ``size``, the last one of what is left; each with whether it is the last."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > size:
            yield bytes(memoryview(waiting)[:size]), False
            del waiting[:size]
    yield bytes(waiting), True
