"""Opening encrypted notification items: unwrap the data key, check the signature, only then decrypt.

https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from quire.domain.errors import CorruptError, UnauthenticatedError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_AES_KEY_BYTES = 32
_BLOCK_BYTES = 16


def open_content(content: Mapping[str, Any], certificates: Mapping[str, Any]) -> str:
    """The plain text of an item's ``encryptedContent``.

    ``certificates`` maps certificate ids to PEM private keys; ``encryptionCertificateId`` chooses among them.

    Raises:
        UnauthenticatedError: the content was not encrypted to us by who should have, whatever the reason.
        CorruptError: the chosen private key is no RSA key in PEM.
    """
    pem = certificates.get(_text(content, "encryptionCertificateId"))
    if not isinstance(pem, str):
        raise UnauthenticatedError("a notification could not be verified")
    private_key = _private_key(pem)
    try:
        data = _decoded(content, "data")
        key = _unwrap(private_key, _decoded(content, "dataKey"))
        signature = _decoded(content, "dataSignature")
        if len(key) != _AES_KEY_BYTES or not hmac.compare_digest(hmac.digest(key, data, hashlib.sha256), signature):
            raise UnauthenticatedError("a notification could not be verified")
        return _decrypt(key, data).decode("utf-8")
    except ValueError as error:
        raise UnauthenticatedError("a notification could not be verified") from error


def _text(content: Mapping[str, Any], key: str) -> str:
    value = content.get(key)
    return value if isinstance(value, str) else ""


def _decoded(content: Mapping[str, Any], key: str) -> bytes:
    return base64.b64decode(_text(content, key), validate=True)


@lru_cache(maxsize=16)
def _private_key(pem: str) -> "RSAPrivateKey":
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode("utf-8", "replace"), password=None)
    except (ValueError, TypeError) as error:
        raise CorruptError("a connection's private key cannot be read") from error
    if not isinstance(key, RSAPrivateKey):
        raise CorruptError("a connection's private key is not an RSA key")
    return key


def _unwrap(private_key: "RSAPrivateKey", wrapped: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
    from cryptography.hazmat.primitives.hashes import SHA1

    # Microsoft Graph prescribes OAEP with SHA-1, which does not rest on its collision resistance.
    return private_key.decrypt(wrapped, OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None))  # noqa: S303


def _decrypt(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC
    from cryptography.hazmat.primitives.padding import PKCS7

    decryptor = Cipher(AES(key), CBC(key[:_BLOCK_BYTES])).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    unpadder = PKCS7(_BLOCK_BYTES * 8).unpadder()
    return unpadder.update(padded) + unpadder.finalize()
