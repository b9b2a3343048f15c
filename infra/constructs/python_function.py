"""One function: its code, its role, its log group, its alarms. Named ``verb_noun`` like its folder."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, Duration, IgnoreMode, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import RUNTIME, CodeLayers, architecture_of
from infra.layers import ROOT
from infra.nag import excuse, excuse_wildcards
from infra.stages import Stage

KEY_ACTIONS = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
METRICS = "Quire"
"""Namespace of the product's own metrics."""


class PythonFunction(Construct):
    """``function`` runs ``functions.<name>.handler.lambda_handler`` and ``role`` may do nothing but write its logs.

    Callers grant what else it needs; ``environment`` holds exactly the variables that it reads (``quire.config``).
    ``timeout`` is in seconds, ``memory`` and ``disk`` (``/tmp``) in MiB. ``reads_files`` adds the layer of what reads
    files (``quire.enrichment``), ``writes_parquet`` that of what writes Parquet; not both: they do not fit together.
    No concurrency is reserved: what feeds a function bounds it (shards, queue concurrency, API throttling).
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        layers: CodeLayers,
        log_key: kms.IKey,
        description: str,
        timeout: int,
        memory: int,
        disk: int = 512,
        environment: Mapping[str, str],
        reads_files: bool = False,
        writes_parquet: bool = False,
    ) -> None:
        super().__init__(scope, "".join(word.title() for word in name.split("_")))
        self.name = name
        self.timeout = timeout
        group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=log_key,
            log_group_name=f"/quire/{stage.name}/{name}",
            removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
            retention=log_retention(stage),
        )
        self.role = iam.Role(
            self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"), description=f"{name}: {description}"
        )
        group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            architecture=architecture_of(stage),
            code=lambda_.Code.from_asset(str(ROOT), exclude=_all_but(name), ignore_mode=IgnoreMode.GIT),
            description=description,
            ephemeral_storage_size=Size.mebibytes(disk),
            environment={
                "QUIRE_STAGE": stage.name,
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS,
                **environment,
            },
            handler=f"functions.{name}.handler.lambda_handler",
            layers=[
                *layers.versions,
                *([layers.enrichment] if reads_files else []),
                *([layers.analytics] if writes_parquet else []),
            ],
            log_group=group,
            logging_format=lambda_.LoggingFormat.JSON,
            memory_size=memory,
            role=self.role,
            runtime=RUNTIME,
            timeout=Duration.seconds(timeout),
            tracing=lambda_.Tracing.ACTIVE if stage.tracing else lambda_.Tracing.DISABLED,
        )
        if stage.tracing:
            excuse_wildcards(self.role, {"Resource::*": "X-Ray takes trace segments on no resource in particular."})
        # The newest runtime that the rules know may be one that Lambda deprecates next; ours is pinned by the wheels.
        excuse(self.function, {"AwsSolutions-L1": "Python 3.13 is what the locked wheels are built for."})

    def allow(
        self, sid: str, actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, object] | None = None
    ) -> None:
        """Give the function's role one statement."""
        self.role.add_to_policy(
            iam.PolicyStatement(sid=sid, actions=list(actions), resources=list(resources), conditions=conditions)
        )

    def use_key(self, key: kms.IKey, *services: str) -> None:
        """Let it encrypt and decrypt with ``key``, but only by way of ``services`` (``s3``, ``kinesis``, ...)."""
        self.allow(
            "UseKey",
            KEY_ACTIONS,
            [key.key_arn],
            {"StringEquals": {"kms:ViaService": [f"{service}.{Aws.REGION}.amazonaws.com" for service in services]}},
        )

    def watches(self) -> list[Watch]:
        """Errors and throttles."""
        minute = Duration.minutes(1)
        return [
            Watch(
                f"{self.name}-errors",
                self.function.metric_errors(period=minute, statistic="Sum"),
                1,
                f"{self.name} failed three minutes on end: see its log group.",
                periods=3,
            ),
            Watch(
                f"{self.name}-throttles",
                self.function.metric_throttles(period=minute, statistic="Sum"),
                1,
                f"{self.name} was refused concurrency three minutes on end: raise the account's limit.",
                periods=3,
            ),
        ]


def log_retention(stage: Stage) -> logs.RetentionDays:
    """The stage's log retention as CloudWatch Logs names it."""
    return {
        7: logs.RetentionDays.ONE_WEEK,
        30: logs.RetentionDays.ONE_MONTH,
        400: logs.RetentionDays.THIRTEEN_MONTHS,
    }[stage.log_days]


def _all_but(name: str) -> list[str]:
    """Leaves ``functions/<name>`` of the whole repository, so that module paths are the same everywhere."""
    return ["/*", "!/functions", "/functions/*", f"!/functions/{name}", "__pycache__", "*.pyc"]
