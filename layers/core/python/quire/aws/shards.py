"""A provisioned stream's shards: how many there are, what they carried, and another number of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from quire.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef
    from mypy_boto3_kinesis import KinesisClient

MINUTE = 60


@dataclass(frozen=True)
class Carried:
    """Sums a minute over a stretch of time, minutes without traffic left out."""

    bytes: Sequence[float]
    records: Sequence[float]
    refused: Sequence[float]


class Shards:
    """Reads and sets the number of open shards of one stream."""

    def __init__(self, kinesis: KinesisClient, cloudwatch: CloudWatchClient, stream: str) -> None:
        self._kinesis = kinesis
        self._cloudwatch = cloudwatch
        self._stream = stream

    def open(self) -> int | None:
        """How many there are; ``None`` while that number is being changed.

        Raises:
            UnavailableError: Kinesis did not answer.
        """
        with translated("kinesis DescribeStreamSummary"):
            summary = self._kinesis.describe_stream_summary(StreamName=self._stream)["StreamDescriptionSummary"]
        return summary["OpenShardCount"] if summary["StreamStatus"] == "ACTIVE" else None

    def carried(self, now: datetime, span: timedelta) -> Carried:
        """What the stream took and refused in the ``span`` before ``now`` (aware).

        Raises:
            UnavailableError: CloudWatch did not answer.
        """
        metrics = {
            "bytes": "IncomingBytes",
            "records": "IncomingRecords",
            "refused": "WriteProvisionedThroughputExceeded",
        }
        queries = [self._query(name, metric) for name, metric in metrics.items()]
        with translated("cloudwatch GetMetricData"):
            answer = self._cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=now - span, EndTime=now)
        values = {result["Id"]: result["Values"] for result in answer["MetricDataResults"]}
        return Carried(*(values.get(name, []) for name in metrics))

    def resize(self, shards: int) -> None:
        """Have ``shards`` open shards; data stays readable, order within a partition key holds.

        Raises:
            UnavailableError: refused; among others after ten changes within a day.
        """
        with translated("kinesis UpdateShardCount"):
            self._kinesis.update_shard_count(
                StreamName=self._stream, TargetShardCount=shards, ScalingType="UNIFORM_SCALING"
            )

    def _query(self, name: str, metric: str) -> MetricDataQueryTypeDef:
        return {
            "Id": name,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Kinesis",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "StreamName", "Value": self._stream}],
                },
                "Period": MINUTE,
                "Stat": "Sum",
            },
        }
