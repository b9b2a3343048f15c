"""Sealing: every hour, by functions that may no more than their part, under a key that only one of them signs with."""

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk
import pytest
from aws_cdk import aws_kms as kms

from infra import stages
from infra.constructs.workflow import PlaceholderError, Workflow
from tests.infra.synthesis import ROOT, Synthesised
from tests.infra.test_least_privilege import as_list, statements

STEPS = ("PlanSealing", "SealTenant", "AttestCheckpoint", "ProjectParquet")
SETTINGS = {"local": ("GOVERNANCE", "30"), "dev": ("GOVERNANCE", "1"), "prod": ("COMPLIANCE", "2192")}
"""How a stage locks what is sealed, and for how many days: in production the six years of SEC 17a-4."""


def variables(stage: Synthesised, function: str) -> dict[str, Any]:
    properties = stage.one("AWS::Lambda::Function", "Seal", function)["Properties"]
    found: dict[str, Any] = properties["Environment"]["Variables"]
    return found


def granted(stage: Synthesised, function: str) -> list[Mapping[str, Any]]:
    """What a function of the stack is allowed."""
    return [statement for name, statement in statements(stage) if name.startswith(f"{function}Role")]


def actions(stage: Synthesised, function: str, service: str) -> set[str]:
    found = {action for statement in granted(stage, function) for action in as_list(statement["Action"])}
    return {action.removeprefix(f"{service}:") for action in found if action.startswith(f"{service}:")}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_is_sealed_is_locked_for_as_long_as_the_stage_says(synthesised: dict[str, Synthesised], name: str) -> None:
    for function in ("SealTenant", "AttestCheckpoint"):
        found = variables(synthesised[name], function)
        assert (found["QUIRE_ARCHIVE_LOCK_MODE"], found["QUIRE_ARCHIVE_LOCK_DAYS"]) == SETTINGS[name], function


def test_sealing_starts_every_hour(stage: Synthesised) -> None:
    rule = stage.one("AWS::Events::Rule", "Seal")["Properties"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 hour)", "ENABLED")
    (target,) = rule["Targets"]
    (machine,) = stage.resources("AWS::StepFunctions::StateMachine", "Seal")
    assert target["Arn"] == {"Ref": machine.split("/")[1]}
    assert "Input" not in target, "nobody's journal is left out"


def test_the_machine_is_what_is_written_with_its_functions_in_place(stage: Synthesised) -> None:
    machine = stage.one("AWS::StepFunctions::StateMachine", "Seal")["Properties"]
    written = (ROOT / "statemachines" / "seal_archive.asl.json").read_text("utf-8")
    assert json.loads(machine["DefinitionString"]) == json.loads(written)
    functions = {
        function["Properties"]["Handler"].split(".")[1]: {"Fn::GetAtt": [name.split("/")[1], "Arn"]}
        for name, function in stage.resources("AWS::Lambda::Function", "Seal").items()
    }
    assert machine["DefinitionSubstitutions"] == functions
    assert machine["StateMachineType"] == "STANDARD"


def test_the_machine_says_what_it_does_and_not_with_what(stage: Synthesised) -> None:
    logging = stage.one("AWS::StepFunctions::StateMachine", "Seal")["Properties"]["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)


def test_the_machine_may_call_its_functions_and_nothing_else(stage: Synthesised) -> None:
    called = [
        resource
        for name, statement in statements(stage)
        if name.startswith("SealArchiveMachineRole") and as_list(statement["Action"]) == ["lambda:InvokeFunction"]
        for resource in as_list(statement["Resource"])
    ]
    assert called
    for step in STEPS:
        assert any(step in json.dumps(resource) for resource in called), step
    assert all(any(step in json.dumps(resource) for step in STEPS) for resource in called)


@pytest.mark.parametrize("given", [("plan_sealing",), ("plan_sealing", "seal_tenant", "someone_else"), ()])
def test_a_machine_that_names_other_functions_is_refused(given: tuple[str, ...]) -> None:
    stack = aws_cdk.Stack()
    functions: Any = dict.fromkeys(given)
    with pytest.raises(PlaceholderError, match="seal_archive names"):
        Workflow(
            stack,
            "seal_archive",
            stage=stages.named("local", {}),
            functions=functions,
            log_key=kms.Key(stack, "Key"),
        )


def test_the_logs_key_signs_and_does_nothing_else(stage: Synthesised) -> None:
    key = stage.one("AWS::KMS::Key", "Data", "LogKey")["Properties"]
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY")
    assert key["PendingWindowInDays"] == 30


def test_production_does_not_lose_the_logs_key(prod: Synthesised) -> None:
    key = prod.one("AWS::KMS::Key", "Data", "LogKey")
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
    (denied,) = [each for each in key["Properties"]["KeyPolicy"]["Statement"] if each["Effect"] == "Deny"]
    assert set(denied["Action"]) == {"kms:DisableKey", "kms:ScheduleKeyDeletion"}
    assert denied["Principal"] == {"AWS": "*"}
    assert "Condition" not in denied


def test_who_seals_is_the_only_one_who_signs(stage: Synthesised) -> None:
    signing = [(name, each) for name, each in statements(stage) if "kms:Sign" in as_list(each["Action"])]
    ((name, statement),) = signing
    assert name.startswith("SealTenantRole")
    assert "LogKey" in json.dumps(statement["Resource"])
    assert set(statement["Action"]) == {"kms:GetPublicKey", "kms:Sign"}


def test_nobody_in_the_stack_deletes_or_unlocks_what_is_kept(stage: Synthesised) -> None:
    for step in STEPS:
        found = actions(stage, step, "s3")
        assert not found & {"DeleteObjectVersion", "PutObjectLegalHold", "BypassGovernanceRetention"}, step
        assert ("DeleteObject" in found) is (step == "ProjectParquet"), step
    (deleting,) = [each for each in granted(stage, "ProjectParquet") if "s3:DeleteObject" in as_list(each["Action"])]
    assert "Projection" in json.dumps(deleting["Resource"])


@pytest.mark.parametrize(
    ("step", "places"),
    [
        ("PlanSealing", set[str]()),
        ("SealTenant", {"/t/*/archive/*", "/t/*/log/*"}),
        ("AttestCheckpoint", {"/t/*/log/*"}),
        ("ProjectParquet", {"/parquet/*"}),
    ],
)
def test_each_writes_where_its_part_lies(stage: Synthesised, step: str, places: set[str]) -> None:
    found = {
        resource["Fn::Join"][1][-1]
        for statement in granted(stage, step)
        if "s3:PutObject" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    assert found == places


@pytest.mark.parametrize("step", ["AttestCheckpoint", "ProjectParquet"])
def test_who_works_after_the_sealing_does_not_see_the_journal(stage: Synthesised, step: str) -> None:
    assert "Journal" not in json.dumps(granted(stage, step))
    assert not [name for name in variables(stage, step) if "JOURNAL" in name]


def test_the_ledger_loses_rows_only_to_who_seals(stage: Synthesised) -> None:
    deleting = [step for step in STEPS if "DeleteItem" in actions(stage, step, "dynamodb")]
    assert deleting == ["SealTenant"]
    assert actions(stage, "PlanSealing", "dynamodb") == set()


def test_failures_are_told(stage: Synthesised) -> None:
    alarms = json.dumps(stage.templates["Ops"])
    for told in (
        "could not be read when it was sealed",
        "A checkpoint was not stamped",
        "could not be made into Parquet",
        "seal_archive failed",
    ):
        assert told in alarms, told
