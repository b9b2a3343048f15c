"""Saved searches that alert: a schedule, a queue of tenants, and the function that looks for what is new."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import METRICS, PythonFunction
from infra.constructs.search_collection import ALERTING, SearchCollection
from infra.constructs.tenant_role import leading_keys
from infra.constructs.work_queue import WorkQueue
from infra.stacks.archive import search_environment
from infra.stacks.data import DataStack
from infra.stages import Stage

EVERY_MINUTES = 5
TIMEOUT = 300
_AT_ONCE = 2
_LATE_MINUTES = 30


class SearchAlerts(Construct):
    """``alert_searches``: by ``schedule`` it fills the queue with tenants, from the queue it looks at their searches.

    Told is ``notifications``, with a link to the console at ``origin``.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        data: DataStack,
        search: SearchCollection | None,
        notifications: sns.ITopic,
        layers: CodeLayers,
        origin: str,
    ) -> None:
        super().__init__(scope, id_)
        self._stage = stage
        self._data = data
        self.tenants = WorkQueue(
            self,
            "Tenants",
            stage=stage,
            key=data.data_key,
            worker_timeout=TIMEOUT,
            name="search-alerts",
            late_minutes=_LATE_MINUTES,
            late="saved searches are not looked at",
        )
        self.alerter = self._alerter(search, notifications, layers, origin)
        self._allow(notifications)
        if search:
            search.grant(self, self.alerter.role, ALERTING)
        self.tenants.feed(self.alerter, batch=1, concurrency=_AT_ONCE)
        events.Rule(
            self,
            "Schedule",
            schedule=events.Schedule.rate(Duration.minutes(EVERY_MINUTES)),
            targets=[targets.LambdaFunction(self.alerter.function)],
        )

    def watches(self) -> list[Watch]:
        """All that belongs to alerts."""
        broken = Watch(
            "searches-broken",
            cloudwatch.Metric(
                namespace=METRICS,
                metric_name="searches_broken",
                dimensions_map={"service": self.alerter.name},
                period=Duration.minutes(EVERY_MINUTES),
                statistic="Sum",
            ),
            1,
            "A saved search that alerts cannot be run any more: the log names it; ask who saved it to mend it.",
            periods=3,
        )
        return [*self.tenants.watches(), *self.alerter.watches(), broken]

    def _alerter(
        self, search: SearchCollection | None, notifications: sns.ITopic, layers: CodeLayers, origin: str
    ) -> PythonFunction:
        data = self._data
        return PythonFunction(
            self,
            "alert_searches",
            stage=self._stage,
            layers=layers,
            log_key=data.operations_key,
            description="Looks for new hits of saved searches",
            timeout=TIMEOUT,
            memory=1024,
            environment={
                "QUIRE_CONTROL_TABLE": data.tables.control.table_name,
                "QUIRE_LIMITS_TABLE": data.tables.limits.table_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                "QUIRE_JOURNAL_LOCK_MODE": self._stage.lock_mode,
                "QUIRE_JOURNAL_LOCK_DAYS": str(self._stage.lock_days),
                "QUIRE_ALERT_QUEUE_URL": self.tenants.queue.queue_url,
                "QUIRE_NOTIFICATION_TOPIC_ARN": notifications.topic_arn,
                "QUIRE_CONSOLE_ORIGIN": origin,
                **search_environment(self._stage, search),
            },
        )

    def _allow(self, notifications: sns.ITopic) -> None:
        """Which tenants there are, their saved searches and names; no message but by the search engine."""
        data, alerter = self._data, self.alerter
        alerter.allow(
            "KeepSearches",
            ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            [data.tables.control.table_arn],
            leading_keys(self._stage, "T#*"),
        )
        alerter.allow("OneAtATime", ["dynamodb:UpdateItem"], [data.tables.limits.table_arn])
        alerter.allow("AskForRounds", ["sqs:SendMessage"], [self.tenants.queue.queue_arn])
        alerter.allow("Notify", ["sns:Publish"], [notifications.topic_arn])
        data.journal.grant_list(alerter.role)
        alerter.use_key(data.data_key, "dynamodb", "s3", "sns", "sqs")
