"""KMS data keys: 32 bytes made under a tenant's key, and the form in which they may be stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from quire.aws.errors import code_of, translated
from quire.domain.errors import GoneError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_GONE = frozenset({"DisabledException", "KMSInvalidStateException", "NotFoundException"})


class DataKey(NamedTuple):
    """``plain`` (32 bytes) is used and never stored; ``wrapped`` is stored and says nothing without KMS."""

    plain: bytes
    wrapped: bytes


class DataKeys:
    """Makes and opens data keys. The context is bound to a key: opened with another one, it does not open."""

    def __init__(self, client: KMSClient) -> None:
        self._client = client

    def make(self, key_arn: str, context: Mapping[str, str]) -> DataKey:
        """A new data key under ``key_arn``.

        Raises:
            UnavailableError: KMS did not answer, or refused.
        """
        with translated("kms GenerateDataKey"):
            answer = self._client.generate_data_key(KeyId=key_arn, KeySpec="AES_256", EncryptionContext=context)
        return DataKey(answer["Plaintext"], answer["CiphertextBlob"])

    def open(self, key_arn: str, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """The data key again.

        Raises:
            GoneError: the tenant's key was disabled or deleted.
            UnavailableError: KMS did not answer, or refused.
        """
        with translated("kms Decrypt"):
            try:
                answer = self._client.decrypt(KeyId=key_arn, CiphertextBlob=wrapped, EncryptionContext=context)
            except self._client.exceptions.ClientError as error:
                if code_of(error) in _GONE:
                    raise GoneError("the tenant's key is not to be had any more") from error
                raise
        return answer["Plaintext"]
