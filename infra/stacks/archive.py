"""Archive and index: from the stream into locked segments and rows, from segments into the search engine."""

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.private_bucket import PrivateBucket
from infra.constructs.python_function import METRICS, PythonFunction
from infra.constructs.search_collection import INDEXING, SearchCollection
from infra.constructs.stream_consumer import StreamConsumer
from infra.constructs.work_queue import WorkQueue
from infra.nag import excuse_wildcards
from infra.stacks.attachments import Attachments
from infra.stacks.base import QuireStack
from infra.stacks.data import DataStack
from infra.stacks.subject_keys import allow_keys, keys_environment
from infra.stages import Stage

ARCHIVE_TIMEOUT = 300
PROMISE_SECONDS = 300
"""From captured to searchable, on every platform."""
SEARCHABLE = "capture_to_searchable_seconds"
INDEX_TIMEOUT = 120
FAILURES_KEPT_DAYS = 365


class ArchiveStack(QuireStack):
    """``archive_events`` on the stream, ``index_segment`` on the queue of its notices, ``fetch_attachment`` on that of
    files."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: Stage,
        data: DataStack,
        stream: kinesis.Stream,
        notifications: sns.ITopic,
        search: SearchCollection | None,
    ) -> None:
        super().__init__(scope, "Archive", stage=stage, description="Archive and index")
        self._data = data
        self._layers = CodeLayers(self, "Layers", stage=stage)
        self.failures = PrivateBucket(
            self,
            "Failures",
            stage=stage,
            access_logs=data.access_logs,
            key=data.data_key,
            keep_days=FAILURES_KEPT_DAYS,
        ).bucket
        self.segments = WorkQueue(self, "Segments", stage=stage, key=data.data_key, worker_timeout=INDEX_TIMEOUT)
        self.attachments = Attachments(
            self,
            "Attachments",
            stage=stage,
            data=data,
            stream=stream,
            notifications=notifications,
            layers=self._layers,
        )
        self.archiver = self._archiver()
        self.consumer = StreamConsumer(
            self,
            "Capture",
            stream=stream,
            consumer=self.archiver,
            failures=self.failures,
            window=stage.archive_window,
        )
        self.indexer = self._indexer(search)
        self.segments.feed(self.indexer, batch=10, concurrency=stage.index_concurrency)
        self._outputs()

    def watches(self) -> list[Watch]:
        """All that this stack owns."""
        own = [
            Watch(
                "quarantined",
                self.metric("quarantined"),
                1,
                "Records could not be read and lie in quarantine: see why beside them (*.json), mend, replay.",
            ),
            Watch(
                "corrupt-segments",
                self.metric("corrupt_segments"),
                1,
                "A segment written before does not hold what it should: treat it as tampering until explained.",
            ),
            Watch(
                "searchable-late",
                cloudwatch.MathExpression(
                    expression=f'SELECT MAX("{SEARCHABLE}") FROM SCHEMA("{METRICS}", platform, service)',  # noqa: S608
                    label="captured to searchable (s)",
                    period=Duration.minutes(1),
                ),
                PROMISE_SECONDS,
                "A message became searchable later than promised: see what waits, the stream or the queue.",
                periods=3,
            ),
        ]
        functions = [watch for function in (self.archiver, self.indexer) for watch in function.watches()]
        return [*self.consumer.watches(), *self.segments.watches(), *own, *functions, *self.attachments.watches()]

    def metric(self, name: str) -> cloudwatch.Metric:
        """What ``archive_events`` counts (``quire.archive.batch``), a minute."""
        return cloudwatch.Metric(
            namespace=METRICS,
            metric_name=name,
            dimensions_map={"service": self.archiver.name},
            period=Duration.minutes(1),
            statistic="Sum",
        )

    def _archiver(self) -> PythonFunction:
        """Writes segments, quarantine and rows; reads large deliveries, and a segment that a retry finds at its key."""
        stage, data = self.settings, self._data
        archiver = PythonFunction(
            self,
            "archive_events",
            stage=stage,
            layers=self._layers,
            log_key=data.operations_key,
            description="Makes events of deliveries and seals them into locked segments",
            timeout=ARCHIVE_TIMEOUT,
            memory=2048,
            environment={
                "QUIRE_EVENTS_TABLE": data.tables.events.table_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                "QUIRE_JOURNAL_LOCK_MODE": stage.lock_mode,
                "QUIRE_JOURNAL_LOCK_DAYS": str(stage.lock_days),
                "QUIRE_SEGMENT_QUEUE_URL": self.segments.queue.queue_url,
                "QUIRE_ATTACHMENT_QUEUE_URL": self.attachments.works.queue.queue_url,
                **keys_environment(data, make=True),
            },
        )
        allow_keys(archiver, stage, data, make=True)
        archiver.allow("WriteRows", ["dynamodb:PutItem"], [data.tables.events.table_arn])
        queues = [self.segments.queue.queue_arn, self.attachments.works.queue.queue_arn]
        archiver.allow("Notify", ["sqs:SendMessage"], queues)
        data.journal.grant_write(archiver.role, "t/*/journal/*", "t/*/quarantine/*", "quarantine/*")
        data.journal.grant_read(archiver.role, "t/*/deliveries/*", "t/*/journal/*")
        data.journal.grant_list(archiver.role)
        archiver.use_key(data.data_key, "dynamodb", "kinesis", "s3", "sqs")
        excuse_wildcards(
            archiver.role,
            {
                r"/^Resource::.*\/t\/\*\/(journal|quarantine|deliveries)\/\*$/g": "Any tenant's: a batch has many.",
                r"/^Resource::.*\/quarantine\/\*$/g": "Records that do not tell whose they are.",
                r"/^Resource::<Failures.*Arn>\/\*$/g": "Lambda chooses the key of what it gives up.",
            },
        )
        return archiver

    def _indexer(self, search: SearchCollection | None) -> PythonFunction:
        """Reads segments and rows of any tenant; writes the search engine, and who and which channels there are."""
        stage, data = self.settings, self._data
        indexer = PythonFunction(
            self,
            "index_segment",
            stage=stage,
            layers=self._layers,
            log_key=data.operations_key,
            description="Makes documents of a segment's messages and indexes them",
            timeout=INDEX_TIMEOUT,
            memory=1024,
            environment={
                "QUIRE_CONTROL_TABLE": data.tables.control.table_name,
                "QUIRE_EVENTS_TABLE": data.tables.events.table_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                **keys_environment(data),
                **search_environment(stage, search),
            },
        )
        allow_keys(indexer, stage, data)
        tables = data.tables
        indexer.allow("ReadRows", ["dynamodb:Query"], [tables.events.table_arn])
        indexer.allow(
            "KeepDirectory",
            ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
            [tables.control.table_arn],
        )
        data.journal.grant_read(indexer.role, "t/*/journal/*")
        data.journal.grant_list(indexer.role)
        indexer.use_key(data.data_key, "dynamodb", "s3", "sqs")
        excuse_wildcards(
            indexer.role,
            {r"/^Resource::.*\/t\/\*\/journal\/\*$/g": "Segments of any tenant: notices are of all of them."},
        )
        if search:
            search.grant(self, indexer.role, INDEXING)
        return indexer

    def _outputs(self) -> None:
        CfnOutput(self, "ArchiveEventsFunction", value=self.archiver.function.function_name)
        CfnOutput(self, "IndexSegmentFunction", value=self.indexer.function.function_name)
        CfnOutput(self, "SegmentQueueUrl", value=self.segments.queue.queue_url)
        CfnOutput(self, "SegmentDeadLetterQueueUrl", value=self.segments.dead_letters.queue_url)
        CfnOutput(self, "FetchAttachmentFunction", value=self.attachments.fetcher.function.function_name)
        CfnOutput(self, "AttachmentQueueUrl", value=self.attachments.works.queue.queue_url)
        CfnOutput(self, "AttachmentDeadLetterQueueUrl", value=self.attachments.works.dead_letters.queue_url)
        CfnOutput(self, "FailureBucket", value=self.failures.bucket_name)


def search_environment(stage: Stage, search: SearchCollection | None) -> dict[str, str]:
    """Where the search engine is, whether it wants signatures, and whether it stems languages beside English."""
    if search is None:
        return {
            "QUIRE_SEARCH_ENDPOINT": stage.search_endpoint,
            "QUIRE_SEARCH_SIGNED": "false",
            "QUIRE_SEARCH_LANGUAGES": "true" if stage.search_languages else "false",
        }
    return {"QUIRE_SEARCH_ENDPOINT": search.endpoint, "QUIRE_SEARCH_SIGNED": "true"}
