"""Rebuilding the index, and checking it: by functions that read what was kept and change the index only."""

import json
from typing import Any

import pytest

from tests.infra.synthesis import ROOT, Synthesised
from tests.infra.test_least_privilege import as_list, statements


@pytest.mark.parametrize(
    ("name", "called"),
    [("rebuild_index", "reindex_tenant"), ("check_indexes", "check_index")],
    ids=["rebuild", "check"],
)
def test_the_machine_is_what_is_written_with_its_function_in_place(stage: Synthesised, name: str, called: str) -> None:
    machine, function = _machine(stage, name), _function(stage, called)
    written = (ROOT / "statemachines" / f"{name}.asl.json").read_text("utf-8")
    assert json.loads(machine["DefinitionString"]) == json.loads(written)
    waits = {"until_findable", "until_nobody_writes"} if name == "rebuild_index" else set()
    given = machine["DefinitionSubstitutions"]
    assert (given[called], given.keys()) == ({"Fn::GetAtt": [function, "Arn"]}, {called, *waits})
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)


def test_where_it_matters_it_waits_until_writes_are_found_and_writers_have_ended(stage: Synthesised) -> None:
    """A refresh of OpenSearch Serverless takes ten seconds; nobody who saw the old indexes may still be at work."""
    machine = _machine(stage, "rebuild_index")
    waits = {name: int(each) for name, each in machine["DefinitionSubstitutions"].items() if name != "reindex_tenant"}
    (indexer,) = (
        each["Properties"]
        for each in stage.resources("AWS::Lambda::Function", "Archive").values()
        if "index_segment" in str(each["Properties"]["Handler"])
    )
    if stage.stage == "local":
        assert waits == {"until_findable": 3, "until_nobody_writes": 10}
    else:
        assert waits["until_findable"] > 10
        assert waits["until_nobody_writes"] > indexer["Timeout"]


def test_a_check_starts_every_day_and_nothing_else_does(stage: Synthesised) -> None:
    rule = stage.one("AWS::Events::Rule", "Index")["Properties"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 day)", "ENABLED")
    (target,) = rule["Targets"]
    assert "CheckIndexesMachine" in target["Arn"]["Ref"]
    assert "Input" not in target, "nobody's index is left out"
    assert not stage.resources("AWS::Lambda::EventSourceMapping", "Index")


def test_the_function_reads_what_was_kept_and_writes_none_of_it(stage: Synthesised) -> None:
    granted = [each for name, each in statements(stage) if name.startswith("ReindexTenantRole")]
    actions = {action for each in granted for action in as_list(each["Action"])}
    assert {action for action in actions if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
    }
    writing = {each: set[str]() for each in ("dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:PutItem")}
    for each in granted:
        for action in writing.keys() & set(as_list(each["Action"])):
            writing[action] |= {json.dumps(resource) for resource in as_list(each["Resource"])}
    assert sorted(_tables(writing["dynamodb:UpdateItem"])) == ["Control", "Limits"]
    assert sorted(_tables(writing["dynamodb:Query"])) == ["Events", "Ledger"]
    assert not actions & {"dynamodb:DeleteItem", "dynamodb:Scan", "kms:Sign"}
    assert sorted(_tables(writing["dynamodb:PutItem"])) == ["Audit"], "what it leaves out is on record"
    read = {
        resource["Fn::Join"][1][-1]
        for each in granted
        if "s3:GetObject" in as_list(each["Action"])
        for resource in as_list(each["Resource"])
    }
    assert read == {"/t/*/journal/*", "/t/*/archive/*"}


def test_the_check_reads_what_was_kept_and_writes_nothing_but_reports(stage: Synthesised) -> None:
    granted = [each for name, each in statements(stage) if "CheckIndexRole" in name]
    actions = {action for each in granted for action in as_list(each["Action"])}
    assert {action for action in actions if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
    }
    assert not actions & {"dynamodb:DeleteItem", "dynamodb:Scan", "dynamodb:BatchWriteItem"}
    (kept,) = [each for each in granted if "dynamodb:PutItem" in as_list(each["Action"])]
    assert kept["Condition"]["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": ["T#*#CHECKS"]}
    assert _tables({json.dumps(each) for each in as_list(kept["Resource"])}) == ["Ledger"]
    (leased,) = [each for each in granted if "dynamodb:UpdateItem" in as_list(each["Action"])]
    assert _tables({json.dumps(each) for each in as_list(leased["Resource"])}) == ["Limits"]
    assert not {action for action in actions if action.startswith(("sqs:", "kinesis:", "states:"))}
    assert "kms:Sign" not in actions


def test_failures_are_told(stage: Synthesised) -> None:
    alarms = json.dumps(stage.templates["Ops"])
    told = ("rebuild_index failed", "reindex_tenant failed", "could not be read when the index was rebuilt")
    also = (
        "check_indexes failed",
        "check_index failed",
        "differed from the archive",
        "could not be mended",
        "when indexes were checked",
    )
    for each in (*told, *also):
        assert each in alarms, each


def _machine(stage: Synthesised, name: str) -> dict[str, Any]:
    kind, part = "AWS::StepFunctions::StateMachine", "".join(word.title() for word in name.split("_"))
    (found,) = [each for key, each in stage.resources(kind, "Index").items() if f"{part}Machine" in key]
    properties: dict[str, Any] = found["Properties"]
    return properties


def _function(stage: Synthesised, name: str) -> str:
    """Its logical id."""
    (found,) = [
        key.split("/")[1]
        for key, each in stage.resources("AWS::Lambda::Function", "Index").items()
        if each["Properties"]["Handler"].startswith(f"functions.{name}.")
    ]
    return found


def _tables(resources: set[str]) -> list[str]:
    """Names of the tables that are meant."""
    return [
        name
        for name in ("Control", "Events", "Keys", "Ledger", "Limits", "Audit")
        if any(f"Tables{name}" in each or f"{name}Table" in each or name in each for each in resources)
    ]
