"""Large files for people: a queue of copies that are wanted, and the function that makes them."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import METRICS, PythonFunction
from infra.constructs.tenant_role import leading_keys
from infra.constructs.work_queue import WorkQueue
from infra.stacks.data import DataStack
from infra.stages import Stage

TIMEOUT = 600
"""Credentials of a tenant live 900 s, and are at most a minute old when a copy begins."""


class HandOver(Construct):
    """``works`` and ``copier``, which reaches files only as a tenant (``TenantRole``)."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, data: DataStack, layers: CodeLayers) -> None:
        super().__init__(scope, id_)
        self.works = WorkQueue(
            self,
            "Works",
            stage=stage,
            key=data.data_key,
            worker_timeout=TIMEOUT,
            name="hand-overs",
            late="people wait for large files",
        )
        self.copier = PythonFunction(
            self,
            "hand_over_file",
            stage=stage,
            layers=layers,
            log_key=data.operations_key,
            description="Opens a large file and copies it to where a link leads",
            timeout=TIMEOUT,
            memory=1769,  # one whole processor
            environment={
                "QUIRE_CONTROL_TABLE": data.tables.control.table_name,
                "QUIRE_HAND_OVER_QUEUE_URL": self.works.queue.queue_url,
                **hand_over_environment(data),
            },
        )
        self.copier.allow(
            "FindTenantKey", ["dynamodb:GetItem"], [data.tables.control.table_arn], leading_keys(stage, "T#*")
        )
        self.copier.use_key(data.data_key, "dynamodb", "sqs")
        self.works.feed(self.copier, batch=1, concurrency=stage.hand_over_concurrency)

    def watches(self) -> list[Watch]:
        """All that belongs to copies."""
        corrupt = Watch(
            "corrupt-files",
            self.metric("copies_corrupt"),
            1,
            "A stored file is not what was sent: treat it as tampering until explained.",
        )
        return [*self.works.watches(), *self.copier.watches(), corrupt]

    def metric(self, name: str) -> cloudwatch.Metric:
        """What ``hand_over_file`` counts (``quire.archive.attachments.copies``), a minute."""
        return cloudwatch.Metric(
            namespace=METRICS,
            metric_name=name,
            dimensions_map={"service": self.copier.name},
            period=Duration.minutes(1),
            statistic="Sum",
        )


def hand_over_environment(data: DataStack) -> dict[str, str]:
    """Variables for ``quire.bootstrap.hand_over``; who asks and who copies need the same."""
    return {
        "QUIRE_KEYS_TABLE": data.tables.keys.table_name,
        "QUIRE_ARCHIVE_BUCKET": data.archive.bucket.bucket_name,
        "QUIRE_HAND_OVER_BUCKET": data.hand_over.bucket_name,
        "QUIRE_DATA_KEY_ARN": data.data_key.key_arn,
    }
