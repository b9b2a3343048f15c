"""Functions that talk to platforms: all count their calls in one table, and only one machine's are led elsewhere."""

from typing import Any

from infra import stages
from tests.infra.synthesis import Synthesised

KEEPING = ("SealTenant", "SearchAlertsAlertSearches", "ReindexTenant", "CheckCheckIndex")


def outward(stage: Synthesised) -> dict[str, dict[str, Any]]:
    """Functions that count calls outward, with their variables; some only keep their leases beside the counts."""
    found = {}
    for name, function in stage.resources("AWS::Lambda::Function").items():
        variables = function["Properties"].get("Environment", {}).get("Variables", {})
        if "QUIRE_LIMITS_TABLE" in variables and not name.split("/")[1].startswith(KEEPING):
            found[name] = function["Properties"] | {"Variables": variables}
    assert found
    return found


def test_calls_are_counted_in_the_table_of_limits(stage: Synthesised) -> None:
    for name, function in outward(stage).items():
        assert "Limits" in str(function["Variables"]["QUIRE_LIMITS_TABLE"]), name
        role = function["Role"]["Fn::GetAtt"][0]
        statements = [
            statement
            for policy in stage.resources("AWS::IAM::Policy").values()
            if {"Ref": role} in policy["Properties"]["Roles"]
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]
        (counting,) = [statement for statement in statements if statement.get("Sid") == "CountCalls"]
        assert sorted(counting["Action"]) == [
            *("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
        ], name
        assert "Limits" in str(counting["Resource"]), name
        through = [s["Condition"] for s in statements if s.get("Sid") == "UseKey"]
        assert "dynamodb." in str(through), name


def test_nothing_in_the_cloud_is_led_to_another_address_than_the_platforms(synthesised: dict[str, Synthesised]) -> None:
    for name in ("dev", "prod"):
        for function in outward(synthesised[name]).values():
            assert not {"QUIRE_PLATFORM_GATEWAY", "QUIRE_PLATFORM_CA"} & function["Variables"].keys()


def test_on_one_machine_every_platform_is_simulated(local: Synthesised) -> None:
    for name, function in outward(local).items():
        assert function["Variables"]["QUIRE_PLATFORM_GATEWAY"] == "127.0.0.1:4581", name


def test_on_one_machine_time_is_stamped_by_a_simulated_authority() -> None:
    chosen = stages.named("local", {"QUIRE_TSA_ROOTS": "/tls/tsa-root.pem"})
    assert chosen.attestation["QUIRE_TSA_URL"] == "https://tsa.simulators.localhost/"
    assert chosen.attestation["QUIRE_TSA_ROOTS"] == "/tls/tsa-root.pem"
    assert "QUIRE_TSA_URL" not in stages.named("local", {}).attestation


def test_the_simulated_platforms_may_be_elsewhere() -> None:
    chosen = stages.named("local", {"QUIRE_PLATFORM_PORT": "4681", "QUIRE_PLATFORM_CA": "/tls/ca.pem"})
    assert (chosen.platform_gateway, chosen.platform_ca) == ("127.0.0.1:4681", "/tls/ca.pem")
    assert stages.named("prod", {"QUIRE_PLATFORM_PORT": "1", "QUIRE_PLATFORM_CA": "/x"}).platform_gateway == ""
