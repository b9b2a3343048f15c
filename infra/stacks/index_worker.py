"""What works on indexes by the archive: the function of a rebuild's step, and that of a check's."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.alarms import Watch
from infra.constructs.code_layers import CodeLayers
from infra.constructs.python_function import METRICS, PythonFunction
from infra.constructs.search_collection import Access, SearchCollection
from infra.nag import excuse_wildcards
from infra.stacks.archive import search_environment
from infra.stacks.data import DataStack
from infra.stacks.subject_keys import allow_keys, keys_environment
from infra.stages import Stage

TIMEOUT = 900


class IndexWorker(PythonFunction):
    """Reads journal, archive and rows of any tenant, opens subjects' keys, has ``access`` to its indexes, and is alone
    at it by a lease. What it may keep beside that, the caller grants."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        data: DataStack,
        search: SearchCollection | None,
        layers: CodeLayers,
        access: Access,
        description: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        tables = data.tables
        super().__init__(
            scope,
            name,
            stage=stage,
            layers=layers,
            log_key=data.operations_key,
            description=description,
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
                **(environment or {}),
            },
        )
        allow_keys(self, stage, data)
        self.allow("ReadRows", ["dynamodb:Query"], [tables.events.table_arn, tables.ledger.table_arn])
        self.allow("OneAtATime", ["dynamodb:UpdateItem"], [tables.limits.table_arn])
        data.journal.grant_read(self.role, "t/*/journal/*")
        data.journal.grant_list(self.role)
        self.allow("ListVersions", ["s3:ListBucketVersions"], [data.journal.bucket.bucket_arn])
        data.archive.grant_read(self.role, "t/*/archive/*")
        data.archive.grant_list(self.role)
        self.use_key(data.data_key, "dynamodb", "s3")
        excuse_wildcards(
            self.role,
            {r"/^Resource::.*\/t\/\*\/(journal|archive)\/\*$/g": "Any tenant's: a run says whose index it is about."},
        )
        if search:
            search.grant(scope, self.role, access)

    def watch(self, name: str, metric: str, why: str) -> Watch:
        """Alarms when it counted anything in ``metric``."""
        counted = cloudwatch.Metric(
            namespace=METRICS,
            metric_name=metric,
            dimensions_map={"service": self.name},
            period=Duration.hours(1),
            statistic="Sum",
        )
        return Watch(name, counted, 1, why)
