"""What stands between a file as it was sent and its bytes in the bucket.

A blob belongs to the subject that sent it, and a cipher says under which key: the key's id is in the blob's address, so
two people's copies of one file are two blobs as soon as they have keys of their own, and each can be erased alone.
"""

from pathlib import Path
from typing import Protocol

from quire.aws.blobs import FileBytes
from quire.domain.ids import SubjectId


class BlobCipher(Protocol):
    """Seals files. Whatever their size, no more than a few megabytes of them are in memory."""

    def key_id(self, subject: SubjectId) -> str:
        """Id of the key for what this subject sends."""
        ...

    def seal(self, key_id: str, sent: FileBytes, folder: Path) -> FileBytes:
        """The bytes to store; a new file, where there is one, lies in ``folder``, which the caller removes."""
        ...


class PlainBlobs:
    """Blobs without a key of their own (key id ``none``): stored as sent, the bucket's encryption is all there is."""

    def key_id(self, subject: SubjectId) -> str:  # noqa: ARG002 - one answer for all
        """Always ``none``."""
        return "none"

    def seal(self, key_id: str, sent: FileBytes, folder: Path) -> FileBytes:  # noqa: ARG002 - nothing is made
        """The file itself."""
        return sent
