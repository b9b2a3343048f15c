"""Table ``control``: tenants and principals here, connections in :mod:`quire.aws.connection_items`."""

from __future__ import annotations

from dataclasses import dataclass

from quire.aws.connection_items import Connection, ConnectionItems, Health, Route, Trouble, strings
from quire.aws.errors import translated
from quire.aws.layout import PRINCIPAL, TENANT, principal_partition, tenant_partition
from quire.domain.ids import TenantId

__all__ = ["Connection", "Control", "Health", "Principal", "Route", "Tenant", "Trouble"]


@dataclass(frozen=True)
class Tenant:
    """A customer. ``created_at`` is a timestamp (:mod:`quire.domain.time`); ``key_arn`` names the tenant's KMS key."""

    tenant_id: TenantId
    name: str
    created_at: str
    status: str = "active"
    key_arn: str = ""


@dataclass(frozen=True)
class Principal:
    """A person who may sign in; ``subject`` is the identity provider's ``sub``."""

    subject: str
    tenant_id: TenantId
    role: str
    email: str


class Control(ConnectionItems):
    """The table's items, each built and read here only. Reads are strongly consistent."""

    def put_tenant(self, tenant: Tenant) -> bool:
        """Write a new tenant; ``False``, and nothing written, when the id is taken."""
        item = {
            "pk": tenant_partition(tenant.tenant_id),
            "sk": TENANT,
            "tenant_id": tenant.tenant_id,
            "name": tenant.name,
            "created_at": tenant.created_at,
            "status": tenant.status,
            "key_arn": tenant.key_arn,
        }
        with translated("dynamodb PutItem"):
            try:
                self._client.put_item(
                    TableName=self._table, Item=strings(item), ConditionExpression="attribute_not_exists(pk)"
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def tenant(self, tenant: TenantId) -> Tenant | None:
        """The tenant, if there is one of this id."""
        item = self._get(tenant_partition(tenant), TENANT)
        if item is None:
            return None
        key = item["key_arn"]["S"] if "key_arn" in item else ""
        return Tenant(tenant, item["name"]["S"], item["created_at"]["S"], item["status"]["S"], key)

    def set_tenant_key(self, tenant: TenantId, key_arn: str) -> None:
        """Say which KMS key is a known tenant's."""
        with translated("dynamodb UpdateItem"):
            self._client.update_item(
                TableName=self._table,
                Key=strings({"pk": tenant_partition(tenant), "sk": TENANT}),
                UpdateExpression="SET key_arn = :k",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=strings({":k": key_arn}),
            )

    def put_principal(self, principal: Principal) -> None:
        """Write (or replace) who a signed-in person is."""
        item = {
            "pk": principal_partition(principal.subject),
            "sk": PRINCIPAL,
            "tenant_id": tenant_partition(principal.tenant_id).removeprefix("T#"),
            "role": principal.role,
            "email": principal.email,
        }
        with translated("dynamodb PutItem"):
            self._client.put_item(TableName=self._table, Item=strings(item))

    def principal(self, subject: str) -> Principal | None:
        """Who the signed-in person is, if we know."""
        item = self._get(principal_partition(subject), PRINCIPAL)
        if item is None:
            return None
        return Principal(subject, TenantId(item["tenant_id"]["S"]), item["role"]["S"], item["email"]["S"])
