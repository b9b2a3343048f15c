"""KMS: one key a tenant, found by its alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quire.aws.errors import translated
from quire.aws.layout import tenant_key_alias
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class TenantKeys:
    """Makes keys. Their tags say whose they are and of which stage: grants to functions are by the latter."""

    def __init__(self, client: KMSClient, stage: str) -> None:
        self._client = client
        self._stage = stage

    def ensure(self, tenant: TenantId) -> str:
        """ARN of the tenant's key, made unless it is there; it rotates every year.

        Raises:
            UnavailableError: KMS did not answer.
        """
        alias = tenant_key_alias(self._stage, tenant)
        with translated("kms CreateKey"):
            found = self._find(alias)
            if found is not None:
                return found
            made = self._client.create_key(
                Description=f"Quire ({self._stage}): tenant {tenant}",
                Tags=[
                    {"TagKey": "quire:stage", "TagValue": self._stage},
                    {"TagKey": "quire:tenant", "TagValue": tenant},
                ],
            )["KeyMetadata"]
            self._client.enable_key_rotation(KeyId=made["KeyId"])
            try:
                self._client.create_alias(AliasName=alias, TargetKeyId=made["KeyId"])
            except self._client.exceptions.AlreadyExistsException:  # somebody else was faster: theirs it is
                self._client.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=7)
                return self._client.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
        return made["Arn"]

    def _find(self, alias: str) -> str | None:
        try:
            return self._client.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
        except self._client.exceptions.NotFoundException:
            return None
