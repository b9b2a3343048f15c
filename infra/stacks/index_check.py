"""Checking indexes: every day, and when somebody asks for it, against the archive; what differs is mended."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import METRICS, PythonFunction
from infra.constructs.search_collection import CHECKING, SearchCollection
from infra.constructs.tenant_role import leading_keys
from infra.constructs.workflow import Workflow
from infra.nag import excuse_wildcards
from infra.stacks.archive import search_environment
from infra.stacks.data import DataStack
from infra.stacks.subject_keys import allow_keys, keys_environment
from infra.stages import Stage

TIMEOUT = 900


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
        self._stage = stage
        self._data = data
        self.checker = self._checker(layers, search)
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
            self._watch(
                "index-drift",
                "drift_found",
                "An index differed from the archive, and was mended as far as it could be: see what was, and why.",
            ),
            self._watch(
                "index-drift-left",
                "drift_left",
                "An index differs from the archive and could not be mended: rebuild the month (quire rebuild-index).",
            ),
            self._watch(
                "index-check-unread",
                "drift_unread",
                "A segment could not be read when indexes were checked: treat it as tampering until explained.",
            ),
        ]
        return [*own, *self.workflow.watches(), *self.checker.watches()]

    def _watch(self, name: str, metric: str, why: str) -> Watch:
        counted = cloudwatch.Metric(
            namespace=METRICS,
            metric_name=metric,
            dimensions_map={"service": self.checker.name},
            period=Duration.hours(1),
            statistic="Sum",
        )
        return Watch(name, counted, 1, why)

    def _checker(self, layers: CodeLayers, search: SearchCollection | None) -> PythonFunction:
        """Reads journal, archive and rows of any tenant; reads and writes its indexes, and keeps what it found."""
        stage, data = self._stage, self._data
        tables = data.tables
        checker = PythonFunction(
            self,
            "check_index",
            stage=stage,
            layers=layers,
            log_key=data.operations_key,
            description="Looks whether indexes hold what the archive tells, and mends them",
            timeout=TIMEOUT,
            memory=2048,
            environment={
                "QUIRE_CONTROL_TABLE": tables.control.table_name,
                "QUIRE_EVENTS_TABLE": tables.events.table_name,
                "QUIRE_LEDGER_TABLE": tables.ledger.table_name,
                "QUIRE_LIMITS_TABLE": tables.limits.table_name,
                "QUIRE_JOURNAL_BUCKET": data.journal.bucket.bucket_name,
                "QUIRE_ARCHIVE_BUCKET": data.archive.bucket.bucket_name,
                **keys_environment(data),
                **search_environment(stage, search),
            },
        )
        self._allow(checker)
        if search:
            search.grant(self, checker.role, CHECKING)
        return checker

    def _allow(self, checker: PythonFunction) -> None:
        data, tables = self._data, self._data.tables
        allow_keys(checker, self._stage, data)
        checker.allow("ReadRows", ["dynamodb:Query"], [tables.events.table_arn, tables.ledger.table_arn])
        checker.allow(
            "KeepReports",
            ["dynamodb:GetItem", "dynamodb:PutItem"],
            [tables.ledger.table_arn],
            leading_keys(self._stage, "T#*#CHECKS"),
        )
        checker.allow("ReadPlacements", ["dynamodb:GetItem"], [tables.control.table_arn])
        checker.allow("OneAtATime", ["dynamodb:UpdateItem"], [tables.limits.table_arn])
        data.journal.grant_read(checker.role, "t/*/journal/*")
        data.journal.grant_list(checker.role)
        checker.allow("ListVersions", ["s3:ListBucketVersions"], [data.journal.bucket.bucket_arn])
        data.archive.grant_read(checker.role, "t/*/archive/*")
        data.archive.grant_list(checker.role)
        checker.use_key(data.data_key, "dynamodb", "s3")
        excuse_wildcards(
            checker.role,
            {r"/^Resource::.*\/t\/\*\/(journal|archive)\/\*$/g": "Any tenant's: a run is over all of them."},
        )
