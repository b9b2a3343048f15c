"""The Parquet files' table: all columns, partitions by name, and the statement in the documentation the same."""

import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from infra.constructs.projection_table import TYPES, ProjectionTable, parameters
from infra.stages import named
from quire.archive.projection.columns import COLUMNS
from quire.aws.layout import projection_key
from quire.domain.ids import SegmentId, TenantId

PAGE = Path(__file__).parents[2] / "docs" / "parquet.md"


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    stack = Stack(App(), "Analytics")
    bucket = s3.Bucket.from_bucket_name(stack, "Projection", "files")
    ProjectionTable(stack, "Table", stage=named("dev", {}), bucket=bucket, classes=["standard", "mifid-5y"])
    template = Template.from_stack(stack)
    template.has_output("AnalyticsDatabase", {"Value": "quire_dev"})
    (found,) = template.find_resources("AWS::Glue::Table").values()
    assert found["Properties"]["DatabaseName"] == "quire_dev"
    told: dict[str, Any] = found["Properties"]["TableInput"]
    return told


def test_it_has_the_columns_of_the_files(table: dict[str, Any]) -> None:
    columns = table["StorageDescriptor"]["Columns"]
    assert [(each["Name"], each["Type"]) for each in columns] == [(c.name, TYPES[c.type]) for c in COLUMNS]
    assert all(len(each["Comment"]) < 255 for each in columns)
    assert [key["Name"] for key in table["PartitionKeys"]] == ["tenant", "class", "day"]


def test_partitions_are_where_the_files_are_written(table: dict[str, Any]) -> None:
    told = table["Parameters"]
    assert told["projection.class.values"] == "mifid-5y,standard"
    assert told["projection.tenant.type"] == "injected"
    place = told["storage.location.template"]
    for name, value in {"tenant": "acme", "class": "standard", "day": "2026-03-02"}.items():
        place = place.replace(f"${{{name}}}", value)
    key = projection_key(TenantId("acme"), "standard", "2026-03-02", SegmentId("s"))
    assert f"s3://files/{key}" == f"{place}s.parquet"


def test_the_documentation_makes_the_same_table() -> None:
    [statement] = re.findall(r"```sql\n(CREATE EXTERNAL TABLE.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    columns = re.findall(r"^  `(\w+)` ([\w<>]+)", statement, re.MULTILINE)
    assert columns == [(column.name, TYPES[column.type]) for column in COLUMNS]
    told = dict(re.findall(r"'([\w.]+)' = '([^']+)'", statement))
    assert told == parameters("BUCKET", ["standard"])
