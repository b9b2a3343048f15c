"""Buckets that nobody outside the account sees: no public access, TLS only, encrypted, access logged."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.nag import excuse
from infra.stages import Stage

UPLOADS_DAYS = 7


def uploads_given_up(days: int = UPLOADS_DAYS) -> s3.LifecycleRule:
    """What a killed process left of an upload is gone after so many days."""
    return s3.LifecycleRule(
        id="incomplete-uploads", abort_incomplete_multipart_upload_after=Duration.days(days), enabled=True
    )


class PrivateBucket(Construct):
    """``bucket``; ``keep_days`` deletes objects, and what was uploaded of one, after so many days; ``key`` encrypts
    them (else S3's own keys do)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        access_logs: s3.IBucket | None = None,
        key: kms.IKey | None = None,
        keep_days: int | None = None,
        metrics: Sequence[s3.BucketMetrics] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        rules = [uploads_given_up(min(UPLOADS_DAYS, keep_days or UPLOADS_DAYS))]
        if keep_days is not None:
            rules.append(s3.LifecycleRule(id="expire", expiration=Duration.days(keep_days), enabled=True))
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            bucket_key_enabled=True if key else None,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            enforce_ssl=True,
            lifecycle_rules=rules,
            metrics=metrics,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{id_.lower()}/" if access_logs else None,
        )


class AccessLogBucket(PrivateBucket):
    """Where the other buckets' access logs lie; S3 delivers them only to buckets under its own keys."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage) -> None:
        super().__init__(scope, id_, stage=stage, keep_days=stage.log_days)
        excuse(
            self.bucket, {"AwsSolutions-S1": "This is the bucket that holds the access logs; it does not log itself."}
        )
