"""The gateway listener: absent by default; where it is switched on, one task that nothing reaches."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.infra.synthesis import ROOT, Synthesised, synthesise

NAMED = "meridian/discord1,northgate/d2"


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """``dev`` with two connections listened for."""
    return synthesise("dev", tmp_path_factory.mktemp("listening"), {"QUIRE_GATEWAY_LISTENERS": NAMED})


def statements(stage: Synthesised) -> Iterator[dict[str, Any]]:
    """What the container's role may do."""
    policy = stage.one("AWS::IAM::Policy", "Connect", "GatewayListenerRole")
    yield from policy["Properties"]["PolicyDocument"]["Statement"]


def test_no_stage_has_it_unless_asked(stage: Synthesised) -> None:
    assert stage.resources("AWS::ECS::Service") == {}
    assert stage.resources("AWS::EC2::VPC") == {}


def test_one_task_that_is_never_two(listening: Synthesised) -> None:
    service = listening.one("AWS::ECS::Service", "Connect")["Properties"]
    assert (service["DesiredCount"], service["LaunchType"]) == (1, "FARGATE")
    assert service["DeploymentConfiguration"]["MaximumPercent"] == 100
    container = listening.one("AWS::ECS::TaskDefinition", "Connect")["Properties"]["ContainerDefinitions"][0]
    assert container["ReadonlyRootFilesystem"] is True
    told = {each["Name"]: each["Value"] for each in container["Environment"]}
    assert told["QUIRE_GATEWAY_CONNECTIONS"] == NAMED
    assert "PortMappings" not in container


def test_nothing_comes_in_and_https_goes_out(listening: Synthesised) -> None:
    door = listening.one("AWS::EC2::SecurityGroup", "Connect")["Properties"]
    assert "SecurityGroupIngress" not in door
    assert listening.resources("AWS::EC2::SecurityGroupIngress") == {}
    assert [(rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) for rule in door["SecurityGroupEgress"]] == [
        (443, 443, "tcp")
    ]
    assert listening.resources("AWS::ElasticLoadBalancingV2::LoadBalancer") == {}
    assert listening.resources("AWS::EC2::NatGateway") == {}


def test_it_reads_the_secrets_of_the_named_connections_only(listening: Synthesised) -> None:
    by_sid = {statement.get("Sid"): statement for statement in statements(listening)}
    secrets = json.dumps(by_sid["ReadConnectionSecrets"]["Resource"])
    assert "t/meridian/connections/discord1-*" in secrets
    assert "t/northgate/connections/d2-*" in secrets
    assert secrets.count("connections/") == 2
    tagged = by_sid["UseTenantKeys"]["Condition"]["StringEquals"]
    assert tagged["aws:ResourceTag/quire:stage"] == "dev"
    actions = {action for each in statements(listening) for action in _many(each["Action"])}
    assert "kinesis:PutRecord" in actions
    assert not {action for action in actions if action.endswith("*") or "Delete" in action} - {"dynamodb:DeleteItem"}


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_its_rules_are_answered(listening: Synthesised) -> None:
    open_ = [
        f"{row['Rule ID']} {row['Resource ID']}" for row in listening.findings() if row["Compliance"] == "Non-Compliant"
    ]
    assert open_ == []


def test_the_image_is_made_of_the_product_and_its_lock(listening: Synthesised) -> None:
    assets = json.loads((listening.folder / "Quire-dev-Connect.assets.json").read_text("utf-8"))
    (image,) = assets["dockerImages"].values()
    folder = Path(listening.folder) / image["source"]["directory"]
    kept = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"pyproject.toml", "uv.lock", image["source"]["dockerFile"]} <= kept
    assert "layers/core/python/quire/bootstrap/listen_discord.py" in kept
    assert not [path for path in kept if path.startswith(("tests", ".venv", ".local", "web", "node_modules"))]
    assert "--group gateway" in (ROOT / image["source"]["dockerFile"]).read_text("utf-8")
