"""The role under which a request reads: one tenant's data, whichever the session tag says, and nobody else's."""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.python_function import KEY_ACTIONS, PythonFunction
from infra.constructs.search_collection import SEARCHING, SearchCollection
from infra.nag import excuse_wildcards
from infra.stages import Stage
from quire.identity.isolation import SECRET_ACTIONS

READ_ITEMS = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
CHANGE_ITEMS = [f"dynamodb:{verb}" for verb in ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")]
ROUTES = "CONNECTION#*"
"""Partitions of the items by which webhooks find their tenant; those of one tenant begin with a mark of its own, which
only the session policy can name."""


class TenantRole(Construct):
    """``role`` can be assumed by the roles of ``servers`` alone, and only with the session tag ``tenant``.

    Its policies name the tenant by that tag. ``Scan`` is left out, because ``dynamodb:LeadingKeys`` does not bind it.
    The caller narrows further by a session policy that names the tenant literally.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, servers: Sequence[PythonFunction]) -> None:
        super().__init__(scope, id_)
        self._stage = stage
        self._tenant = "${aws:PrincipalTag/tenant}" if stage.policy_variables else "*"
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.CompositePrincipal(*(_tagged(server) for server in servers)),
            description="Reads one tenant's data, the one that the session tag names",
        )
        for server in servers:
            server.allow("BecomeATenant", ["sts:AssumeRole", "sts:TagSession"], [self.role.role_arn])

    def read_tables(self, control: dynamodb.ITableV2, events: dynamodb.ITableV2, timeline: str) -> None:
        """Items of the tenant's partitions: ``T#<tenant>`` and what begins with ``T#<tenant>#``."""
        partitions = [f"T#{self._tenant}", f"T#{self._tenant}#*"]
        self._allow_items("ReadTables", READ_ITEMS, [control.table_arn, events.table_arn], partitions)
        index = f"{events.table_arn}/index/{timeline}"
        self._allow_items("ReadTimeline", ["dynamodb:Query"], [index], [f"{self._tenant}#*"])

    def audit(self, table: dynamodb.ITableV2) -> None:
        """Append to the tenant's audit trail, and read it; nothing can be changed or deleted by this role."""
        actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
        self._allow_items("Audit", actions, [table.table_arn], [f"T#{self._tenant}#*"])

    def read_objects(self, journal: s3.IBucket, archive: s3.IBucket) -> None:
        """Versions of the tenant's segments, files and log. Which of these a session may read, its purpose decides
        (``quire.identity.isolation``): one that reads messages is given the journal's segments only."""
        kinds = ((journal, "journal"), (archive, "archive"), (archive, "blobs"), (archive, "log"))
        self.role.add_to_policy(
            iam.PolicyStatement(
                sid="ReadObjects",
                actions=["s3:GetObject", "s3:GetObjectVersion"],
                resources=[bucket.arn_for_objects(f"t/{self._tenant}/{kind}/*") for bucket, kind in kinds],
            )
        )
        if self._stage.policy_variables:
            reason = "All objects of the one tenant that the session tag names."
        else:
            reason = "The emulator knows no policy variables; the session policy names the tenant."
        excuse_wildcards(self.role, {r"/^Resource::.*\/t\/.*\*.*$/g": reason})

    def decrypt(self, key: kms.IKey) -> None:
        """Only by way of the services that hold the tenant's data."""
        services = [f"{service}.{Aws.REGION}.amazonaws.com" for service in ("dynamodb", "s3")]
        self.role.add_to_policy(
            iam.PolicyStatement(
                sid="Decrypt",
                actions=KEY_ACTIONS,
                resources=[key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": services}},
            )
        )

    def manage(self, control: dynamodb.ITableV2) -> None:
        """Change the tenant's connections and people, and its connections' secrets, which its own key encrypts.

        A session that reads the archive is not given this, and one that is given this reads no archive
        (``quire.identity.isolation``).
        """
        path = f"{self._stage.secret_path}/{self._tenant}/connections/*"
        self._allow_items("ManageItems", CHANGE_ITEMS, [control.table_arn], [f"T#{self._tenant}", ROUTES])
        self.role.add_to_policy(
            iam.PolicyStatement(
                sid="KeepSecrets",
                actions=SECRET_ACTIONS,
                resources=[f"arn:{Aws.PARTITION}:secretsmanager:{Aws.REGION}:{Aws.ACCOUNT_ID}:secret:{path}"],
            )
        )
        condition = {"kms:ViaService": f"secretsmanager.{Aws.REGION}.amazonaws.com"}
        tagged: dict[str, str] = {"aws:ResourceTag/quire:stage": self._stage.name}
        if self._stage.policy_variables:
            tagged["aws:ResourceTag/quire:tenant"] = self._tenant
        self.role.add_to_policy(
            iam.PolicyStatement(
                sid="UseTenantKey",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[f"arn:{Aws.PARTITION}:kms:{Aws.REGION}:{Aws.ACCOUNT_ID}:key/*"],
                conditions={"StringEquals": {**tagged, **condition}},
            )
        )
        excuse_wildcards(
            self.role,
            {
                r"/^Resource::arn:.*:secret:quire\/.*$/g": "Secrets of the one tenant that the session tag names.",
                r"/^Resource::arn:.*:key\/\*$/g": "The one tenant's key, known by its tags.",
            },
        )

    def prove(self, ledger: dynamodb.ITableV2, keys: dynamodb.ITableV2) -> None:
        """Read what proves the tenant's messages: segments, the log, and subjects' keys, which the tenant's key wraps.

        Only a session that proves is given this (``quire.identity.isolation``).
        """
        partitions = [f"T#{self._tenant}", f"T#{self._tenant}#*"]
        self._allow_items("ReadEvidence", READ_ITEMS, [ledger.table_arn, keys.table_arn], partitions)
        tagged: dict[str, str] = {"aws:ResourceTag/quire:stage": self._stage.name}
        if self._stage.policy_variables:
            tagged["aws:ResourceTag/quire:tenant"] = self._tenant
            tagged["kms:EncryptionContext:quire:tenant"] = self._tenant
        self.role.add_to_policy(
            iam.PolicyStatement(
                sid="OpenKeys",
                actions=["kms:Decrypt"],
                resources=[f"arn:{Aws.PARTITION}:kms:{Aws.REGION}:{Aws.ACCOUNT_ID}:key/*"],
                conditions={"StringEquals": tagged},
            )
        )

    def hand_over(self, copies: s3.IBucket) -> None:
        """Copy the tenant's files in the clear to where links lead, and read and list them there.

        Only a session that hands over is given this (``quire.identity.isolation``).
        """
        actions = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
        for sid, granted, resource, condition in (
            ("CopyFiles", actions, copies.arn_for_objects(f"t/{self._tenant}/*"), None),
            ("FindCopies", ["s3:ListBucket"], copies.bucket_arn, {"StringLike": {"s3:prefix": f"t/{self._tenant}/*"}}),
        ):
            self.role.add_to_policy(
                iam.PolicyStatement(sid=sid, actions=granted, resources=[resource], conditions=condition)
            )

    def search(self, scope: Construct, collection: SearchCollection) -> None:
        """The message indexes."""
        collection.grant(scope, self.role, SEARCHING)

    def _allow_items(self, sid: str, actions: list[str], resources: list[str], partitions: list[str]) -> None:
        self.role.add_to_policy(
            iam.PolicyStatement(
                sid=sid,
                actions=actions,
                resources=resources,
                conditions=leading_keys(self._stage, *partitions),
            )
        )


def _tagged(server: PythonFunction) -> iam.PrincipalBase:
    return (
        iam.ArnPrincipal(server.role.role_arn)
        .with_conditions(
            {
                "StringLike": {"aws:RequestTag/tenant": "?*"},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["tenant"]},
            }
        )
        .with_session_tags()
    )


def leading_keys(stage: Stage, *patterns: str) -> dict[str, object]:
    """The condition that only items of these partitions are touched.

    ``ForAllValues`` is true of no values at all, so their absence is refused apart (where the key is evaluated).
    """
    condition: dict[str, object] = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(patterns)}}
    return condition | ({"Null": {"dynamodb:LeadingKeys": "false"}} if stage.policy_variables else {})
