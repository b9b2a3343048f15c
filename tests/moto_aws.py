"""The stores' AWS, in memory: buckets, tables, stream and queue as the stacks make them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from threading import RLock
from typing import Any

import pytest
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler

from quire.aws.attachment_queue import AttachmentQueue
from quire.aws.control import Control
from quire.aws.directory import Directory
from quire.aws.event_rows import EventRows
from quire.aws.journal import Journal, Lock
from quire.aws.notices import SegmentNotices
from quire.aws.secrets import Secrets
from quire.aws.sessions import Aws
from quire.aws.stream import CaptureStream

NOW = datetime(2026, 3, 2, 9, 14, 5, tzinfo=UTC)
BUCKET = "journal"
_CALLED = RLock()


class Clock:
    """Monotonic seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Stack:
    """The typed stores over one mocked account."""

    aws: Aws
    clock: Clock
    control: Control
    directory: Directory
    rows: EventRows
    journal: Journal
    stream: CaptureStream
    notices: SegmentNotices
    secrets: Secrets
    queue_url: str
    files: AttachmentQueue
    files_url: str

    def work(self) -> list[dict[str, Any]]:
        """Work for the attachment queue that waits, as records of an SQS event; the queue counts it as received."""
        answer = self.aws.sqs.receive_message(
            QueueUrl=self.files_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
            MessageAttributeNames=["All"],
        )
        return [_record(message) for message in answer.get("Messages", [])]

    def sent(self) -> list[str]:
        """Bodies of the notices sent since the last look."""
        answer = self.aws.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=3600)
        return [message["Body"] for message in answer.get("Messages", [])]

    def records(self) -> list[bytes]:
        """All records on the stream."""
        shard = self.aws.kinesis.list_shards(StreamName="capture")["Shards"][0]["ShardId"]
        start = self.aws.kinesis.get_shard_iterator(
            StreamName="capture", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )
        answer = self.aws.kinesis.get_records(ShardIterator=start["ShardIterator"])
        return [record["Data"] for record in answer["Records"]]


@contextmanager
def stack() -> Iterator[Stack]:
    """A fresh account with everything in place."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            patch.setenv(name, "testing")
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_CA_BUNDLE", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        patch.setattr(DynamoHandler, "call_action", _at_once(DynamoHandler.call_action))
        aws = _clients()
        _make_tables(aws)
        aws.s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        aws.kinesis.create_stream(StreamName="capture", ShardCount=1)
        queue_url = aws.sqs.create_queue(QueueName="segments")["QueueUrl"]
        files_url = aws.sqs.create_queue(QueueName="attachments")["QueueUrl"]
        clock = Clock()
        yield Stack(
            aws=aws,
            clock=clock,
            control=Control(aws.dynamodb, "control"),
            directory=Directory(aws.dynamodb, "control"),
            rows=EventRows(aws.dynamodb, "events"),
            journal=Journal(aws.s3, BUCKET, Lock("GOVERNANCE", 30)),
            stream=CaptureStream(aws.kinesis, "capture"),
            notices=SegmentNotices(aws.sqs, queue_url),
            secrets=Secrets(aws.secrets, "test", clock),
            queue_url=queue_url,
            files=AttachmentQueue(aws.sqs, files_url, clock),
            files_url=files_url,
        )


def _record(message: Any) -> dict[str, Any]:
    """A message as SQS hands it to a function."""
    told = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {name: {"stringValue": value["StringValue"]} for name, value in told.items()},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:attachments",
    }


def _at_once(call: Callable[..., Any]) -> Callable[..., Any]:
    """DynamoDB checks a condition, writes, and answers with what it wrote in one step. In moto, threads may change
    between these: it then answers with what others wrote, and a transaction that fails takes that back."""

    def locked(*arguments: Any, **named: Any) -> Any:
        with _CALLED:
            return call(*arguments, **named)

    return locked


@cache
def _clients() -> Aws:
    """Clients cost more than what they are used for; moto answers old ones as well."""
    return Aws("us-east-1")


def _make_tables(aws: Aws) -> None:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    strings = [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}]
    for name in ("control", "audit", "keys", "ledger", "limits"):
        aws.dynamodb.create_table(
            TableName=name,
            KeySchema=keys,  # type: ignore[arg-type]
            AttributeDefinitions=strings,  # type: ignore[arg-type]
            BillingMode="PAY_PER_REQUEST",
        )
    aws.dynamodb.create_table(
        TableName="events",
        KeySchema=keys,  # type: ignore[arg-type]
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "channel", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "timeline",
                "KeySchema": [
                    {"AttributeName": "channel", "KeyType": "HASH"},
                    {"AttributeName": "at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
