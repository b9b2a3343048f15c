"""Sealing: every hour the journal goes into the archive, under a signed checkpoint that others vouch for."""

from typing import Any

from aws_cdk import Aws, CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import METRICS, PythonFunction
from infra.constructs.workflow import Workflow
from infra.nag import excuse_wildcards
from infra.stacks.base import QuireStack
from infra.stacks.data import DataStack
from infra.stacks.subject_keys import allow_keys, keys_environment
from infra.stages import Stage

TIMEOUT = 900
_ANY_TENANT = "Any tenant's: the run is over all of them."


class SealStack(QuireStack):
    """``workflow`` (``statemachines/seal_archive.asl.json``) with its functions, started every hour."""

    def __init__(self, scope: Construct, *, stage: Stage, data: DataStack) -> None:
        super().__init__(scope, "Seal", stage=stage, description="Sealing and evidence")
        self._data = data
        self._layers = CodeLayers(self, "Layers", stage=stage)
        self.functions = {each.name: each for each in (self._planner(), self._sealer(), self._attester())}
        self.functions["project_parquet"] = self._projector()
        self.workflow = Workflow(
            self, "seal_archive", stage=stage, functions=self.functions, log_key=data.operations_key
        )
        events.Rule(
            self,
            "Hourly",
            schedule=events.Schedule.rate(Duration.hours(1)),
            targets=[targets.SfnStateMachine(self.workflow.machine)],
        )
        CfnOutput(self, "SealArchiveMachine", value=self.workflow.machine.state_machine_arn)

    def watches(self) -> list[Watch]:
        """All that this stack owns."""
        own = [
            Watch(
                "sealing-quarantined",
                self._metric("seal_tenant", "sealing_quarantined"),
                1,
                "A journal segment could not be read when it was sealed: treat it as tampering until explained.",
            ),
            Watch(
                "attestations-failed",
                self._metric("attest_checkpoint", "attestations_failed"),
                1,
                "A checkpoint was not stamped, or not taken by a witness, three hours on end: see the log.",
                periods=3,
            ),
            Watch(
                "projection-faults",
                self._metric("project_parquet", "projection_faults"),
                1,
                "A sealed segment could not be made into Parquet: see the log.",
            ),
        ]
        return [*own, *self.workflow.watches(), *(w for each in self.functions.values() for w in each.watches())]

    def _metric(self, function: str, name: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=METRICS,
            metric_name=name,
            dimensions_map={"service": function},
            period=Duration.hours(1),
            statistic="Sum",
        )

    def _function(
        self, name: str, description: str, *, memory: int, environment: dict[str, str], **more: Any
    ) -> PythonFunction:
        return PythonFunction(
            self,
            name,
            stage=self.settings,
            layers=self._layers,
            log_key=self._data.operations_key,
            description=description,
            timeout=TIMEOUT,
            memory=memory,
            environment=environment,
            **more,
        )

    def _planner(self) -> PythonFunction:
        """Lists who has a journal."""
        data = self._data
        planner = self._function(
            "plan_sealing",
            "Tells whose journal is to be sealed",
            memory=512,
            environment=self._journal(),
        )
        data.journal.grant_list(planner.role)
        planner.use_key(data.data_key, "s3")
        return planner

    def _sealer(self) -> PythonFunction:
        """Reads the journal, writes archive segments, the ledger and the log's files, and signs checkpoints."""
        data, tables = self._data, self._data.tables
        sealer = self._function(
            "seal_tenant",
            "Seals a tenant's journal and publishes its log",
            memory=2048,
            disk=4096,
            environment={
                **self._journal(),
                **self._sealed(),
                **keys_environment(data, make=True),
                "QUIRE_LIMITS_TABLE": tables.limits.table_name,
                "QUIRE_LOG_KEY_ARN": data.log_key.key_arn,
            },
        )
        writes = [
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ]
        allow_keys(sealer, self.settings, data, make=True)
        sealer.allow("KeepLedger", writes, [tables.ledger.table_arn])
        sealer.allow("OneAtATime", ["dynamodb:UpdateItem"], [tables.limits.table_arn])
        sealer.allow("SignCheckpoints", ["kms:GetPublicKey", "kms:Sign"], [data.log_key.key_arn])
        data.journal.grant_read(sealer.role, "t/*/journal/*")
        data.journal.grant_list(sealer.role)
        sealer.allow("ListVersions", ["s3:ListBucketVersions"], [data.journal.bucket.bucket_arn])
        data.archive.grant_write(sealer.role, "t/*/archive/*", "t/*/log/*")
        data.archive.grant_list(sealer.role)
        sealer.use_key(data.data_key, "dynamodb", "s3")
        excuse_wildcards(sealer.role, {r"/^Resource::.*\/t\/\*\/(journal|archive|log)\/\*$/g": _ANY_TENANT})
        return sealer

    def _attester(self) -> PythonFunction:
        """Reads checkpoints, keeps time tokens beside them, and says what came of it."""
        data, tables = self._data, self._data.tables
        attester = self._function(
            "attest_checkpoint",
            "Has checkpoints stamped and sends them to witnesses",
            memory=512,
            environment={
                **self._sealed(),
                **self.settings.attestation,
                "QUIRE_CONTROL_TABLE": tables.control.table_name,
            },
        )
        attester.allow(
            "KeepMarks",
            ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            [tables.ledger.table_arn],
        )
        attester.allow("ReadWitnesses", ["dynamodb:GetItem", "dynamodb:Query"], [tables.control.table_arn])
        data.archive.grant_write(attester.role, "t/*/log/*")
        data.archive.grant_list(attester.role)
        attester.use_key(data.data_key, "dynamodb", "s3")
        if self.settings.mail_sender:
            identity = f"arn:{Aws.PARTITION}:ses:{Aws.REGION}:{Aws.ACCOUNT_ID}:identity/{self.settings.mail_sender}"
            attester.allow("MailCheckpoints", ["ses:SendEmail", "ses:SendRawEmail"], [identity])
        excuse_wildcards(attester.role, {r"/^Resource::.*\/t\/\*\/log\/\*$/g": _ANY_TENANT})
        return attester

    def _projector(self) -> PythonFunction:
        """Reads sealed segments and writes Parquet files, which nothing rests on."""
        data, tables = self._data, self._data.tables
        projector = self._function(
            "project_parquet",
            "Makes Parquet files of sealed segments",
            memory=2048,
            disk=2048,
            environment={
                **self._sealed(),
                **keys_environment(data),
                "QUIRE_PROJECTION_BUCKET": data.projection.bucket_name,
            },
            writes_parquet=True,
        )
        allow_keys(projector, self.settings, data)
        projector.allow(
            "KeepMarks",
            ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            [tables.ledger.table_arn],
        )
        data.archive.grant_read(projector.role, "t/*/archive/*", "t/*/log/*")
        data.archive.grant_list(projector.role)
        projector.allow(
            "WriteProjection", ["s3:DeleteObject", "s3:PutObject"], [data.projection.arn_for_objects("parquet/*")]
        )
        projector.use_key(data.data_key, "dynamodb", "s3")
        excuse_wildcards(
            projector.role,
            {
                r"/^Resource::.*\/t\/\*\/(archive|log)\/\*$/g": _ANY_TENANT,
                r"/^Resource::.*\/parquet\/\*$/g": "Files of all tenants, named as they are made.",
            },
        )
        return projector

    def _journal(self) -> dict[str, str]:
        stage = self.settings
        return {
            "QUIRE_JOURNAL_BUCKET": self._data.journal.bucket.bucket_name,
            "QUIRE_JOURNAL_LOCK_MODE": stage.lock_mode,
            "QUIRE_JOURNAL_LOCK_DAYS": str(stage.lock_days),
        }

    def _sealed(self) -> dict[str, str]:
        stage = self.settings
        return {
            "QUIRE_LEDGER_TABLE": self._data.tables.ledger.table_name,
            "QUIRE_ARCHIVE_BUCKET": self._data.archive.bucket.bucket_name,
            "QUIRE_ARCHIVE_LOCK_MODE": stage.lock_mode,
            "QUIRE_ARCHIVE_LOCK_DAYS": str(stage.retention_days),
        }
