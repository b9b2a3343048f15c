"""A bucket whose objects nobody can change, hide or delete before their time."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.private_bucket import uploads_given_up
from infra.stages import Stage

_READ = ("s3:GetObject", "s3:GetObjectVersion")
_LEAST_TIERED = 128 * 1024


class WormBucket(Construct):
    """``bucket`` with Object Lock; the stage gives mode and default retention.

    The bucket policy closes what Object Lock leaves open, for every principal: a plain delete only adds a delete marker
    and so hides evidence; a new version does the same; an explicit header may ask for a shorter lock or a weaker mode
    than the default (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html). No lifecycle
    rule expires versions: as long as the journal is the only copy, age is no reason to destroy it.

    ``tier_days``: after so many days tenants' objects larger than 128 KB go to Glacier Instant Retrieval,
    which is read like any other and bills 128 KB for what is smaller. A lock moves along with its version.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        key: kms.IKey,
        access_logs: s3.IBucket,
        log_prefix: str,
        tier_days: int | None = None,
    ) -> None:
        super().__init__(scope, id_)
        days = Duration.days(stage.lock_days)
        compliance = stage.lock_mode == "COMPLIANCE"
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            bucket_key_enabled=True,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            enforce_ssl=True,
            lifecycle_rules=[
                uploads_given_up(),
                s3.LifecycleRule(id="lone-delete-markers", expired_object_delete_marker=True, enabled=True),
                *([] if tier_days is None else [_tiers(tier_days)]),
            ],
            minimum_tls_version=1.2,
            object_lock_enabled=True,
            object_lock_default_retention=(
                s3.ObjectLockRetention.compliance(days) if compliance else s3.ObjectLockRetention.governance(days)
            ),
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{log_prefix}/",
            versioned=True,
        )
        self._refuse("NothingIsHidden", ["s3:DeleteObject"])
        self._refuse("NoWayAroundTheLock", ["s3:BypassGovernanceRetention"])
        self._refuse(
            "NoWeakerMode",
            ["s3:PutObject", "s3:PutObjectRetention"],
            {
                "StringNotEquals": {"s3:object-lock-mode": stage.lock_mode},
                "Null": {"s3:object-lock-mode": "false"},
            },
        )
        self._refuse(
            "NoShorterLock",
            ["s3:PutObject", "s3:PutObjectRetention"],
            # One day less than the default, because the writer's clock starts before the request arrives.
            {"NumericLessThan": {"s3:object-lock-remaining-retention-days": stage.lock_days - 1}},
        )
        if stage.policed_writes:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
            self._refuse(
                "NothingIsOverwritten",
                ["s3:PutObject"],
                {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
            )

    def grant_write(self, role: iam.Role, *prefixes: str) -> None:
        """Write new locked objects under ``prefixes`` (with wildcards), and read what was there before."""
        self._allow(role, ["s3:PutObject", "s3:PutObjectRetention", *_READ], prefixes)

    def grant_read(self, role: iam.Role, *prefixes: str) -> None:
        """Read objects and their versions under ``prefixes`` (with wildcards)."""
        self._allow(role, _READ, prefixes)

    def grant_list(self, role: iam.Role) -> None:
        """List the bucket; without it S3 says "denied" of an object that is not there."""
        role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.bucket.bucket_arn]))

    def _allow(self, role: iam.Role, actions: Sequence[str], prefixes: Sequence[str]) -> None:
        resources = [self.bucket.arn_for_objects(prefix) for prefix in prefixes]
        role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=resources))

    def _refuse(self, sid: str, actions: Sequence[str], conditions: Mapping[str, Any] | None = None) -> None:
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=list(actions),
                resources=[self.bucket.arn_for_objects("*")],
                conditions=conditions,
            )
        )


def _tiers(days: int) -> s3.LifecycleRule:
    colder, after = s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, Duration.days(days)
    return s3.LifecycleRule(
        id="tiers-by-age",
        enabled=True,
        prefix="t/",
        object_size_greater_than=_LEAST_TIERED,
        transitions=[s3.Transition(storage_class=colder, transition_after=after)],
        noncurrent_version_transitions=[s3.NoncurrentVersionTransition(storage_class=colder, transition_after=after)],
    )
