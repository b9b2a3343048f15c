"""Feeds a function from a stream so that one bad record neither blocks its shard for ever nor vanishes."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.capture_stream import RETENTION_DAYS
from infra.constructs.python_function import PythonFunction

BATCH = 10_000
READ = [
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
]
TRIES = 8
"""Retries of a batch before it is halved, and of what is left before it goes to ``failures``."""
MOST_AGE_DAYS = RETENTION_DAYS - 1
"""Given up a day before the stream itself forgets."""
LATE_MINUTES = 5


class StreamConsumer(Construct):
    """The mapping from ``stream`` to ``consumer``: halves failing batches, believes partial answers, retries finitely.

    What is given up lies in ``failures`` with its payload (other destinations get only its place in the stream:
    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html). One batch a shard at a time, so
    that a segment's key is made of one run of sequence numbers.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stream: kinesis.IStream,
        consumer: PythonFunction,
        failures: s3.IBucket,
        window: int,
    ) -> None:
        super().__init__(scope, id_)
        self._consumer = consumer
        consumer.allow("ReadStream", READ, [stream.stream_arn])
        consumer.allow("GiveUp", ["s3:PutObject"], [failures.arn_for_objects("*")])
        consumer.allow("FindFailures", ["s3:ListBucket"], [failures.bucket_arn])
        mapping = lambda_.CfnEventSourceMapping
        self.mapping = mapping(
            self,
            "Mapping",
            batch_size=BATCH,
            bisect_batch_on_function_error=True,
            destination_config=mapping.DestinationConfigProperty(
                on_failure=mapping.OnFailureProperty(destination=failures.bucket_arn)
            ),
            event_source_arn=stream.stream_arn,
            function_name=consumer.function.function_name,
            function_response_types=["ReportBatchItemFailures"],
            maximum_batching_window_in_seconds=window,
            maximum_record_age_in_seconds=MOST_AGE_DAYS * 24 * 3600,
            maximum_retry_attempts=TRIES,
            metrics_config=mapping.MetricsConfigProperty(metrics=["EventCount"]),
            parallelization_factor=1,
            starting_position="TRIM_HORIZON",
        )
        self.mapping.node.add_dependency(consumer.role)

    def watches(self) -> list[Watch]:
        """Lateness, records given up, and records lost because even that failed."""
        minute = Duration.minutes(1)
        name = self._consumer.name
        dimensions = {"EventSourceMappingUUID": self.mapping.attr_id}

        def events(metric: str) -> cloudwatch.Metric:
            return cloudwatch.Metric(
                namespace="AWS/Lambda",
                metric_name=metric,
                dimensions_map=dimensions,
                period=minute,
                statistic="Sum",
            )

        return [
            Watch(
                f"{name}-iterator-age",
                self._consumer.function.metric("IteratorAge", period=minute, statistic="Maximum"),
                LATE_MINUTES * 60 * 1000,
                f"Deliveries wait {LATE_MINUTES} minutes for {name}: captured is not yet archived.",
                periods=3,
            ),
            Watch(
                f"{name}-gave-up",
                events("OnFailureDestinationDeliveredEventCount"),
                1,
                f"{name} gave records up: they lie in the failure bucket and have to be replayed.",
            ),
            Watch(
                f"{name}-dropped",
                events("DroppedEventCount"),
                1,
                f"{name} gave records up and they could not be kept: replay them from the stream within its retention.",
            ),
        ]
