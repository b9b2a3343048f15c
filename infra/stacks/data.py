"""Keys, buckets and tables: everything that outlives the code."""

from dataclasses import dataclass

from aws_cdk import CfnOutput
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.constructs.encryption_key import EncryptionKey, SigningKey
from infra.constructs.private_bucket import AccessLogBucket, PrivateBucket
from infra.constructs.table import Table
from infra.constructs.worm_bucket import WormBucket
from infra.stacks.base import QuireStack
from infra.stages import Stage

TIMELINE = "timeline"
"""The events' index: a channel's events in order of time."""


@dataclass(frozen=True)
class Tables:
    """The six tables, each of one lifecycle."""

    control: dynamodb.TableV2
    ledger: dynamodb.TableV2
    events: dynamodb.TableV2
    keys: dynamodb.TableV2
    audit: dynamodb.TableV2
    limits: dynamodb.TableV2


class DataStack(QuireStack):
    """``data_key`` encrypts what customers wrote, ``operations_key`` what we write about running it."""

    def __init__(self, scope: Construct, *, stage: Stage) -> None:
        super().__init__(scope, "Data", stage=stage, description="Keys, buckets and tables")
        self.data_key = EncryptionKey(
            self, "DataKey", stage=stage, purpose="data", description="Customers' messages and what is derived of them"
        ).key
        operations = EncryptionKey(
            self, "OperationsKey", stage=stage, purpose="operations", description="Logs, alarms and our own secrets"
        )
        operations.allow_logs()
        operations.allow_alarms()
        self.operations_key = operations.key

        self.log_key = SigningKey(
            self, "LogKey", stage=stage, purpose="log", description="Signs the checkpoints of tenants' logs"
        ).key
        self.access_logs = AccessLogBucket(self, "AccessLogs", stage=stage).bucket
        self.journal = self._worm_bucket("Journal")
        self.archive = self._worm_bucket("Archive", tier_days=stage.tier_days)
        self.projection = PrivateBucket(
            self, "Projection", stage=stage, access_logs=self.access_logs, key=self.data_key
        ).bucket
        self.hand_over = PrivateBucket(
            self, "HandOver", stage=stage, access_logs=self.access_logs, key=self.data_key, keep_days=1
        ).bucket
        self.tables = Tables(
            control=self._table("Control", recovery_days=35),
            ledger=self._table("Ledger", recovery_days=35),
            events=Table(
                self,
                "Events",
                stage=stage,
                key=self.data_key,
                recovery_days=None,
                expires="ttl",
                indexes=[
                    dynamodb.GlobalSecondaryIndexPropsV2(
                        index_name=TIMELINE,
                        partition_key=dynamodb.Attribute(name="channel", type=dynamodb.AttributeType.STRING),
                        sort_key=dynamodb.Attribute(name="at", type=dynamodb.AttributeType.STRING),
                    )
                ],
            ).table,
            keys=self._table("Keys", recovery_days=1),  # a destroyed key is soon gone from backups too
            audit=self._table("Audit", recovery_days=35),
            limits=Table(self, "Limits", stage=stage, key=self.data_key, recovery_days=None, expires="ttl").table,
        )
        self._outputs()

    def _worm_bucket(self, id_: str, *, tier_days: int | None = None) -> WormBucket:
        return WormBucket(
            self,
            id_,
            stage=self.settings,
            key=self.data_key,
            access_logs=self.access_logs,
            log_prefix=id_.lower(),
            tier_days=tier_days,
        )

    def _table(self, id_: str, *, recovery_days: int) -> dynamodb.TableV2:
        return Table(self, id_, stage=self.settings, key=self.data_key, recovery_days=recovery_days).table

    def _outputs(self) -> None:
        CfnOutput(self, "JournalBucket", value=self.journal.bucket.bucket_name)
        CfnOutput(self, "ArchiveBucket", value=self.archive.bucket.bucket_name)
        CfnOutput(self, "AccessLogBucket", value=self.access_logs.bucket_name)
        CfnOutput(self, "ControlTable", value=self.tables.control.table_name)
        CfnOutput(self, "LedgerTable", value=self.tables.ledger.table_name)
        CfnOutput(self, "EventsTable", value=self.tables.events.table_name)
        CfnOutput(self, "KeysTable", value=self.tables.keys.table_name)
        CfnOutput(self, "AuditTable", value=self.tables.audit.table_name)
        CfnOutput(self, "LimitsTable", value=self.tables.limits.table_name)
        CfnOutput(self, "DataKeyArn", value=self.data_key.key_arn)
        CfnOutput(self, "LogKeyArn", value=self.log_key.key_arn)
        CfnOutput(self, "ProjectionBucket", value=self.projection.bucket_name)
        CfnOutput(self, "HandOverBucket", value=self.hand_over.bucket_name)
