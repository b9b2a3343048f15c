"""Whoever holds every permission of the account can still not alter, shorten or delete what was sealed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.running import Running

pytestmark = pytest.mark.local


@pytest.fixture
def sealed(stack: Running) -> dict[str, Any]:
    """Some segment of the journal: its bucket, key and version."""
    client = stack.deployment.client("s3")
    page = client.list_object_versions(Bucket=stack.journal, Prefix="t/meridian/journal/", MaxKeys=1)
    version = page["Versions"][0]
    return {"Bucket": stack.journal, "Key": version["Key"], "VersionId": version["VersionId"]}


def refused(call: Any, **arguments: Any) -> str:
    """The code with which a call is refused."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return str(raised.value.response["Error"]["Code"])


def test_a_sealed_segment_is_locked(stack: Running, sealed: dict[str, Any]) -> None:
    retention = stack.deployment.client("s3").get_object_retention(**sealed)["Retention"]

    assert retention["Mode"] in {"GOVERNANCE", "COMPLIANCE"}
    assert retention["RetainUntilDate"] > datetime.now(UTC) + timedelta(days=25)


@pytest.mark.parametrize("bypass", [False, True], ids=["plainly", "claiming to bypass governance"])
def test_it_cannot_be_deleted(stack: Running, sealed: dict[str, Any], bypass: bool) -> None:
    client = stack.deployment.client("s3")

    assert refused(client.delete_object, **sealed, BypassGovernanceRetention=bypass) == "AccessDenied"
    assert client.head_object(**sealed)["ContentLength"] > 0


@pytest.mark.parametrize("bypass", [False, True], ids=["plainly", "claiming to bypass governance"])
def test_its_lock_cannot_be_shortened(stack: Running, sealed: dict[str, Any], bypass: bool) -> None:
    client = stack.deployment.client("s3")
    before = client.get_object_retention(**sealed)["Retention"]
    sooner = {"Mode": before["Mode"], "RetainUntilDate": datetime.now(UTC) + timedelta(hours=1)}

    code = refused(client.put_object_retention, **sealed, Retention=sooner, BypassGovernanceRetention=bypass)

    assert code == "AccessDenied"
    assert client.get_object_retention(**sealed)["Retention"] == before


def test_its_bytes_cannot_be_replaced_where_the_evidence_points(stack: Running, sealed: dict[str, Any]) -> None:
    client = stack.deployment.client("s3")
    before = client.get_object(**sealed)["Body"].read()

    try:
        client.put_object(Bucket=sealed["Bucket"], Key=sealed["Key"], Body=b"forged")
    except ClientError as error:
        assert error.response["Error"]["Code"] in {"AccessDenied", "PreconditionFailed"}  # noqa: PT017

    assert client.get_object(**sealed)["Body"].read() == before


def test_the_bucket_cannot_be_unlocked(stack: Running) -> None:
    client = stack.deployment.client("s3")

    refused(client.put_bucket_versioning, Bucket=stack.journal, VersioningConfiguration={"Status": "Suspended"})
    refused(client.delete_bucket, Bucket=stack.journal)
    assert client.get_object_lock_configuration(Bucket=stack.journal)["ObjectLockConfiguration"] is not None
