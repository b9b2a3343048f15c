"""Capture: webhooks in, deliveries on the stream."""

from aws_cdk import CfnOutput
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.capture_stream import CaptureStream
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import PythonFunction
from infra.constructs.stream_scaling import StreamScaling
from infra.constructs.webhook_api import WebhookApi
from infra.constructs.work_queue import WorkQueue
from infra.nag import excuse_wildcards
from infra.stacks.base import QuireStack
from infra.stacks.data import DataStack
from infra.stacks.tenant_secrets import allow_secrets
from infra.stages import Stage

TASK_TIMEOUT = 300
"""Seconds that one run of a connection's task may take; it goes on in another one."""
LATE_MINUTES = 30


class IngestStack(QuireStack):
    """``stream``, the webhook API in front of ``receive_webhook``, and the queue ``tasks`` that webhooks may fill."""

    def __init__(self, scope: Construct, *, stage: Stage, data: DataStack, acl: str | None) -> None:
        super().__init__(scope, "Ingest", stage=stage, description="Capture of webhooks")
        layers = CodeLayers(self, "Layers", stage=stage)
        self.capture = CaptureStream(self, "Capture", stage=stage, key=data.data_key)
        self.stream = self.capture.stream
        self.tasks = WorkQueue(
            self,
            "Tasks",
            stage=stage,
            key=data.data_key,
            worker_timeout=TASK_TIMEOUT,
            late_minutes=LATE_MINUTES,
            late="platforms are not asked for what is due",
        )
        self.receiver = self._receiver(data, layers)
        self.hooks = WebhookApi(
            self,
            "Hooks",
            stage=stage,
            receiver=self.receiver,
            layers=layers,
            log_key=data.operations_key,
            acl=acl,
        )
        self.functions = [self.receiver]
        if self.hooks.admission:
            self.functions.append(self.hooks.admission.function)
        if stage.shards:
            scaling = StreamScaling(
                self,
                "Scaling",
                stage=stage,
                stream=self.stream,
                shards=stage.shards,
                layers=layers,
                log_key=data.operations_key,
            )
            self.functions.append(scaling.scaler)
        CfnOutput(self, "CaptureStream", value=self.stream.stream_name)
        CfnOutput(self, "TaskQueueUrl", value=self.tasks.queue.queue_url)
        CfnOutput(self, "TaskQueueArn", value=self.tasks.queue.queue_arn)
        CfnOutput(self, "TaskDeadLetterQueueUrl", value=self.tasks.dead_letters.queue_url)
        CfnOutput(self, "HooksUrl", value=self.hooks.address)
        CfnOutput(self, "ReceiveWebhookFunction", value=self.receiver.function.function_name)

    def watches(self) -> list[Watch]:
        """All that this stack owns."""
        own = [*self.capture.watches(), *self.hooks.watches(), *self.tasks.watches()]
        return own + [watch for function in self.functions for watch in function.watches()]

    def _receiver(self, data: DataStack, layers: CodeLayers) -> PythonFunction:
        """Reads connections and their secrets; writes the stream and, beside it, deliveries too large for it."""
        stage = self.settings
        receiver = PythonFunction(
            self,
            "receive_webhook",
            stage=stage,
            layers=layers,
            log_key=data.operations_key,
            description="Authenticates a delivery and keeps its bytes on the stream",
            timeout=15,
            memory=1024,
            environment={
                "QUIRE_CONTROL_TABLE": data.tables.control.table_name,
                "QUIRE_CAPTURE_STREAM": self.stream.stream_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                "QUIRE_JOURNAL_LOCK_MODE": stage.lock_mode,
                "QUIRE_JOURNAL_LOCK_DAYS": str(stage.lock_days),
                "QUIRE_TASK_QUEUE_URL": self.tasks.queue.queue_url,
            },
        )
        receiver.allow("FindConnection", ["dynamodb:GetItem"], [data.tables.control.table_arn])
        receiver.allow("Capture", ["kinesis:PutRecord"], [self.stream.stream_arn])
        data.journal.grant_write(receiver.role, "t/*/deliveries/*")
        receiver.allow("WakeTasks", ["sqs:SendMessage"], [self.tasks.queue.queue_arn])
        receiver.use_key(data.data_key, "dynamodb", "kinesis", "s3", "secretsmanager", "sqs")
        allow_secrets(receiver, stage)
        excuse_wildcards(
            receiver.role,
            {r"/^Resource::.*\/t\/\*\/deliveries\/\*$/g": "Deliveries of any tenant, nothing else of the journal."},
        )
        return receiver
