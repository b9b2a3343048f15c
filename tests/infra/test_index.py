"""Rebuilding the index: started by operators, by a function that reads what was kept and changes the index only."""

import json

from tests.infra.synthesis import ROOT, Synthesised
from tests.infra.test_least_privilege import as_list, statements


def test_the_machine_is_what_is_written_with_its_function_in_place(stage: Synthesised) -> None:
    machine = stage.one("AWS::StepFunctions::StateMachine", "Index")["Properties"]
    written = (ROOT / "statemachines" / "rebuild_index.asl.json").read_text("utf-8")
    assert json.loads(machine["DefinitionString"]) == json.loads(written)
    (function,) = stage.resources("AWS::Lambda::Function", "Index")
    assert machine["DefinitionSubstitutions"] == {
        "reindex_tenant": {"Fn::GetAtt": [function.split("/")[1], "Arn"]},
        "until_findable": "3" if stage.stage == "local" else "15",
        "until_nobody_writes": "10" if stage.stage == "local" else "150",
    }
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)


def test_where_it_matters_it_waits_until_writes_are_found_and_writers_have_ended(stage: Synthesised) -> None:
    """A refresh of OpenSearch Serverless takes ten seconds; nobody who saw the old indexes may still be at work."""
    (machine,) = (each["Properties"] for each in stage.resources("AWS::StepFunctions::StateMachine", "Index").values())
    waits = {name: int(each) for name, each in machine["DefinitionSubstitutions"].items() if name != "reindex_tenant"}
    (indexer,) = (
        each["Properties"]
        for each in stage.resources("AWS::Lambda::Function", "Archive").values()
        if "index_segment" in str(each["Properties"]["Handler"])
    )
    if stage.stage != "local":
        assert waits["until_findable"] > 10
        assert waits["until_nobody_writes"] > indexer["Timeout"]


def test_nothing_starts_it_by_itself(stage: Synthesised) -> None:
    assert not stage.resources("AWS::Events::Rule", "Index")
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


def test_failures_are_told(stage: Synthesised) -> None:
    alarms = json.dumps(stage.templates["Ops"])
    for told in ("rebuild_index failed", "reindex_tenant failed", "could not be read when the index was rebuilt"):
        assert told in alarms, told


def _tables(resources: set[str]) -> list[str]:
    """Names of the tables that are meant."""
    return [
        name
        for name in ("Control", "Events", "Keys", "Ledger", "Limits", "Audit")
        if any(f"Tables{name}" in each or f"{name}Table" in each or name in each for each in resources)
    ]
