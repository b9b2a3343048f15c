"""The only place that makes boto3 clients: retries, time-outs and whose credentials.

Endpoint, certificate authority and the function's own credentials come from the environment in boto3's own way
(``AWS_ENDPOINT_URL``, ``AWS_CA_BUNDLE``, ...), so the same code speaks to AWS and to one machine's emulator.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import boto3
from botocore.config import Config

from quire.aws.errors import translated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient


@dataclass(frozen=True)
class Patience:
    """How long to wait for AWS: seconds to connect and for an answer, tries in all, connections kept open."""

    connect: float
    read: float
    tries: int
    mode: Literal["standard", "adaptive"]
    pool: int = 10


PROMPT = Patience(connect=1, read=2, tries=2, mode="standard")
"""Somebody waits for an answer (a platform gives us three seconds, then sends again)."""
PATIENT = Patience(connect=3, read=20, tries=6, mode="adaptive", pool=32)
"""Nobody waits: batches, rebuilds."""


@dataclass(frozen=True)
class Credentials:
    """Temporary credentials; nothing of them but the key's id is ever shown."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


class Aws:
    """Clients of one identity, each made on first use and shared (boto3 clients are thread-safe)."""

    def __init__(self, region: str, patience: Patience = PATIENT, credentials: Credentials | None = None) -> None:
        self._region = region
        self._patience = patience
        self._credentials = credentials

    @cached_property
    def _session(self) -> boto3.session.Session:
        if self._credentials is None:
            return boto3.session.Session(region_name=self._region)
        return boto3.session.Session(
            region_name=self._region,
            aws_access_key_id=self._credentials.access_key_id,
            aws_secret_access_key=self._credentials.secret_access_key,
            aws_session_token=self._credentials.session_token,
        )

    @cached_property
    def _config(self) -> Config:
        return Config(
            connect_timeout=self._patience.connect,
            read_timeout=self._patience.read,
            max_pool_connections=self._patience.pool,
            retries={"mode": self._patience.mode, "total_max_attempts": self._patience.tries},
        )

    @property
    def signing_credentials(self) -> object:
        """This identity's credentials for signing requests to what has no client here; they refresh themselves."""
        return self._session.get_credentials()

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """Tables."""
        return self._session.client("dynamodb", config=self._config)

    @cached_property
    def s3(self) -> S3Client:
        """Objects. Links are signed by version 4: what KMS encrypts, S3 gives out on no older signature."""
        return self._session.client("s3", config=self._config.merge(Config(signature_version="s3v4")))

    @cached_property
    def kinesis(self) -> KinesisClient:
        """Streams."""
        return self._session.client("kinesis", config=self._config)

    @cached_property
    def sqs(self) -> SQSClient:
        """Queues."""
        return self._session.client("sqs", config=self._config)

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        """Secrets Manager."""
        return self._session.client("secretsmanager", config=self._config)

    @cached_property
    def kms(self) -> KMSClient:
        """Keys."""
        return self._session.client("kms", config=self._config)

    @cached_property
    def scheduler(self) -> EventBridgeSchedulerClient:
        """Schedules."""
        return self._session.client("scheduler", config=self._config)

    @cached_property
    def sns(self) -> SNSClient:
        """Topics."""
        return self._session.client("sns", config=self._config)

    @cached_property
    def mail(self) -> SESV2Client:
        """Mails."""
        return self._session.client("sesv2", config=self._config)

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """Metrics."""
        return self._session.client("cloudwatch", config=self._config)

    @cached_property
    def sts(self) -> STSClient:
        """Who we are, and who we may become."""
        return self._session.client("sts", config=self._config)

    def assume(self, role_arn: str, session_name: str, policy: str, tags: Mapping[str, str], seconds: int = 900) -> Aws:
        """The same region and patience as another, narrower identity.

        ``policy`` is an inline session policy (JSON): what is left is the role's permissions that it names too.

        Raises:
            DeniedError: the role may not be assumed with these tags.
            UnavailableError: STS did not answer.
        """
        with translated("sts AssumeRole"):
            answer = self.sts.assume_role(
                RoleArn=role_arn,
                RoleSessionName=session_name,
                Policy=policy,
                DurationSeconds=seconds,
                Tags=[{"Key": key, "Value": value} for key, value in sorted(tags.items())],
            )
        given = answer["Credentials"]
        credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return Aws(self._region, self._patience, credentials)
