"""The log's key, as KMS gives its public half."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from quire.aws.log_keys import LogKey
from quire.domain.errors import CorruptError


class Kms:
    """A KMS with one key."""

    def __init__(self, key: Any) -> None:
        self._key = key

    def get_public_key(self, KeyId: str) -> dict[str, bytes]:  # noqa: N803 - as boto3 names it
        """In DER, as KMS does."""
        assert KeyId == "arn"
        return {"PublicKey": self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}


def test_the_raw_key() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    kms: Any = Kms(key)
    assert LogKey(kms, "arn").public() == key.public_key().public_bytes_raw()


def test_a_key_of_another_kind_is_refused() -> None:
    kms: Any = Kms(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(CorruptError):
        LogKey(kms, "arn").public()
