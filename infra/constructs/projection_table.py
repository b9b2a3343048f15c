"""The Parquet files as a table that Athena queries: partitions are computed from their names, nobody adds any."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.stages import Stage
from quire.archive.projection.columns import COLUMNS

TYPES = {"text": "string", "texts": "array<string>", "time": "timestamp", "number": "bigint"}
FIRST_DAY = "1995-01-01"
"""No platform is older; what a wrong clock dated before is in the files, and not in the table (docs/parquet.md)."""
_SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
_INPUT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
_OUTPUT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"


class ProjectionTable(Construct):
    """``database`` with the one table ``messages`` over ``bucket``; outputs ``AnalyticsDatabase``.

    ``classes`` are the retention classes there may be. Every query has to name a tenant (``tenant = '...'``): its
    partitions are not enumerable, so that none reads another's by leaving the name out.
    """

    def __init__(
        self, scope: Construct, id_: str, *, stage: Stage, bucket: s3.IBucket, classes: Sequence[str] = ("standard",)
    ) -> None:
        super().__init__(scope, id_)
        name = f"quire_{stage.name}"
        catalog = Stack.of(self).account
        self.database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=catalog,
            database_input=glue.CfnDatabase.DatabaseInputProperty(name=name, description="Quire: sealed events"),
        )
        self.table = glue.CfnTable(
            self,
            "Messages",
            catalog_id=catalog,
            database_name=name,
            table_input=glue.CfnTable.TableInputProperty(
                name="messages",
                description="Events of sealed archive segments, a row each",
                table_type="EXTERNAL_TABLE",
                parameters=parameters(bucket.bucket_name, classes),
                partition_keys=[
                    glue.CfnTable.ColumnProperty(name=key, type="string") for key in ("tenant", "class", "day")
                ],
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    location=f"s3://{bucket.bucket_name}/parquet/",
                    input_format=_INPUT,
                    output_format=_OUTPUT,
                    serde_info=glue.CfnTable.SerdeInfoProperty(serialization_library=_SERDE),
                    columns=[
                        glue.CfnTable.ColumnProperty(name=each.name, type=TYPES[each.type], comment=each.says)
                        for each in COLUMNS
                    ],
                ),
            ),
        )
        self.table.add_dependency(self.database)
        CfnOutput(Stack.of(self), "AnalyticsDatabase", value=name)


def parameters(bucket: str, classes: Sequence[str]) -> dict[str, str]:
    """Athena's partition projection (https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html)."""
    return {
        "classification": "parquet",
        "projection.enabled": "true",
        "projection.tenant.type": "injected",
        "projection.class.type": "enum",
        "projection.class.values": ",".join(sorted(classes)),
        "projection.day.type": "date",
        "projection.day.format": "yyyy-MM-dd",
        "projection.day.range": f"{FIRST_DAY},NOW+2DAYS",
        "storage.location.template": f"s3://{bucket}/parquet/tenant=${{tenant}}/class=${{class}}/day=${{day}}/",
    }
