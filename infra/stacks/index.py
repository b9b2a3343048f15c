"""The index and the archive: a tenant's indexes anew from it, when somebody asks for that, and checked against it."""

from aws_cdk import CfnOutput
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.search_collection import REBUILDING, SearchCollection
from infra.constructs.workflow import Workflow
from infra.stacks.base import QuireStack
from infra.stacks.data import DataStack
from infra.stacks.index_check import IndexCheck
from infra.stacks.index_worker import IndexWorker
from infra.stages import Stage


class IndexStack(QuireStack):
    """``workflow`` (``statemachines/rebuild_index.asl.json``) with its function; started by operators only. ``check``
    is started every day."""

    def __init__(self, scope: Construct, *, stage: Stage, data: DataStack, search: SearchCollection | None) -> None:
        super().__init__(scope, "Index", stage=stage, description="Rebuilding and checking the index")
        layers = CodeLayers(self, "Layers", stage=stage)
        self.rebuilder = self._rebuilder(data, layers, search)
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
        unread = self.rebuilder.watch(
            "rebuilding-unread",
            "rebuilding_unread",
            "A segment could not be read when the index was rebuilt: treat it as tampering until explained.",
        )
        return [unread, *self.workflow.watches(), *self.rebuilder.watches(), *self.check.watches()]

    def _rebuilder(self, data: DataStack, layers: CodeLayers, search: SearchCollection | None) -> IndexWorker:
        """Makes, fills, switches and deletes a tenant's indexes; puts on its audit trail what it leaves out."""
        tables = data.tables
        rebuilder = IndexWorker(
            self,
            "reindex_tenant",
            stage=self.settings,
            data=data,
            search=search,
            layers=layers,
            access=REBUILDING,
            description="Does a step of making a tenant's indexes anew",
            environment={"QUIRE_AUDIT_TABLE": tables.audit.table_name},
        )
        rebuilder.allow(
            "KeepDirectory",
            ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
            [tables.control.table_arn],
        )
        # Documents that are left out on purpose are put on record first.
        rebuilder.allow("Audit", ["dynamodb:GetItem", "dynamodb:PutItem"], [tables.audit.table_arn])
        return rebuilder
