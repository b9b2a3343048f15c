"""No role may more than it must, and every wildcard is on a list with its reason."""

import json
import re
from collections.abc import Iterator
from typing import Any

from quire.config import Settings
from tests.infra.synthesis import ROOT, Synthesised

ALLOWED = {
    # (who, what): why
    (".*", "xray:PutTelemetryRecords"): "X-Ray knows no resources",
    (".*", "xray:PutTraceSegments"): "X-Ray knows no resources",
    ("SealArchiveMachineRole.*", "logs:.*"): "CloudWatch's log delivery knows no resources",
    ("SealArchiveMachineRole.*", "xray:.*"): "X-Ray knows no resources",
    ("RebuildIndexMachineRole.*", "logs:.*"): "CloudWatch's log delivery knows no resources",
    ("RebuildIndexMachineRole.*", "xray:.*"): "X-Ray knows no resources",
    ("CheckCheckIndexesMachineRole.*", "logs:.*"): "CloudWatch's log delivery knows no resources",
    ("CheckCheckIndexesMachineRole.*", "xray:.*"): "X-Ray knows no resources",
    ("ScalingScaleStreamRole.*", "cloudwatch:GetMetricData"): "CloudWatch metrics know no resources",
    ("CustomCDKBucketDeployment.*", "cloudfront:.*Invalidation"): "CDK's uploader; invalidations are made of a path",
}
OWN = re.compile(
    r"(ReceiveWebhook|ArchiveEvents|IndexSegment|FetchAttachment|PollConnection|Schedule|ServeApi|AddClaims"
    r"|AdmitOrigin|ScaleStream|AlertSearches|Tenant|PlanSealing|SealTenant|AttestCheckpoint|ProjectParquet|HandOver"
    r"|ReindexTenant|CheckIndex)"
)


def statements(stage: Synthesised) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement that allows a role something, with the logical id of its policy."""
    for name, policy in stage.resources("AWS::IAM::Policy").items():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                yield name.split("/")[1], statement


def as_list(value: Any) -> list[Any]:
    """IAM's "one or several" as several."""
    return value if isinstance(value, list) else [value]


def test_no_role_may_do_everything(stage: Synthesised) -> None:
    for name, statement in statements(stage):
        for action in as_list(statement["Action"]):
            assert action != "*", name
            assert not action.endswith(":*"), (name, action)


def test_no_action_of_ours_has_a_wildcard(stage: Synthesised) -> None:
    for name, statement in statements(stage):
        if OWN.search(name):
            assert not [action for action in as_list(statement["Action"]) if "*" in action], name


def test_every_grant_on_everything_has_a_reason(stage: Synthesised) -> None:
    for name, statement in statements(stage):
        if "*" not in as_list(statement["Resource"]):
            continue
        for action in as_list(statement["Action"]):
            assert [
                why for (who, what), why in ALLOWED.items() if re.fullmatch(who, name) and re.fullmatch(what, action)
            ], (name, action)


def test_a_failed_notice_can_be_made_to_come_again(stage: Synthesised) -> None:
    """``quire.aws.notices.NoticeRetries`` finds the queue by its name and shortens the message's time-out."""
    granted = {
        action
        for name, statement in statements(stage)
        if "IndexSegment" in name
        for action in as_list(statement["Action"])
    }
    assert {"sqs:GetQueueUrl", "sqs:ChangeMessageVisibility"} <= granted


def test_keys_are_used_by_way_of_services(stage: Synthesised) -> None:
    """Tenants' own keys, known by their tags, also wrap what we encrypt ourselves; the log's key encrypts nothing."""
    for name, statement in statements(stage):
        used = {action for action in as_list(statement["Action"]) if action.startswith("kms:")}
        if OWN.search(name) and used - {"kms:GetPublicKey", "kms:Sign"}:
            conditions = statement["Condition"]["StringEquals"]
            assert conditions.get("kms:ViaService") or conditions["aws:ResourceTag/quire:stage"] == stage.stage, name


def test_no_function_of_ours_has_a_managed_policy(stage: Synthesised) -> None:
    for name, role in stage.resources("AWS::IAM::Role").items():
        if OWN.search(name.split("/")[1]):
            assert "ManagedPolicyArns" not in role["Properties"], name


def test_each_function_has_its_own_role(stage: Synthesised) -> None:
    roles = [
        json.dumps(function["Properties"]["Role"])
        for function in stage.resources("AWS::Lambda::Function").values()
        if function["Properties"]["Handler"].startswith("functions.")
    ]
    assert len(roles) == len(set(roles))


def test_functions_are_given_variables_that_settings_knows(stage: Synthesised) -> None:
    known = {field.alias for field in Settings.model_fields.values()}
    for name, function in stage.resources("AWS::Lambda::Function").items():
        variables = function["Properties"].get("Environment", {}).get("Variables", {})
        given = {variable for variable in variables if variable.startswith("QUIRE_")}
        assert given <= known, name
        assert not [variable for variable in variables if re.search("KEY_ID|SECRET$|PASSWORD|TOKEN", variable)], name


def test_functions_run_on_the_runtime_and_the_layers_that_were_built_for_them(stage: Synthesised) -> None:
    for name, function in stage.resources("AWS::Lambda::Function").items():
        properties = function["Properties"]
        if not properties["Handler"].startswith("functions."):
            continue
        assert properties["Runtime"] == "python3.13", name
        if stage.stage != "local":
            assert properties["Architectures"] == ["arm64"], name
            assert properties["TracingConfig"] == {"Mode": "Active"}, name
        more = any(each in name for each in ("FetchAttachment", "ProjectParquet"))  # what reads files, writes Parquet
        assert len(properties["Layers"]) == (3 if more else 2), name
        assert properties["LoggingConfig"]["LogGroup"], name


def test_a_functions_code_is_its_own_folder(stage: Synthesised) -> None:
    for stack in ("Ingest", "Archive", "Api", "Seal", "Index"):
        assets = json.loads((stage.folder / f"Quire-{stage.stage}-{stack}.assets.json").read_text("utf-8"))["files"]
        for asset in assets.values():
            folder = stage.folder / asset["source"].get("path", "")
            if not (folder / "functions").is_dir():
                continue
            (name,) = [path.name for path in (folder / "functions").iterdir()]
            assert sorted(path.name for path in folder.iterdir()) == ["functions"]
            assert (ROOT / "functions" / name / "handler.py").read_bytes() == (
                folder / "functions" / name / "handler.py"
            ).read_bytes()
