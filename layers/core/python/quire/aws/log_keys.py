"""The KMS key that signs the checkpoints of all tenants' logs: Ed25519, and only KMS has its private half."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quire.aws.errors import translated
from quire.domain.errors import CorruptError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_SPKI = bytes.fromhex("302a300506032b6570032100")
"""What an Ed25519 public key (32 bytes) stands behind in DER. RFC 8410, section 4."""


class LogKey:
    """One key (``ECC_NIST_EDWARDS25519``)."""

    def __init__(self, client: KMSClient, key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def public(self) -> bytes:
        """The public half (32 bytes).

        Raises:
            CorruptError: the key is of another kind.
            UnavailableError: KMS did not answer, or refused.
        """
        with translated("kms GetPublicKey"):
            encoded = self._client.get_public_key(KeyId=self._key_arn)["PublicKey"]
        if len(encoded) != len(_SPKI) + 32 or not encoded.startswith(_SPKI):
            raise CorruptError("the log's key is no Ed25519 key")
        return encoded[len(_SPKI) :]

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature (64 bytes) over a message of at most 4,096 bytes.

        Raises:
            UnavailableError: KMS did not answer, or refused.
        """
        with translated("kms Sign"):
            answer = self._client.sign(
                KeyId=self._key_arn, Message=message, MessageType="RAW", SigningAlgorithm="ED25519_SHA_512"
            )
        return answer["Signature"]
