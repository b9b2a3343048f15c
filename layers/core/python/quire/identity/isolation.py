"""Credentials of one tenant only: whatever code does with them, another tenant's data answers AccessDenied.

The function's own role may do nothing but assume the tenant role; what is left of that role is what an inline session
policy names literally. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from quire.aws.layout import CONNECTIONS, connection_mark, secrets_path
from quire.aws.sessions import Aws
from quire.domain.errors import MalformedError
from quire.domain.ids import TenantId, is_tenant_id

MAX_POLICY_CHARACTERS = 2048
SECONDS = 900
"""The shortest life STS gives."""
SECRET_ACTIONS = [
    f"secretsmanager:{verb}"
    for verb in (
        "CreateSecret",
        "DeleteSecret",
        "DescribeSecret",
        "GetSecretValue",
        "PutSecretValue",
        "RestoreSecret",
        "TagResource",
        "UpdateSecret",
    )
]
"""What keeping a connection's secret takes."""
KEPT_SECONDS = 840
"""No request that starts with kept credentials outlives them: the API answers within 30 seconds."""


@dataclass(frozen=True)
class Reach:
    """Everything of which a tenant's part is reached: ARNs of tables, the journal's bucket, key and search collection.

    ``written`` are the tables of which items may also be put, ``timeline`` is the index of events by conversation.
    Of objects, readers need the journal's segments alone: an event that is too large for its row lies there, for longer
    than its row lives. What is sealed, and files, are for sessions that prove and that hand over.
    ``journal``, ``key``, ``collection`` and ``timeline`` are empty where there is none.
    """

    read: tuple[str, ...]
    written: tuple[str, ...]
    journal: str = ""
    key: str = ""
    collection: str = ""
    timeline: str = ""


def session_policy(tenant: TenantId, reach: Reach) -> str:
    """The inline policy: at most ``MAX_POLICY_CHARACTERS``.

    ``T#acme`` and ``T#acme#...`` are named apart, because ``T#acme*`` would let ``acme`` into ``acme-2``.

    Raises:
        MalformedError: this is no tenant's id.
        ValueError: the ARNs are too long for one policy.
    """
    if not is_tenant_id(tenant):
        raise MalformedError("not a tenant id")
    own = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"T#{tenant}", f"T#{tenant}#*"]}}
    reading = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
    statements: list[dict[str, object]] = [
        _allow(reading, [*reach.read, *reach.written], own),
        _allow(["dynamodb:PutItem"], list(reach.written), own),
    ]
    if reach.journal:
        statements.append(_allow(["s3:GetObject", "s3:GetObjectVersion"], [f"{reach.journal}/t/{tenant}/journal/*"]))
    if reach.timeline:
        own_timelines = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{tenant}#*"]}}
        statements.append(_allow(["dynamodb:Query"], [reach.timeline], own_timelines))
    if reach.key:
        statements.append(_allow(["kms:Decrypt", "kms:GenerateDataKey"], [reach.key]))
    if reach.collection:
        statements.append(_allow(["aoss:APIAccessAll"], [reach.collection]))
    return _encoded(statements)


@dataclass(frozen=True)
class Desk:
    """What a tenant's connections and people are managed with: ARNs of the control table and of all secrets (without
    the name), the deployment's stage, and the keys that both are encrypted with."""

    table: str
    secrets: str
    stage: str
    keys: tuple[str, ...]


def managing_policy(tenant: TenantId, desk: Desk) -> str:
    """The inline policy of credentials that change a tenant's own items and its connections' secrets, and no more.

    New connections' addresses lie outside the tenant's partition, under a mark that is the tenant's alone.
    Raises as :func:`session_policy`.
    """
    if not is_tenant_id(tenant):
        raise MalformedError("not a tenant id")
    partitions = [f"T#{tenant}", f"{CONNECTIONS}{connection_mark(tenant)}-*"]
    own = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": partitions}}
    changing = [f"dynamodb:{verb}Item" for verb in ("Delete", "Get", "Put", "Update")]
    statements = [
        _allow([*changing, "dynamodb:Query"], [desk.table], own),
        _allow(SECRET_ACTIONS, [f"{desk.secrets}:{secrets_path(desk.stage, tenant)}*"]),
    ]
    if desk.keys:
        statements.append(_allow(["kms:Decrypt", "kms:GenerateDataKey"], list(desk.keys)))
    return _encoded(statements)


@dataclass(frozen=True)
class Vault:
    """What a tenant's messages are proven from: ARNs of the tables of segments and of keys, of the archive's bucket,
    and of the keys that these are encrypted with, the tenant's own among them."""

    tables: tuple[str, ...]
    bucket: str
    keys: tuple[str, ...]


def proving_policy(tenant: TenantId, vault: Vault) -> str:
    """The inline policy of credentials that read what proves a tenant's messages, subjects' keys included, and change
    nothing. Raises as :func:`session_policy`.
    """
    if not is_tenant_id(tenant):
        raise MalformedError("not a tenant id")
    own = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"T#{tenant}", f"T#{tenant}#*"]}}
    objects = [f"{vault.bucket}/t/{tenant}/{kind}/*" for kind in ("archive", "log")]
    return _encoded(
        [
            _allow(["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"], list(vault.tables), own),
            _allow(["s3:GetObject", "s3:GetObjectVersion"], objects),
            _allow(["kms:Decrypt", "kms:GenerateDataKey"], list(vault.keys)),
        ]
    )


@dataclass(frozen=True)
class Counter:
    """What a tenant's files are handed over with: ARNs of the table of keys, of the archive's bucket, of the bucket of
    copies, and of the keys that these are encrypted with, the tenant's own among them."""

    keys_table: str
    archive: str
    copies: str
    keys: tuple[str, ...]


def handing_policy(tenant: TenantId, counter: Counter) -> str:
    """The inline policy of credentials that open a tenant's files, and copy them to where they are handed over.

    Raises as :func:`session_policy`.
    """
    if not is_tenant_id(tenant):
        raise MalformedError("not a tenant id")
    own = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"T#{tenant}"]}}
    copying = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    return _encoded(
        [
            _allow(["dynamodb:GetItem", "dynamodb:BatchGetItem"], [counter.keys_table], own),
            _allow(["s3:GetObject", "s3:GetObjectVersion"], [f"{counter.archive}/t/{tenant}/blobs/*"]),
            _allow(copying, [f"{counter.copies}/t/{tenant}/*"]),
            _allow(["s3:ListBucket"], [counter.copies], {"StringLike": {"s3:prefix": [f"t/{tenant}/*"]}}),
            _allow(["kms:Decrypt", "kms:GenerateDataKey"], list(counter.keys)),
        ]
    )


def assume_tenant(
    base: Aws, role_arn: str, policy_of: Callable[[TenantId], str], purpose: str = "reads"
) -> Callable[[TenantId], Aws]:
    """How to become a tenant: its session is tagged with it, named after the ``purpose``, and lives ``SECONDS``.

    The returned function raises ``DeniedError`` when the role may not be assumed, ``UnavailableError`` when STS does
    not answer.
    """

    def become(tenant: TenantId) -> Aws:
        return base.assume(role_arn, f"quire-{purpose}-{tenant}", policy_of(tenant), {"tenant": tenant}, SECONDS)

    return become


def _encoded(statements: list[dict[str, object]]) -> str:
    policy = orjson.dumps({"Version": "2012-10-17", "Statement": statements}).decode()
    if len(policy) > MAX_POLICY_CHARACTERS:
        raise ValueError(f"the session policy has {len(policy)} characters, {MAX_POLICY_CHARACTERS} are allowed")
    return policy


def _allow(
    actions: list[str], resources: list[str], condition: Mapping[str, object] | None = None
) -> dict[str, object]:
    statement: dict[str, object] = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return statement if condition is None else {**statement, "Condition": condition}
