"""The two tenants of the local stack, made through the product's own use cases; running it again changes nothing."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3

from infra.local import platform_secrets, secrets
from infra.local.settings import REGION, STAGE, Settings
from quire.aws.control import Control, Principal
from quire.aws.schedules import Place, Schedules
from quire.aws.secrets import Secrets
from quire.aws.sessions import Aws
from quire.aws.task_queue import TaskQueue
from quire.aws.tenant_keys import TenantKeys
from quire.bootstrap.timetable import due_of
from quire.connections.timetable import Timetable
from quire.connectors.registry import MANIFESTS
from quire.domain.ids import ConnectionId, TenantId
from quire.tenants.add_connection import NewConnection, add_connection
from quire.tenants.create_tenant import create_tenant


@dataclass(frozen=True)
class Spec:
    """A tenant to make: ``users`` by role, ``platforms`` one connection each."""

    tenant_id: str
    name: str
    domain: str
    users: Mapping[str, str]
    platforms: tuple[str, ...]


SPECS = (
    Spec(
        "meridian",
        "Meridian Capital",
        "meridian-capital.example",
        {"compliance": "compliance_officer", "auditor": "auditor", "administrator": "administrator"},
        ("slack", "teams", "whatsapp", "telegram", "discord", "generic"),
    ),
    Spec(
        "northwind",
        "Northwind Traders",
        "northwind.example",
        {"compliance": "compliance_officer"},
        ("slack", "generic"),
    ),
)


@dataclass(frozen=True)
class Seeder:
    """Makes tenants on one deployed stack, as its administrator."""

    settings: Settings
    session: boto3.Session
    outputs: Mapping[str, str]
    control: Control
    secrets: Secrets
    keys: TenantKeys
    timetable: Timetable

    def tenant(self, spec: Spec) -> dict[str, Any]:
        """Make a tenant with its users and connections; what ``stack.json`` says of it."""
        create_tenant(self.control, spec.tenant_id, spec.name, datetime.now(UTC), self.keys)
        return {
            "tenantId": spec.tenant_id,
            "name": spec.name,
            "users": [self._user(spec, name, role) for name, role in spec.users.items()],
            "connections": [self._connection(spec, platform) for platform in spec.platforms],
        }

    def _user(self, spec: Spec, name: str, role: str) -> dict[str, str]:
        """A person who can sign in, with the password that was made for them."""
        email, pool = f"{name}@{spec.domain}", self.outputs["UserPoolId"]
        password = secrets.keep(self.settings, f"{email} password", secrets.password)
        client = self.session.client("cognito-idp")
        with suppress(client.exceptions.UsernameExistsException):
            client.admin_create_user(
                UserPoolId=pool,
                Username=email,
                TemporaryPassword=password,
                MessageAction="SUPPRESS",
                UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            )
        client.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
        person = client.admin_get_user(UserPoolId=pool, Username=email)
        subject = next(item["Value"] for item in person["UserAttributes"] if item["Name"] == "sub")
        self.control.put_principal(Principal(subject, TenantId(spec.tenant_id), role, email))
        return {"email": email, "password": password, "role": role}

    def _connection(self, spec: Spec, platform: str) -> dict[str, Any]:
        """A connection with its secrets, and the address that the platform would be told."""
        connection_id = f"{spec.tenant_id}-{platform}"
        made = platform_secrets.MAKERS[platform](self.settings, connection_id)
        new = NewConnection(
            tenant_id=TenantId(spec.tenant_id),
            connection_id=connection_id,
            platform=platform,
            name=f"{spec.name} {platform}",
            secrets=self._merged(TenantId(spec.tenant_id), ConnectionId(connection_id), made.stored),
            configuration=made.configuration,
            workspace_id=made.workspace_id,
        )
        now = datetime.now(UTC)
        add_connection(self.control, self.secrets, MANIFESTS, new, now, replace_secret=True, work=self.timetable)
        return {
            "connectionId": connection_id,
            "platform": platform,
            "webhookUrl": f"{self.outputs['HooksUrl']}/{platform}/{connection_id}",
            "secrets": made.sender,
        }

    def _merged(self, tenant: TenantId, connection: ConnectionId, stored: Mapping[str, Any]) -> dict[str, Any]:
        """What is stored anew, beside what the connection has come by since: keys it has rotated to stay."""
        known = self.secrets.current(self.secrets.name_of(tenant, connection)) or {}
        merged = {**known, **stored}
        if isinstance(known.get("certificates"), dict):
            merged["certificates"] = {**known["certificates"], **stored.get("certificates", {})}
        return merged


def seeder(settings: Settings, session: boto3.Session, outputs: Mapping[str, str]) -> Seeder:
    """Who makes tenants on a deployed stack; AWS's variables of the environment say where that is."""
    aws = Aws(REGION)
    place = Place(outputs["ScheduleGroup"], outputs["TaskQueueArn"], outputs["ScheduleRoleArn"])
    return Seeder(
        settings=settings,
        session=session,
        outputs=outputs,
        control=Control(aws.dynamodb, outputs["ControlTable"]),
        secrets=Secrets(aws.secrets, STAGE, time.monotonic, outputs["DataKeyArn"]),
        keys=TenantKeys(aws.kms, STAGE),
        timetable=Timetable(Schedules(aws.scheduler, place), TaskQueue(aws.sqs, outputs["TaskQueueUrl"]), due_of),
    )


def ensure(settings: Settings, session: boto3.Session, outputs: Mapping[str, str]) -> list[dict[str, Any]]:
    """Make both tenants; what ``stack.json`` says of them."""
    made = seeder(settings, session, outputs)
    return [made.tenant(spec) for spec in SPECS]
