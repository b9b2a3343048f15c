"""The commands about a running deployment: finding it, its users, what it says, and sending things again."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from quire.cli import deployment, replay
from quire.cli.deployment import Deployment, NoDeploymentError
from quire.cli.main import app
from quire.cli.status import Report
from quire.cli.token import NoSuchUserError, password_of

STACK = {
    "admin": {"accessKeyId": "AKIATEST", "secretAccessKey": "secret"},
    "region": "us-east-1",
    "aws_endpoint": "https://localhost:4580",
    "ca_bundle": "bundle.pem",
    "search": "http://127.0.0.1:9280",
    "tenants": [{"tenantId": "meridian", "users": [{"email": "a@b.example", "password": "pass", "role": "auditor"}]}],
}


def test_the_stack_file_is_found_from_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(json.dumps(STACK), "utf-8")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.delenv("QUIRE_STACK", raising=False)
    monkeypatch.chdir(below)

    found = deployment.find()

    assert found.tenants == ["meridian"]
    assert found.folder == (tmp_path / ".local").resolve()
    assert password_of(found, "a@b.example") == "pass"


def test_without_a_stack_the_way_to_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUIRE_STACK", str(tmp_path / "none.json"))

    with pytest.raises(NoDeploymentError, match="make up"):
        deployment.find()
    result = CliRunner().invoke(app, ["token", "--user", "a@b.example"])
    assert result.exit_code == 1
    assert "make up" in result.output


@pytest.mark.parametrize("content", ["no json", "{}", "[]", '{"admin": {}}'])
def test_a_broken_stack_file_is_said_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    file = tmp_path / "stack.json"
    file.write_text(content, "utf-8")
    monkeypatch.setenv("QUIRE_STACK", str(file))

    with pytest.raises(NoDeploymentError, match="is not a stack file"):
        deployment.find()


def test_an_unknown_user_is_told_who_is_known() -> None:
    with pytest.raises(NoSuchUserError, match=r"known: a@b\.example"):
        password_of(Deployment("local", boto3.Session(), STACK), "nobody@b.example")


def test_a_report_ends_with_what_to_look_at() -> None:
    report = Report()
    report.add("Flow", "dead letters", 3)
    assert report.text() == "Flow\n  dead letters  3\n\nAll is well."

    report.problems.append("3 dead letters")
    assert report.text().endswith("Look at:\n  - 3 dead letters")


def failed_batch(*records: tuple[str, bytes]) -> bytes:
    """Lambda's invocation record of a failed stream batch."""
    payload = {
        "Records": [
            {"kinesis": {"partitionKey": key, "data": base64.b64encode(data).decode()}} for key, data in records
        ]
    }
    return json.dumps(
        {"requestContext": {"condition": "RetryAttemptsExhausted"}, "payload": json.dumps(payload)}
    ).encode()


def test_a_given_up_batch_gives_its_records_back() -> None:
    records = list(replay.batch_records(failed_batch(("meridian#0", b"one"), ("meridian#0", b"two"))))

    assert records == [
        {"Data": b"one", "PartitionKey": "meridian#0"},
        {"Data": b"two", "PartitionKey": "meridian#0"},
    ]
    assert list(replay.batch_records(b'{"KinesisBatchInfo": {}}')) == []


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """A deployment's queues, bucket and stream."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        session = boto3.Session(region_name="us-east-1")
        session.client("s3").create_bucket(Bucket="failures")
        session.client("kinesis").create_stream(StreamName="capture", ShardCount=1)
        sqs = session.client("sqs")
        outputs = {
            "FailureBucket": "failures",
            "CaptureStream": "capture",
            "SegmentQueueUrl": sqs.create_queue(QueueName="segments")["QueueUrl"],
            "SegmentDeadLetterQueueUrl": sqs.create_queue(QueueName="dead")["QueueUrl"],
        }
        found = Deployment("dev", session)
        object.__setattr__(found, "outputs", outputs)
        yield found


def test_dead_letters_go_back_to_their_queue(aws: Deployment) -> None:
    sqs = aws.client("sqs")
    for number in range(12):
        sqs.send_message(QueueUrl=aws.outputs["SegmentDeadLetterQueueUrl"], MessageBody=f"notice {number}")

    assert replay.redrive(aws) == 12
    assert replay.redrive(aws) == 0
    attributes = sqs.get_queue_attributes(QueueUrl=aws.outputs["SegmentQueueUrl"], AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessages"] == "12"


def test_a_given_up_batch_is_sent_again_once(aws: Deployment) -> None:
    body = failed_batch(("meridian#0", b"one"), ("meridian#0", b"two"))
    aws.client("s3").put_object(Bucket="failures", Key="aws/lambda/1/batch", Body=body)

    assert [replay.resend(aws, key) for key in replay.given_up(aws)] == [2]
    assert list(replay.given_up(aws)) == []
    assert records_of(aws) == [b"one", b"two"]


def records_of(aws: Deployment) -> list[bytes]:
    kinesis: Any = aws.client("kinesis")
    shard = kinesis.list_shards(StreamName="capture")["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(StreamName="capture", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return [record["Data"] for record in kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]]
