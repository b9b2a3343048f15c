"""What stands between a file as it was sent and its bytes in the bucket.

A blob belongs to the subject that sent it, and a cipher says under which key: the key's id is in the blob's address, so
two people's copies of one file are two blobs, and each can be erased alone.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from quire.aws.blobs import FileBytes
from quire.aws.layout import BlobAddress
from quire.domain.errors import CorruptError, GoneError
from quire.domain.ids import SubjectId, TenantId
from quire.keys.files import Bound, address_for, open_file, seal_file
from quire.keys.subjects import SubjectKey, SubjectKeys

UNENCRYPTED = "none"
"""The key id of blobs without a key of their own."""
FILE = "file"
"""The purpose of a file's own bytes."""
_PIECE = 256 * 1024


def purpose_of(address: BlobAddress) -> str:
    """What a blob is for: to be the file, or the picture of the file whose blob hashes to this."""
    return f"{address.sha256}{address.ending}" if address.ending else FILE


class BlobCipher(Protocol):
    """Seals files. Whatever their size, no more than a few megabytes of them are in memory."""

    def key_id(self, tenant: TenantId, subject: SubjectId) -> str:
        """Id of the key for what this subject sends now.

        Raises:
            UnavailableError, GoneError: a key cannot be had; nothing may be kept without.
        """
        ...

    def seal(self, key_id: str, bound: Bound, sent: FileBytes, folder: Path) -> FileBytes:
        """The bytes to store; a new file, where there is one, lies in ``folder``, which the caller removes."""
        ...


class PlainBlobs:
    """Blobs without a key of their own (key id ``none``): stored as sent, the bucket's encryption is all there is."""

    def key_id(self, tenant: TenantId, subject: SubjectId) -> str:  # noqa: ARG002 - one answer for all
        """Always ``none``."""
        return UNENCRYPTED

    def seal(self, key_id: str, bound: Bound, sent: FileBytes, folder: Path) -> FileBytes:  # noqa: ARG002
        """The file itself."""
        return sent


class SubjectBlobs:
    """Blobs under their sender's key (:mod:`quire.keys.files`)."""

    def __init__(self, keys: SubjectKeys) -> None:
        self._keys = keys

    def key_id(self, tenant: TenantId, subject: SubjectId) -> str:
        """See :class:`BlobCipher`; a missing key is made."""
        return self._keys.current(tenant, [subject])[subject].key_id

    def seal(self, key_id: str, bound: Bound, sent: FileBytes, folder: Path) -> FileBytes:
        """See :class:`BlobCipher`. Needs as much disk as the file.

        Raises:
            UnavailableError, GoneError: the key cannot be had, or was destroyed meanwhile.
            CorruptError: the file is not what it was said to hash to.
        """
        key, digest, size = self._key(bound.tenant, key_id), hashlib.sha256(), 0
        path = folder / f"{sent.path.name}.sealed"
        with sent.path.open("rb") as plain, path.open("wb") as file:
            for part in seal_file(key, bound, bytes.fromhex(sent.sha256), _pieces(plain)):
                file.write(part)
                digest.update(part)
                size += len(part)
        return FileBytes(path, digest.hexdigest(), size)

    def open(self, key_id: str, bound: Bound, sealed: Iterable[bytes]) -> Iterator[bytes]:
        """The file as it was sent, piece by piece.

        Raises:
            GoneError: the sender's key was destroyed.
            CorruptError: these are not the bytes that were sealed there, or there never was such a key.
            UnavailableError: the key cannot be had.
        """
        return open_file(self._key(bound.tenant, key_id), bound, sealed)

    def address_for(self, tenant: TenantId, key_id: str, what: str) -> str:
        """64 hex digits that stand for ``what`` and that nobody can guess. Raises as :meth:`open`."""
        return address_for(self._key(tenant, key_id), what)

    def _key(self, tenant: TenantId, key_id: str) -> SubjectKey:
        key = self._keys.find(tenant, [key_id])[key_id]
        if key is None:
            raise GoneError("the sender's key was destroyed: nobody can read this any more")
        return key


def verified(plain: Iterable[bytes], sha256: str) -> Iterator[bytes]:
    """The same pieces.

    Raises:
        CorruptError: after the last one, if together they do not hash to ``sha256`` (hex).
    """
    digest = hashlib.sha256()
    for piece in plain:
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise CorruptError("a file is not what its event says was sent")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while data := file.read(_PIECE):
        yield data
