"""Files that messages carry: a queue of what is wanted, and the function that fetches it."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import METRICS, PythonFunction
from infra.constructs.work_queue import WorkQueue
from infra.nag import excuse_wildcards
from infra.stacks.data import DataStack
from infra.stacks.outside import allow_outside, outside_environment
from infra.stacks.subject_keys import allow_keys, keys_environment
from infra.stacks.tenant_secrets import allow_secrets
from infra.stages import Stage

TIMEOUT = 900
MEMORY_MIB = 2048
DISK_MIB = 2304
"""Room for the largest file (1 GiB) as it was sent, once more as it is stored, which is a little longer, and its
picture."""
LATE_MINUTES = 180
"""Platforms that ask for patience, and tries with growing pauses between them, are no reason for an alarm."""


class Attachments(Construct):
    """``works`` and ``fetcher``: one file at a time in a process, so that its disk is all there for it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        data: DataStack,
        stream: kinesis.IStream,
        notifications: sns.ITopic,
        layers: CodeLayers,
    ) -> None:
        super().__init__(scope, id_)
        self._stage = stage
        self._data = data
        self.works = WorkQueue(
            self,
            "Works",
            stage=stage,
            key=data.data_key,
            worker_timeout=TIMEOUT,
            name="attachments",
            late_minutes=LATE_MINUTES,
            late="files of messages are not fetched",
        )
        self.fetcher = self._fetcher(stream, notifications, layers)
        self._let_read()
        self._let_write(stream)
        self._let_call(notifications)
        self.fetcher.use_key(data.data_key, "dynamodb", "kinesis", "s3", "secretsmanager", "sns", "sqs")
        self.works.feed(self.fetcher, batch=1, concurrency=stage.fetch_concurrency)

    def watches(self) -> list[Watch]:
        """All that belongs to files."""
        own = Watch(
            "attachments-not-had",
            self.metric("attachments_failed"),
            10,
            "Ten files a minute could not be had: see why (metric attachments_not_had, docs/attachments.md).",
            periods=10,
        )
        return [*self.works.watches(), *self.fetcher.watches(), own]

    def metric(self, name: str) -> cloudwatch.Metric:
        """What ``fetch_attachment`` counts (``quire.archive.attachments.work``), a minute."""
        return cloudwatch.Metric(
            namespace=METRICS,
            metric_name=name,
            dimensions_map={"service": self.fetcher.name},
            period=Duration.minutes(1),
            statistic="Sum",
        )

    def _fetcher(self, stream: kinesis.IStream, notifications: sns.ITopic, layers: CodeLayers) -> PythonFunction:
        stage, data = self._stage, self._data
        return PythonFunction(
            self,
            "fetch_attachment",
            stage=stage,
            layers=layers,
            log_key=data.operations_key,
            description="Fetches a file of a message and keeps its bytes under lock",
            timeout=TIMEOUT,
            memory=MEMORY_MIB,
            disk=DISK_MIB,
            reads_files=True,
            environment={
                "QUIRE_EVENTS_TABLE": data.tables.events.table_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                "QUIRE_JOURNAL_LOCK_MODE": stage.lock_mode,
                "QUIRE_JOURNAL_LOCK_DAYS": str(stage.lock_days),
                "QUIRE_ARCHIVE_BUCKET": data.archive.bucket.bucket_name,
                "QUIRE_ARCHIVE_LOCK_MODE": stage.lock_mode,
                "QUIRE_ARCHIVE_LOCK_DAYS": str(stage.lock_days),
                "QUIRE_ATTACHMENT_QUEUE_URL": self.works.queue.queue_url,
                "QUIRE_CAPTURE_STREAM": stream.stream_name,
                "QUIRE_NOTIFICATION_TOPIC_ARN": notifications.topic_arn,
                **keys_environment(data, make=True),
                **outside_environment(stage, data),
            },
        )

    def _let_read(self) -> None:
        """Whose file it is, what told of it, and whether it is there already."""
        data, fetcher = self._data, self.fetcher
        allow_keys(fetcher, self._stage, data, make=True)
        fetcher.allow("KeepConnections", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [data.tables.control.table_arn])
        fetcher.allow("ReadRows", ["dynamodb:Query"], [data.tables.events.table_arn])
        data.journal.grant_read(fetcher.role, "t/*/journal/*")
        data.journal.grant_list(fetcher.role)

    def _let_write(self, stream: kinesis.IStream) -> None:
        """Blobs, in parts too, and what is stated of them; work put off goes back into its queue."""
        data, fetcher = self._data, self.fetcher
        data.archive.grant_write(fetcher.role, "t/*/blobs/*")
        data.archive.grant_list(fetcher.role)
        fetcher.allow(
            "EndUploads",
            ["s3:AbortMultipartUpload", "s3:GetObjectRetention"],
            [data.archive.bucket.arn_for_objects("t/*/blobs/*")],
        )
        data.journal.grant_write(fetcher.role, "t/*/deliveries/*")
        fetcher.allow("State", ["kinesis:PutRecord"], [stream.stream_arn])
        fetcher.allow("PutOff", ["sqs:SendMessage"], [self.works.queue.queue_arn])
        excuse_wildcards(
            fetcher.role,
            {r"/^Resource::.*\/t\/\*\/(journal|deliveries|blobs)\/\*$/g": "Any tenant's: work is of all of them."},
        )

    def _let_call(self, notifications: sns.ITopic) -> None:
        """Platforms, with tokens made of the connections' secrets; who is told when access was taken back."""
        stage, fetcher = self._stage, self.fetcher
        allow_outside(fetcher, self._data)
        allow_secrets(fetcher, stage, renew=True)
        fetcher.allow("TellPeople", ["sns:Publish"], [notifications.topic_arn])
