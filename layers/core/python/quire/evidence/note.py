"""Signed notes: text with Ed25519 signatures under it. https://c2sp.org/signed-note

A note is lines of text, an empty line, then signature lines: ``— <key name> <base64 of key id (4 bytes) | signature>``.
A verifier key is written ``<name>+<key id, hex>+<base64 of 0x01 | public key>``.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from quire.domain.errors import CorruptError, MalformedError

_ED25519 = b"\x01"
_DASH = "— "
_ID_BYTES, _KEY_BYTES, _SIGNATURE_BYTES = 4, 32, 64

Sign = Callable[[bytes], bytes]
"""An Ed25519 signature (64 bytes) over a message."""


@dataclass(frozen=True)
class VerifierKey:
    """Whose signatures are believed: ``public`` is the raw Ed25519 key (32 bytes)."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name | line feed | 0x01 | public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID_BYTES]

    def text(self) -> str:
        """As verifier keys are handed around."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"


def read_key(text: str) -> VerifierKey:
    """The key that :meth:`VerifierKey.text` gave.

    Raises:
        MalformedError: it is none, or not an Ed25519 key.
    """
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise MalformedError("not a verifier key") from error
    key = VerifierKey(name, raw[1:])
    if not _is_name(name) or raw[:1] != _ED25519 or len(raw) != 1 + _KEY_BYTES or key.key_id.hex() != key_id:
        raise MalformedError("not an Ed25519 verifier key")
    return key


def sign_note(text: str, key: VerifierKey, sign: Sign) -> str:
    """The note of ``text`` (which ends in a line feed), signed.

    Raises:
        ValueError: the text cannot stand in a note.
    """
    if not text.endswith("\n") or not _is_name(key.name) or any(ord(char) < 0x20 and char != "\n" for char in text):
        raise ValueError("a note's text ends in a line feed and holds no control characters")
    return f"{text}\n{signature_line(key, sign(text.encode()))}"


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """One signature as a line of a note."""
    return f"{_DASH}{key.name} {base64.b64encode(key.key_id + signature).decode()}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """The note's text, once ``key`` has signed it; signatures of others are passed over.

    Raises:
        CorruptError: it is no note, or has no signature of this key, or not exactly one that holds.
    """
    text, signatures = split_note(note)
    mine = [raw for name, raw in signatures if name == key.name and raw[:_ID_BYTES] == key.key_id]
    if len(mine) != 1:
        raise CorruptError("the note is not signed by this key" if not mine else "the note is signed twice by one key")
    if not _holds(key.public, mine[0][_ID_BYTES:], text.encode()):
        raise CorruptError("the note's signature does not hold")
    return text


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A note's text and its signatures (key name, key id and signature), none of them checked.

    Raises:
        CorruptError: it is no note.
    """
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise CorruptError("not a signed note")
    signatures: list[tuple[str, bytes]] = []
    for line in tail[:-1].split("\n"):
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise CorruptError("a signature line is not base64") from error
        if not line.startswith(_DASH) or not space or not _is_name(name) or len(raw) <= _ID_BYTES:
            raise CorruptError("not a signature line")
        signatures.append((name, raw))
    return text + "\n", signatures


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def _holds(public: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
