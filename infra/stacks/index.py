"""The index and the archive: a tenant's indexes anew from it, when somebody asks for that, and checked against it."""

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import METRICS, PythonFunction
from infra.constructs.search_collection import REBUILDING, SearchCollection
from infra.constructs.workflow import Workflow
from infra.nag import excuse_wildcards
from infra.stacks.archive import search_environment
from infra.stacks.base import QuireStack
from infra.stacks.data import DataStack
from infra.stacks.index_check import IndexCheck
from infra.stacks.subject_keys import allow_keys, keys_environment
from infra.stages import Stage

TIMEOUT = 900


class IndexStack(QuireStack):
    """``workflow`` (``statemachines/rebuild_index.asl.json``) with its function; started by operators only. ``check``
    is started every day."""

    def __init__(self, scope: Construct, *, stage: Stage, data: DataStack, search: SearchCollection | None) -> None:
        super().__init__(scope, "Index", stage=stage, description="Rebuilding and checking the index")
        self._data = data
        layers = CodeLayers(self, "Layers", stage=stage)
        self.rebuilder = self._rebuilder(layers, search)
        functions = {self.rebuilder.name: self.rebuilder}
        waits = stage.rebuild_waits
        self.workflow = Workflow(
            self,
            "rebuild_index",
            stage=stage,
            functions=functions,
            log_key=data.operations_key,
            seconds={"until_findable": waits.findable, "until_nobody_writes": waits.idle},
        )
        self.check = IndexCheck(self, "Check", stage=stage, data=data, search=search, layers=layers)
        CfnOutput(self, "RebuildIndexMachine", value=self.workflow.machine.state_machine_arn)
        CfnOutput(self, "CheckIndexMachine", value=self.check.workflow.machine.state_machine_arn)

    def watches(self) -> list[Watch]:
        """All that this stack owns."""
        unread = Watch(
            "rebuilding-unread",
            cloudwatch.Metric(
                namespace=METRICS,
                metric_name="rebuilding_unread",
                dimensions_map={"service": self.rebuilder.name},
                period=Duration.hours(1),
                statistic="Sum",
            ),
            1,
            "A segment could not be read when the index was rebuilt: treat it as tampering until explained.",
        )
        return [unread, *self.workflow.watches(), *self.rebuilder.watches(), *self.check.watches()]

    def _rebuilder(self, layers: CodeLayers, search: SearchCollection | None) -> PythonFunction:
        """Reads journal, archive and rows of any tenant; makes, fills, switches and deletes its indexes; puts on its
        audit trail what it leaves out."""
        stage, data = self.settings, self._data
        tables = data.tables
        rebuilder = PythonFunction(
            self,
            "reindex_tenant",
            stage=stage,
            layers=layers,
            log_key=data.operations_key,
            description="Does a step of making a tenant's indexes anew",
            timeout=TIMEOUT,
            memory=2048,
            environment={
                "QUIRE_CONTROL_TABLE": tables.control.table_name,
                "QUIRE_EVENTS_TABLE": tables.events.table_name,
                "QUIRE_LEDGER_TABLE": tables.ledger.table_name,
                "QUIRE_LIMITS_TABLE": tables.limits.table_name,
                "QUIRE_AUDIT_TABLE": tables.audit.table_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                "QUIRE_ARCHIVE_BUCKET": data.archive.bucket.bucket_name,
                **keys_environment(data),
                **search_environment(stage, search),
            },
        )
        self._allow(rebuilder)
        if search:
            search.grant(self, rebuilder.role, REBUILDING)
        return rebuilder

    def _allow(self, rebuilder: PythonFunction) -> None:
        data, tables = self._data, self._data.tables
        allow_keys(rebuilder, self.settings, data)
        rebuilder.allow("ReadRows", ["dynamodb:Query"], [tables.events.table_arn, tables.ledger.table_arn])
        rebuilder.allow(
            "KeepDirectory",
            ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
            [tables.control.table_arn],
        )
        # Documents that are left out on purpose are put on record first.
        rebuilder.allow("Audit", ["dynamodb:GetItem", "dynamodb:PutItem"], [tables.audit.table_arn])
        rebuilder.allow("OneAtATime", ["dynamodb:UpdateItem"], [tables.limits.table_arn])
        data.journal.grant_read(rebuilder.role, "t/*/journal/*")
        data.journal.grant_list(rebuilder.role)
        rebuilder.allow("ListVersions", ["s3:ListBucketVersions"], [data.journal.bucket.bucket_arn])
        data.archive.grant_read(rebuilder.role, "t/*/archive/*")
        data.archive.grant_list(rebuilder.role)
        rebuilder.use_key(data.data_key, "dynamodb", "s3")
        excuse_wildcards(
            rebuilder.role,
            {r"/^Resource::.*\/t\/\*\/(journal|archive)\/\*$/g": "Any tenant's: a run names whose index it makes."},
        )
