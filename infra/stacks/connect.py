"""Connections at work: schedules that say when platforms are asked, the function that asks, and who is told."""

from aws_cdk import Aws, CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import METRICS, PythonFunction
from infra.nag import excuse_wildcards
from infra.stacks.base import QuireStack
from infra.stacks.data import DataStack
from infra.stacks.gateway_listener import GatewayListener
from infra.stacks.ingest import TASK_TIMEOUT, IngestStack
from infra.stacks.outside import allow_outside, outside_environment
from infra.stacks.tenant_secrets import allow_secrets
from infra.stages import Stage


class ConnectStack(QuireStack):
    """``poll_connection`` on the queue of tasks, ``group`` of their schedules, ``notifications`` of what degrades."""

    def __init__(self, scope: Construct, *, stage: Stage, data: DataStack, ingest: IngestStack) -> None:
        super().__init__(scope, "Connect", stage=stage, description="Connections at work")
        self._data = data
        self._ingest = ingest
        self.notifications = sns.Topic(
            self, "Notifications", display_name=f"Quire {stage.name}", enforce_ssl=True, master_key=data.data_key
        )
        if stage.alarm_email:
            self.notifications.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))
        self.group = scheduler.CfnScheduleGroup(self, "Schedules", name=f"quire-{stage.name}")
        self.schedule_role = self._schedule_role()
        self.poller = self._poller()
        ingest.tasks.feed(self.poller, batch=1, concurrency=stage.task_concurrency, scope=self.poller)
        if stage.gateway_listeners:
            self.listener = GatewayListener(
                self, "GatewayListener", stage=stage, data=data, ingest=ingest, notifications=self.notifications
            )
        CfnOutput(self, "PollConnectionFunction", value=self.poller.function.function_name)
        CfnOutput(self, "NotificationTopicArn", value=self.notifications.topic_arn)
        CfnOutput(self, "ScheduleGroup", value=self.group_name)
        CfnOutput(self, "ScheduleRoleArn", value=self.schedule_role.role_arn)

    @property
    def group_name(self) -> str:
        """Name of the group of schedules."""
        return f"quire-{self.settings.name}"

    def watches(self) -> list[Watch]:
        """All that this stack owns."""
        stuck = Watch(
            "tasks-stuck",
            self.metric("failed_tasks"),
            1,
            "Tasks of connections could not be run three minutes on end, for no fault of a platform's: see the log.",
            periods=3,
        )
        return [stuck, *self.poller.watches()]

    def metric(self, name: str) -> cloudwatch.Metric:
        """What ``poll_connection`` counts, a minute."""
        return cloudwatch.Metric(
            namespace=METRICS,
            metric_name=name,
            dimensions_map={"service": self.poller.name},
            period=Duration.minutes(1),
            statistic="Sum",
        )

    def timetable_environment(self) -> dict[str, str]:
        """Variables for ``quire.bootstrap.timetable.timetable``."""
        tasks = self._ingest.tasks.queue
        return {
            "QUIRE_TASK_QUEUE_URL": tasks.queue_url,
            "QUIRE_TASK_QUEUE_ARN": tasks.queue_arn,
            "QUIRE_SCHEDULE_GROUP": self.group_name,
            "QUIRE_SCHEDULE_ROLE_ARN": self.schedule_role.role_arn,
        }

    def timetable_statements(self) -> list[iam.PolicyStatement]:
        """What whoever begins and ends connections needs: schedules of this group, and the queue of tasks."""
        schedules = f"arn:{Aws.PARTITION}:scheduler:{Aws.REGION}:{Aws.ACCOUNT_ID}:schedule/{self.group_name}/*"
        return [
            iam.PolicyStatement(
                sid="KeepSchedules",
                actions=["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
                resources=[schedules],
            ),
            iam.PolicyStatement(
                sid="LetSchedulesFill",
                actions=["iam:PassRole"],
                resources=[self.schedule_role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
            ),
            iam.PolicyStatement(
                sid="AskForTasks", actions=["sqs:SendMessage"], resources=[self._ingest.tasks.queue.queue_arn]
            ),
        ]

    def _schedule_role(self) -> iam.Role:
        """By which schedules of this group fill the queue of tasks, and do nothing else."""
        group = f"arn:{Aws.PARTITION}:scheduler:{Aws.REGION}:{Aws.ACCOUNT_ID}:schedule-group/{self.group_name}"
        role = iam.Role(
            self,
            "ScheduleRole",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID, "aws:SourceArn": group}},
            ),
            description="Schedules of connections' tasks",
        )
        queue = self._ingest.tasks.queue
        role.add_to_policy(
            iam.PolicyStatement(sid="FillTasks", actions=["sqs:SendMessage"], resources=[queue.queue_arn])
        )
        role.add_to_policy(
            iam.PolicyStatement(
                sid="UseKey",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[self._data.data_key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"sqs.{Aws.REGION}.amazonaws.com"}},
            )
        )
        return role

    def _poller(self) -> PythonFunction:
        """Reads connections and renews their secrets; writes the stream, where tasks stand, and how connections are."""
        stage, data, ingest = self.settings, self._data, self._ingest
        poller = PythonFunction(
            self,
            "poll_connection",
            stage=stage,
            layers=CodeLayers(self, "Layers", stage=stage),
            log_key=data.operations_key,
            description="Runs a task of a connection: asks its platform, keeps what it says",
            timeout=TASK_TIMEOUT,
            memory=1024,
            environment={
                "QUIRE_CONTROL_TABLE": data.tables.control.table_name,
                "QUIRE_CAPTURE_STREAM": ingest.stream.stream_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                "QUIRE_JOURNAL_LOCK_MODE": stage.lock_mode,
                "QUIRE_JOURNAL_LOCK_DAYS": str(stage.lock_days),
                "QUIRE_TASK_QUEUE_URL": ingest.tasks.queue.queue_url,
                "QUIRE_NOTIFICATION_TOPIC_ARN": self.notifications.topic_arn,
                "QUIRE_HOOKS_URL": ingest.hooks.address,
                **outside_environment(stage, data),
            },
        )
        poller.allow("KeepConnections", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [data.tables.control.table_arn])
        poller.allow("Capture", ["kinesis:PutRecord"], [ingest.stream.stream_arn])
        poller.allow("GoOn", ["sqs:SendMessage"], [ingest.tasks.queue.queue_arn])
        poller.allow("Notify", ["sns:Publish"], [self.notifications.topic_arn])
        data.journal.grant_write(poller.role, "t/*/deliveries/*")
        poller.use_key(data.data_key, "dynamodb", "kinesis", "s3", "secretsmanager", "sns", "sqs")
        allow_outside(poller, data)
        allow_secrets(poller, stage, renew=True)
        excuse_wildcards(
            poller.role,
            {r"/^Resource::.*\/t\/\*\/deliveries\/\*$/g": "Deliveries of any tenant, nothing else of the journal."},
        )
        return poller
