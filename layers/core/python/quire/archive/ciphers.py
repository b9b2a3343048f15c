"""What stands between a frame's compressed lines and its bytes in the segment.

A frame belongs to one subject, and a cipher says under which key: the key's id is in the footer, and the frame is bound
to its place by its additional data (segment id, frame number, key id), so no frame passes for another.
"""

import hashlib
from collections.abc import Callable, Collection
from typing import Protocol

from quire.domain.errors import CorruptError
from quire.domain.ids import EventId, SegmentId, SubjectId, TenantId
from quire.keys.frames import SubjectFrames
from quire.keys.subjects import SubjectKeys

UNENCRYPTED = "none"
"""The key id of frames without a key of their own."""
_CHECK_BYTES = 16


def additional_data(segment: SegmentId, number: int, key_id: str) -> bytes:
    """What binds a frame to its place; ``number`` counts from 0."""
    return f"{segment}|{number}|{key_id}".encode()


class FrameCipher(Protocol):
    """Seals and opens frames."""

    def key_id(self, subject: SubjectId) -> str:
        """Id of the key for what this subject says and does."""
        ...

    def seal(self, key_id: str, bound_to: bytes, compressed: bytes) -> bytes:
        """The bytes to store."""
        ...

    def open(self, key_id: str, bound_to: bytes, sealed: bytes) -> bytes:
        """The compressed lines.

        Raises:
            CorruptError: these are not the bytes that were sealed there.
        """
        ...

    def salt(self, key_id: str, event: EventId) -> bytes:
        """What is hashed in front of an event's canonical bytes, so that its leaf tells nothing without the key."""
        ...

    def salting(self, key_id: str) -> Callable[[str], bytes]:
        """:meth:`salt` for many events of one key."""
        ...


class Ciphers(Protocol):
    """Gives the cipher for one piece of a tenant's work, with all its keys at hand: one look for many."""

    def for_sealing(self, tenant: TenantId, subjects: Collection[SubjectId]) -> FrameCipher:
        """A cipher that seals what these subjects say and do.

        Raises:
            UnavailableError, GoneError: a key cannot be had; nothing may be sealed without.
        """
        ...

    def for_opening(self, tenant: TenantId, key_ids: Collection[str]) -> FrameCipher:
        """A cipher that opens frames sealed under these keys.

        Raises:
            CorruptError: there never was such a key.
            UnavailableError: a key cannot be had.
        """
        ...


class PlainFrames:
    """Frames without a key of their own (key id ``none``): the bucket's encryption is all there is.

    A frame is 16 bytes of SHA-256(additional data | compressed lines), then the compressed lines. That finds every
    accidental change and every misplaced frame from the frame alone, as a cipher's tag would, without reading the
    footer's leaves; 128 bits leave no chance to an accident. It is no defence against a forger, who could write a new
    check: that is what the leaves, the Merkle root and the lock are for.
    """

    def for_sealing(self, tenant: TenantId, subjects: Collection[SubjectId]) -> "PlainFrames":  # noqa: ARG002
        """Itself: it has no keys."""
        return self

    def for_opening(self, tenant: TenantId, key_ids: Collection[str]) -> "PlainFrames":  # noqa: ARG002
        """Itself: it has no keys."""
        return self

    def key_id(self, subject: SubjectId) -> str:  # noqa: ARG002 - one answer for all
        """Always ``none``."""
        return UNENCRYPTED

    def seal(self, key_id: str, bound_to: bytes, compressed: bytes) -> bytes:  # noqa: ARG002 - bound_to holds it
        """Check, then lines."""
        return _check(bound_to, compressed) + compressed

    def open(self, key_id: str, bound_to: bytes, sealed: bytes) -> bytes:
        """The lines, if their check holds."""
        if key_id != UNENCRYPTED:
            raise CorruptError("a frame names a key, and no keys are configured")
        compressed = sealed[_CHECK_BYTES:]
        if len(sealed) < _CHECK_BYTES or sealed[:_CHECK_BYTES] != _check(bound_to, compressed):
            raise CorruptError("a frame's check does not match its bytes")
        return compressed

    def salt(self, key_id: str, event: EventId) -> bytes:  # noqa: ARG002 - no key, no salt
        """Empty: without keys nothing can be shredded."""
        return b""

    def salting(self, key_id: str) -> Callable[[str], bytes]:  # noqa: ARG002 - no key, no salt
        """Of empty salts."""
        return lambda _: b""


class AlsoPlainFrames:
    """Another cipher's frames, and frames without a key of their own: those from before there were keys."""

    def __init__(self, cipher: FrameCipher) -> None:
        self._cipher = cipher
        self._plain = PlainFrames()

    def key_id(self, subject: SubjectId) -> str:
        """As the cipher."""
        return self._cipher.key_id(subject)

    def seal(self, key_id: str, bound_to: bytes, compressed: bytes) -> bytes:
        """As the cipher."""
        return self._cipher.seal(key_id, bound_to, compressed)

    def open(self, key_id: str, bound_to: bytes, sealed: bytes) -> bytes:
        """As whichever sealed it."""
        return self._of(key_id).open(key_id, bound_to, sealed)

    def salt(self, key_id: str, event: EventId) -> bytes:
        """As whichever sealed it."""
        return self._of(key_id).salt(key_id, event)

    def salting(self, key_id: str) -> Callable[[str], bytes]:
        """As whichever sealed it."""
        return self._of(key_id).salting(key_id)

    def _of(self, key_id: str) -> FrameCipher:
        return self._plain if key_id == UNENCRYPTED else self._cipher


class SubjectCiphers:
    """Frames under their subjects' keys; frames without one, from before there were keys, are opened as well."""

    def __init__(self, keys: SubjectKeys) -> None:
        self._keys = keys

    def for_sealing(self, tenant: TenantId, subjects: Collection[SubjectId]) -> FrameCipher:
        """See :class:`Ciphers`; missing keys are made."""
        frames = SubjectFrames(self._keys, tenant)
        frames.prepare(subjects)
        return AlsoPlainFrames(frames)

    def for_opening(self, tenant: TenantId, key_ids: Collection[str]) -> FrameCipher:
        """See :class:`Ciphers`."""
        frames = SubjectFrames(self._keys, tenant)
        frames.prepare_ids(set(key_ids) - {UNENCRYPTED})
        return AlsoPlainFrames(frames)


def _check(bound_to: bytes, compressed: bytes) -> bytes:
    return hashlib.sha256(bound_to + b"|" + compressed).digest()[:_CHECK_BYTES]
