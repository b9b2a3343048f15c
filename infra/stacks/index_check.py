"""Checking indexes: every day, and when somebody asks for it, against the archive; what differs is mended."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.search_collection import CHECKING, SearchCollection
from infra.constructs.tenant_role import leading_keys
from infra.constructs.workflow import Workflow
from infra.stacks.data import DataStack
from infra.stacks.index_worker import IndexWorker
from infra.stages import Stage


class IndexCheck(Construct):
    """``workflow`` (``statemachines/check_indexes.asl.json``) with its function, started every day."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        data: DataStack,
        search: SearchCollection | None,
        layers: CodeLayers,
    ) -> None:
        super().__init__(scope, id_)
        self.checker = IndexWorker(
            self,
            "check_index",
            stage=stage,
            data=data,
            search=search,
            layers=layers,
            access=CHECKING,
            description="Looks whether indexes hold what the archive tells, and mends them",
        )
        self.checker.allow(
            "KeepReports",
            ["dynamodb:GetItem", "dynamodb:PutItem"],
            [data.tables.ledger.table_arn],
            leading_keys(stage, "T#*#CHECKS"),
        )
        self.checker.allow("ReadPlacements", ["dynamodb:GetItem"], [data.tables.control.table_arn])
        functions = {self.checker.name: self.checker}
        self.workflow = Workflow(self, "check_indexes", stage=stage, functions=functions, log_key=data.operations_key)
        events.Rule(
            self,
            "Daily",
            schedule=events.Schedule.rate(Duration.days(1)),
            targets=[targets.SfnStateMachine(self.workflow.machine)],
        )

    def watches(self) -> list[Watch]:
        """All that belongs to the check."""
        own = [
            self.checker.watch(
                "index-drift",
                "drift_found",
                "An index differed from the archive, and was mended as far as it could be: see what was, and why.",
            ),
            self.checker.watch(
                "index-drift-left",
                "drift_left",
                "An index differs from the archive and could not be mended: rebuild the month (quire rebuild-index).",
            ),
            self.checker.watch(
                "index-check-unread",
                "drift_unread",
                "A segment could not be read when indexes were checked: treat it as tampering until explained.",
            ),
        ]
        return [*own, *self.workflow.watches(), *self.checker.watches()]
