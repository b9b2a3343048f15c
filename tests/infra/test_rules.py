"""cdk-nag and cfn-lint have nothing to say, or it was answered where it arose."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra import stages
from infra.stages import UnknownStageError
from tests.infra.synthesis import Synthesised

GENERATED = {
    "W3005": "CDK names the role's policy in DependsOn, and the role with it",
    "W6001": "an output of the API's address is made of an import: it is what people look for in this stack",
}


def test_aws_solutions_rules_find_nothing_unexcused(stage: Synthesised) -> None:
    findings = stage.findings()
    assert len(findings) > 60
    open_ = [
        f"{row['Rule ID']} {row['Resource ID']}: {row['Rule Info']}"
        for row in findings
        if row["Compliance"] == "Non-Compliant"
    ]
    assert open_ == []


def test_every_excuse_has_a_reason_worth_reading(stage: Synthesised) -> None:
    for row in stage.findings():
        if row["Compliance"] == "Suppressed":
            assert len(row["Exception Reason"]) > 30, row


def test_synthesis_has_neither_warnings_nor_errors(stage: Synthesised) -> None:
    for path in stage.folder.glob("*.metadata.json"):
        for place, entries in json.loads(path.read_text("utf-8")).items():
            for entry in entries:
                assert entry["type"] not in {"aws:cdk:error", "aws:cdk:warning"}, (place, entry)


@pytest.mark.parametrize("name", ["local", "prod"])
def test_cfn_lint_accepts_the_templates(synthesised: dict[str, Synthesised], name: str) -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    ignored = [f"--ignore-checks={rule}" for rule in GENERATED]
    templates = sorted(str(path) for path in synthesised[name].folder.glob("*.template.json"))
    assert len(templates) >= 6
    done = subprocess.run(
        [lint, *ignored, "--regions", "us-east-1", "--", *templates], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_an_unknown_stage_is_refused_by_name() -> None:
    with pytest.raises(UnknownStageError, match="staging"):
        stages.named("staging", {})


def test_what_may_be_chosen_outside_is_taken_from_the_environment() -> None:
    assert stages.named("prod", {"CDK_DEFAULT_REGION": "eu-west-1"}).region == "eu-west-1"
    assert stages.named("prod", {"QUIRE_ALARM_EMAIL": "ops@example.org"}).alarm_email == "ops@example.org"
    here = stages.named("local", {"QUIRE_PORT": "5001", "QUIRE_SEARCH_PORT": "5002"})
    assert (here.gateway, here.search_endpoint) == ("https://localhost:5001", "http://127.0.0.1:5002")
