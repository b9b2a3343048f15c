"""What operators see and hear: one topic, all alarms, one dashboard."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.python_function import METRICS
from infra.stacks.api import ApiStack
from infra.stacks.archive import SEARCHABLE, ArchiveStack
from infra.stacks.base import QuireStack
from infra.stacks.connect import ConnectStack
from infra.stacks.data import DataStack
from infra.stacks.index import IndexStack
from infra.stacks.ingest import IngestStack
from infra.stacks.seal import SealStack
from infra.stages import Stage

HALF = 12
"""Half the dashboard's width."""


class OpsStack(QuireStack):
    """Alarms of what the other stacks watch, told to ``topic``."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: Stage,
        data: DataStack,
        ingest: IngestStack,
        archive: ArchiveStack,
        connect: ConnectStack,
        seal: SealStack,
        index: IndexStack,
        api: ApiStack,
    ) -> None:
        super().__init__(scope, "Ops", stage=stage, description="Alarms and dashboard")
        self.topic = sns.Topic(
            self, "Alarms", display_name=f"Quire {stage.name}", enforce_ssl=True, master_key=data.operations_key
        )
        if stage.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))
        watches = [watch for stack in (ingest, archive, connect, seal, index, api) for watch in stack.watches()]
        if not stage.metric_math:
            watches = [watch for watch in watches if isinstance(watch.metric, cloudwatch.Metric)]
        self.alarms = Alarms(self, "Watch", watches=watches, topic=self.topic)
        self._dashboard(stage, ingest, archive, api)
        CfnOutput(self, "AlarmTopicArn", value=self.topic.topic_arn)

    def _dashboard(self, stage: Stage, ingest: IngestStack, archive: ArchiveStack, api: ApiStack) -> None:
        archiver = archive.archiver.function
        queue = archive.segments.queue
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=f"quire-{stage.name}")
        board.add_widgets(cloudwatch.AlarmStatusWidget(title="Alarms", width=2 * HALF, alarms=self.alarms.alarms))
        board.add_widgets(
            _graph("Deliveries a minute", [ingest.hooks.metric_requests(), ingest.stream.metric_incoming_records()]),
            _graph("Captured, not yet archived (ms)", [archiver.metric("IteratorAge", statistic="Maximum")]),
        )
        board.add_widgets(
            _graph("Archived, not yet searchable (s)", [queue.metric_approximate_age_of_oldest_message()]),
            _graph(
                "Dead letters and quarantine",
                [
                    archive.segments.dead_letters.metric_approximate_number_of_messages_visible(),
                    archive.metric("quarantined"),
                ],
            ),
        )
        board.add_widgets(
            _graph("Captured to searchable (s)", [_seconds("p50"), _seconds("p99")]),
            _graph("API requests a minute", [api.api.metric_requests()]),
        )


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, width=HALF, left=list(metrics))


def _seconds(statistic: str) -> cloudwatch.MathExpression:
    """A line a platform; platforms are found, not listed."""
    schema = f'{{{METRICS},platform,service}} MetricName="{SEARCHABLE}"'
    return cloudwatch.MathExpression(
        expression=f"SEARCH('{schema}', '{statistic}', 60)", label=statistic, period=Duration.minutes(1)
    )
