"""Checkpoints: the signed size and root of a log. https://c2sp.org/tlog-checkpoint

The note's text is ``<origin>``, ``<size>``, ``<base64 of the root>``, a line each, then further lines (ours: none).
"""

import base64
import binascii
from dataclasses import dataclass

from quire.domain.errors import CorruptError
from quire.evidence.note import Sign, VerifierKey, open_note, sign_note

_ROOT_BYTES = 32
_MOST = 2**63 - 1


@dataclass(frozen=True)
class Checkpoint:
    """A log's ``origin`` (its name, which is also its key's), number of entries, and root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, key: VerifierKey, sign: Sign) -> str:
        """The checkpoint as a signed note."""
        return sign_note(self.text(), key, sign)


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in a note's text.

    Raises:
        CorruptError: it is none, or written otherwise than checkpoints are.
    """
    lines = text.split("\n")
    try:
        origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError, binascii.Error) as error:
        raise CorruptError("not a checkpoint") from error
    checkpoint = Checkpoint(origin, size, root)
    if not origin or len(root) != _ROOT_BYTES or not 0 <= size <= _MOST or not text.startswith(checkpoint.text()):
        raise CorruptError("not a checkpoint")
    return checkpoint


def open_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a note that ``key`` has signed, of the log that ``key`` is named for.

    Raises:
        CorruptError: it is none, is signed otherwise, or is another log's.
    """
    checkpoint = read_checkpoint(open_note(note, key))
    if checkpoint.origin != key.name:
        raise CorruptError("the checkpoint is another log's")
    return checkpoint
