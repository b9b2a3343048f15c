"""Sealing on the deployed stack: what comes out proves itself, nobody takes it back, no stop loses or doubles it."""

import base64
import contextlib
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import node
from quire.archive.segment_reader import Source, read_footer
from quire.aws.layout import runs_partition
from quire.aws.ledger import Ledger
from quire.cli.seal import run_sealing
from quire.domain.ids import TenantId
from quire.evidence.checkpoint import open_checkpoint
from quire.evidence.merkle import leaf_hash, proves_inclusion
from quire.evidence.note import read_key
from tests.local.running import Running, eventually, slack_message

pytestmark = [pytest.mark.local, pytest.mark.timeout(900)]

TENANT = "meridian"
LOG_FILES = ("checkpoints/", "tile/", "tile/entries/")


def seal(stack: Running) -> None:
    """What was captured of the tenant, through the state machine."""
    assert run_sealing(stack.deployment, TENANT, 300) == 1


def quire(stack: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own."""
    return subprocess.run(
        [node.TOOLS / "quire", *arguments],
        env=node.environment({"QUIRE_STACK": str(stack.file)}),
        capture_output=True,
        text=True,
        check=False,
    )


def verified(folder: Path) -> dict[str, Any]:
    """The report of the package's own program, run by a plain interpreter that knows nothing of the product."""
    done = subprocess.run(
        [sys.executable, "-I", "verify.py", "."], cwd=folder, capture_output=True, text=True, check=False
    )
    report: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if report["ok"] else 1), done.stderr
    return report


def downloaded(stack: Running, folder: Path) -> Path:
    """All evidence of the tenant."""
    done = quire(stack, "evidence", "download", str(folder), "--tenant", TENANT, "--all")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def live_findings(stack: Running) -> list[Any]:
    """What is wrong with the log as it is published now, and with the ledger beside it."""
    done = quire(stack, "verify", "--log", "--tenant", TENANT)
    assert done.returncode in {0, 1}, done.stderr
    found: list[Any] = json.loads(done.stdout)["findings"]
    return found


def send(stack: Running, text: str) -> str:
    """A message, as soon as it can be found; its id."""
    assert stack.send_slack(slack_message(text)).is_success
    found = eventually(
        lambda: [item for item in stack.documents(TENANT) if text in json.dumps(item.get("content"))], text
    )
    return str(found[0]["message_id"])


@pytest.fixture(scope="module")
def message(stack: Running) -> str:
    """Some message, sealed."""
    sent = send(stack, f"Please seal this {time.time_ns()}")
    seal(stack)
    return sent


@pytest.fixture(scope="module")
def package(stack: Running, message: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of everything."""
    assert message
    return downloaded(stack, tmp_path_factory.mktemp("evidence") / "all")


def test_a_package_of_everything_proves_itself(package: Path) -> None:
    report = verified(package)
    assert report["ok"], report["findings"][:3]
    assert report["findings"] == []
    assert report["checked"]["segments"] > 0
    assert report["checked"]["timestamps"] > 0


@pytest.mark.parametrize("part", ["segments", "messages", "log"])
def test_one_byte_that_is_another_is_found_where_it_is(package: Path, tmp_path: Path, part: str) -> None:
    folder = shutil.copytree(package, tmp_path / "forged")
    file = max((path for path in (folder / part).rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)

    report = verified(folder)

    assert report["ok"] is False
    assert file.relative_to(folder).as_posix() in {finding["file"] for finding in report["findings"]}


def test_what_is_sealed_now_verifies_and_the_ledger_says_the_same(stack: Running, message: str) -> None:
    assert message
    assert live_findings(stack) == []


def test_the_api_gives_proofs_that_hold(stack: Running, message: str) -> None:
    with stack.api(stack.user(TENANT, "compliance_officer")) as api:
        answer = api.get(f"/v1/messages/{message}/evidence")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["state"] == "proven"
    assert told["events"]
    log = told["log"]
    checkpoint = open_checkpoint(log["checkpoint"], read_key(log["key"]))
    assert (checkpoint.origin, checkpoint.size, checkpoint.root.hex()) == (log["origin"], log["size"], log["root"])
    assert log["origin"].endswith(f"/{TENANT}")
    roots = {}
    for segment in told["segments"]:
        manifest = base64.b64decode(segment["manifest"])
        path = [bytes.fromhex(each) for each in segment["path"]]
        assert proves_inclusion(leaf_hash(manifest), segment["entry"], checkpoint.size, path, checkpoint.root)
        roots[segment["segmentId"]] = bytes.fromhex(json.loads(manifest)["root"])
    for event in told["events"]:
        assert event["state"] == "proven"
        leaf = leaf_hash(base64.b64decode(event["canonical"]), bytes.fromhex(event["salt"]))
        path = [bytes.fromhex(each) for each in event["path"]]
        root = roots[event["segmentId"]]
        assert leaf.hex() == event["leafHash"]
        assert proves_inclusion(leaf, event["leafIndex"], event["leafCount"], path, root)
        assert not proves_inclusion(leaf_hash(b"forged"), event["leafIndex"], event["leafCount"], path, root)


@pytest.fixture(params=["archive/", *(f"log/{each}" for each in LOG_FILES)])
def kept(request: pytest.FixtureRequest, stack: Running, message: str) -> dict[str, Any]:
    """A sealed segment, or a file of the log: its bucket, key and version."""
    assert message
    bucket = stack.document["buckets"]["archive"]
    prefix = f"t/{TENANT}/{request.param}"
    page = stack.deployment.client("s3").list_object_versions(Bucket=bucket, Prefix=prefix, MaxKeys=1)
    return {"Bucket": bucket, "Key": page["Versions"][0]["Key"], "VersionId": page["Versions"][0]["VersionId"]}


def refused(call: Any, **arguments: Any) -> None:
    """See that a call is refused, whatever the rights of who makes it."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    assert raised.value.response["Error"]["Code"] == "AccessDenied"


def test_an_administrator_cannot_take_back_what_is_sealed(stack: Running, kept: dict[str, Any]) -> None:
    client = stack.deployment.client("s3")
    before = client.get_object(**kept)["Body"].read()
    lock = client.get_object_retention(**kept)["Retention"]
    assert lock["RetainUntilDate"] > datetime.now(UTC)
    sooner = {"Mode": lock["Mode"], "RetainUntilDate": datetime.now(UTC) + timedelta(minutes=1)}

    for bypass in (False, True):
        refused(client.delete_object, **kept, BypassGovernanceRetention=bypass)
        refused(client.put_object_retention, **kept, Retention=sooner, BypassGovernanceRetention=bypass)
    if "/archive/" in kept["Key"]:  # the emulator takes new versions, which bucket policies on AWS refuse
        with contextlib.suppress(ClientError):
            client.put_object(Bucket=kept["Bucket"], Key=kept["Key"], Body=b"forged")

    assert client.get_object(**kept)["Body"].read() == before
    assert client.get_object_retention(**kept)["Retention"] == lock


def test_two_at_once_and_one_of_them_stopped_lose_and_double_nothing(stack: Running, tmp_path: Path) -> None:
    client, machine = stack.deployment.client("stepfunctions"), stack.deployment.outputs["SealArchiveMachine"]
    for number in range(5):
        send(stack, f"Under way {time.time_ns()} {number}")
    body = json.dumps({"tenantId": TENANT})

    started = [client.start_execution(stateMachineArn=machine, input=body)["executionArn"] for _ in range(2)]
    eventually(lambda: entered(client, started[0], "EachTenant"), "sealing to begin")
    client.stop_execution(executionArn=started[0], error="Stopped", cause="by the test")
    eventually(lambda: all(status(client, each) != "RUNNING" for each in started), "the executions to end", 300)
    assert status(client, started[0]) == "ABORTED"

    eventually(lambda: seals_everything(stack), "everything to be sealed", 300)
    report = verified(downloaded(stack, tmp_path / "all"))
    assert report["ok"], report["findings"][:3]
    assert live_findings(stack) == []
    assert_balanced(stack)


def seals_everything(stack: Running) -> bool:
    """Whether, after one more run, all of the tenant's journal has been dealt with."""
    seal(stack)
    return journalled(stack) <= ledger(stack).settled(TenantId(TENANT), "t/", "t0").keys()


def ledger(stack: Running) -> Ledger:
    return Ledger(stack.deployment.client("dynamodb"), str(stack.document["tables"]["ledger"]))


def journalled(stack: Running) -> set[str]:
    """Keys of all segments of the tenant's journal."""
    pages = stack.deployment.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=stack.journal, Prefix=f"t/{TENANT}/journal/")
    return {item["Key"] for page in found for item in page.get("Contents", [])}


def versions_of_journal(stack: Running) -> list[str]:
    """The key of every version of the tenant's journal segments."""
    pages = stack.deployment.client("s3").get_paginator("list_object_versions")
    found = pages.paginate(Bucket=stack.journal, Prefix=f"t/{TENANT}/journal/")
    return [item["Key"] for page in found for item in page.get("Versions", [])]


def assert_balanced(stack: Running) -> None:
    """In every run in = out, duplicates and shredded together; the log has as much, and nothing of it twice."""
    tenant, kept = TenantId(TENANT), ledger(stack)
    pages = stack.deployment.client("dynamodb").get_paginator("query")
    found = pages.paginate(
        TableName=str(stack.document["tables"]["ledger"]),
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": runs_partition(tenant)}},
    )
    runs = [json.loads(item["told"]["B"]) for page in found for item in page["Items"]]  # an open one tells nothing
    versions = Counter(versions_of_journal(stack))
    for run in runs:
        assert run["events_in"] == run["out"] + run["duplicates"] + run["shredded"], run
        # Somebody with administrator rights may have put forged versions over segments: these alone are set aside.
        assert all(versions[key] > 1 for key in run["quarantined"]), run["quarantined"]
    assert kept.open_run(tenant) is None
    head = kept.head(tenant)
    assert head.size == head.published
    ids = Counter(each for entry in kept.entries(tenant, 0, head.size) for each in event_ids(stack, json.loads(entry)))
    assert [each for each, times in ids.items() if times > 1] == []
    assert len(ids) == sum(run["out"] for run in runs)


def event_ids(stack: Running, manifest: dict[str, Any]) -> list[str]:
    """The events of a segment, by its footer."""
    answer = stack.deployment.client("s3").get_object(
        Bucket=manifest["bucket"], Key=manifest["key"], VersionId=manifest["version_id"]
    )
    data = answer["Body"].read()
    return list(read_footer(Source(len(data), lambda at, length: data[at : at + length])).event_ids)


def status(client: Any, arn: str) -> str:
    return str(client.describe_execution(executionArn=arn)["status"])


def entered(client: Any, arn: str, state: str) -> bool:
    """Whether an execution has come to a state."""
    events = client.get_execution_history(executionArn=arn)["events"]
    names = [event.get("stateEnteredEventDetails", {}).get("name") for event in events]
    return state in names or status(client, arn) != "RUNNING"
