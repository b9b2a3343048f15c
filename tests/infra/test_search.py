"""OpenSearch Serverless: NextGen, encrypted, and open to four roles only."""

import json
from fnmatch import fnmatch
from typing import Any

import pytest

from quire.search.pool import shelf_name
from tests.infra.synthesis import Synthesised


def text(value: Any) -> str:
    """A JSON string with CloudFormation's functions in it, the functions shown as ``<...>``."""
    if isinstance(value, str):
        return value
    return "".join(
        part if isinstance(part, str) else "<" + str(part).replace('"', "'") + ">" for part in value["Fn::Join"][1]
    )


def policy(stage: Synthesised, kind: str) -> Any:
    (found,) = [
        resource["Properties"]
        for resource in stage.resources("AWS::OpenSearchServerless::SecurityPolicy").values()
        if resource["Properties"]["Type"] == kind
    ]
    return json.loads(text(found["Policy"]))


@pytest.mark.parametrize(("name", "least", "most"), [("dev", 0, 4), ("prod", 2, 32)])
def test_the_collection_is_of_the_next_generation(
    synthesised: dict[str, Synthesised], name: str, least: int, most: int
) -> None:
    found = synthesised[name]
    group = found.one("AWS::OpenSearchServerless::CollectionGroup", "Search")["Properties"]
    assert group["Generation"] == "NEXTGEN"
    assert group["StandbyReplicas"] == "ENABLED"
    assert group["CapacityLimits"] == {
        "MinIndexingCapacityInOcu": least,
        "MinSearchCapacityInOcu": least,
        "MaxIndexingCapacityInOcu": most,
        "MaxSearchCapacityInOcu": most,
    }
    collection = found.one("AWS::OpenSearchServerless::Collection", "Search")
    assert collection["Properties"]["Type"] == "SEARCH"
    assert collection["Properties"]["CollectionGroupName"] == group["Name"]
    assert len(collection["DependsOn"]) == 3


def test_it_is_encrypted_with_our_key(prod: Synthesised) -> None:
    encryption = policy(prod, "encryption")
    assert encryption["AWSOwnedKey"] is False
    assert "DataKey" in encryption["KmsARN"]
    assert encryption["Rules"] == [{"ResourceType": "collection", "Resource": ["collection/quire-prod"]}]


def test_only_the_data_endpoint_is_reachable(prod: Synthesised) -> None:
    (rule,) = policy(prod, "network")
    assert [each["ResourceType"] for each in rule["Rules"]] == ["collection"]


@pytest.mark.parametrize(
    ("stack", "role", "permissions"),
    [
        (
            "Archive",
            "IndexSegmentRole",
            {"CreateIndex", "DescribeIndex", "UpdateIndex", "ReadDocument", "WriteDocument"},
        ),
        (
            "Index",
            "ReindexTenantRole",
            {"CreateIndex", "DeleteIndex", "DescribeIndex", "UpdateIndex", "ReadDocument", "WriteDocument"},
        ),
        (
            "Index",
            "CheckIndexRole",
            {"CreateIndex", "DescribeIndex", "UpdateIndex", "ReadDocument", "WriteDocument"},
        ),
        ("Api", "TenantRole", {"DescribeIndex", "ReadDocument"}),
        ("Api", "AlertSearchesRole", {"DescribeIndex", "ReadDocument"}),
    ],
)
def test_each_role_may_do_its_part_to_message_indexes(
    prod: Synthesised, stack: str, role: str, permissions: set[str]
) -> None:
    (properties,) = [
        each["Properties"]
        for each in prod.resources("AWS::OpenSearchServerless::AccessPolicy", stack).values()
        if role in text(each["Properties"]["Policy"])
    ]
    assert len(properties["Name"]) <= 32
    (document,) = json.loads(text(properties["Policy"]))
    (principal,) = document["Principal"]
    assert role in principal
    indexes = next(rule for rule in document["Rules"] if rule["ResourceType"] == "index")
    assert indexes["Resource"] == ["index/quire-prod/*-messages*"]
    assert fnmatch(f"index/quire-prod/{shelf_name('2026-03', 0)}", indexes["Resource"][0]), "the pool's too"
    assert set(indexes["Permission"]) == {f"aoss:{name}" for name in permissions}


def test_nobody_else_may(prod: Synthesised, local: Synthesised) -> None:
    assert len(prod.resources("AWS::OpenSearchServerless::AccessPolicy")) == 5
    assert not [
        name
        for template in local.templates.values()
        for name, resource in template["Resources"].items()
        if "OpenSearchServerless" in resource["Type"]
    ]
