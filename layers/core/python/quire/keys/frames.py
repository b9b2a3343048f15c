"""Frames encrypted under their subject's key: nonce (12 bytes), then AES-256-GCM of the compressed lines.

The nonce is made of what is sealed and where it stands (HMAC-SHA-256 under a key of its own), so sealing the same again
gives the same bytes, as retries need, and two different frames never share one but by chance (2^-96).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable

from quire.domain.errors import CorruptError, GoneError
from quire.domain.ids import EventId, SubjectId, TenantId
from quire.keys.subjects import SubjectKey, SubjectKeys

_NONCE_BYTES, _TAG_BYTES = 12, 16


class SubjectFrames:
    """Seals and opens one tenant's frames (``quire.archive.ciphers.FrameCipher``); one is made for one batch."""

    def __init__(self, keys: SubjectKeys, tenant: TenantId) -> None:
        self._keys = keys
        self._tenant = tenant
        self._by_subject: dict[SubjectId, SubjectKey] = {}
        self._by_id: dict[str, SubjectKey | None] = {}

    def prepare(self, subjects: Iterable[SubjectId]) -> None:
        """Have the keys of all these subjects at hand: one look for many.

        Raises:
            UnavailableError, GoneError: a key cannot be had.
        """
        found = self._keys.current(self._tenant, subjects)
        self._by_subject |= found
        self._by_id |= {key.key_id: key for key in found.values()}

    def prepare_ids(self, key_ids: Iterable[str]) -> None:
        """Have the keys of these ids at hand, as far as they were not destroyed. Raises as ``SubjectKeys.find``."""
        unknown = set(key_ids) - self._by_id.keys()
        if unknown:
            self._by_id |= self._keys.find(self._tenant, unknown)

    def key_id(self, subject: SubjectId) -> str:
        """Id of the key for what this subject says and does now."""
        if subject not in self._by_subject:
            self.prepare([subject])
        return self._by_subject[subject].key_id

    def seal(self, key_id: str, bound_to: bytes, compressed: bytes) -> bytes:
        """The bytes to store."""
        key = self._key(key_id)
        place = len(bound_to).to_bytes(4, "big") + bound_to
        nonce = hmac.digest(key.naming, place + compressed, "sha256")[:_NONCE_BYTES]
        return nonce + key.cipher.encrypt(nonce, compressed, bound_to)

    def open(self, key_id: str, bound_to: bytes, sealed: bytes) -> bytes:
        """The compressed lines.

        Raises:
            CorruptError: these are not the bytes that were sealed there.
            GoneError: the subject's key was destroyed.
        """
        from cryptography.exceptions import InvalidTag

        key = self._key(key_id)
        if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
            raise CorruptError("a frame is too short")
        try:
            return key.cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
        except InvalidTag as error:
            raise CorruptError("a frame does not open under its key") from error

    def salt(self, key_id: str, event: EventId) -> bytes:
        """What is hashed in front of an event's canonical bytes: HKDF-Expand of the key and the event's id."""
        return self.salting(key_id)(event)

    def salting(self, key_id: str) -> Callable[[str], bytes]:
        """:meth:`salt` for many events of one key."""
        fresh = self._key(key_id).salter.copy

        def salt(event: str) -> bytes:
            mac = fresh()
            mac.update(event.encode() + b"\x01")
            return mac.finalize()

        return salt

    def _key(self, key_id: str) -> SubjectKey:
        if key_id not in self._by_id:
            self.prepare_ids([key_id])
        key = self._by_id[key_id]
        if key is None:
            raise GoneError("the subject's key was destroyed")
        return key
