"""``quire replay``: what was given up or put aside goes through once more, after its cause was removed.

Three places: dead letters (segment notices, connections' tasks), batches of the stream that exhausted their tries (in
the failure bucket) and quarantined records. Everything behind them is idempotent, so a replay never archives anything
twice.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quire.aws.journal import Journal, Lock
from quire.bootstrap.archive import replay as replay_record
from quire.cli.deployment import Deployment
from quire.domain.ids import TenantId

DONE = "replayed/"
"""Prefix of the failure bucket's objects that were replayed; they are kept until the bucket's lifecycle ends them."""
_MOST = 500
"""Records that one PutRecords takes (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html)."""
_NOT_WRITTEN = Lock("GOVERNANCE", 0)


class NotTakenError(Exception):
    """The stream did not take some records again; run it once more."""


@dataclass(frozen=True)
class Replayed:
    """How many of each went through again."""

    dead_letters: int = 0
    records: int = 0
    quarantined: int = 0

    def __str__(self) -> str:
        return (
            f"{self.dead_letters} dead letters, {self.records} records of given-up batches, "
            f"{self.quarantined} quarantined records sent again"
        )


def replay(deployment: Deployment, tenants: list[str], *, quarantined: bool) -> Replayed:
    """Send everything again; quarantined records of ``tenants`` only when asked for, since they may fail again."""
    deployment.enter()
    return Replayed(
        dead_letters=redrive(deployment),
        records=sum(resend(deployment, key) for key in given_up(deployment)),
        quarantined=sum(release(deployment, tenant) for tenant in tenants) if quarantined else 0,
    )


def redrive(deployment: Deployment) -> int:
    """Move every dead letter, notices of segments and tasks of connections, back to its queue; how many."""
    return sum(
        _redrive(deployment, deployment.outputs[f"{name}DeadLetterQueueUrl"], deployment.outputs[f"{name}QueueUrl"])
        for name in ("Segment", "Task")
        if f"{name}DeadLetterQueueUrl" in deployment.outputs
    )


def _redrive(deployment: Deployment, dead: str, alive: str) -> int:
    client, moved = deployment.client("sqs"), 0
    while True:
        letters = client.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        if not letters:
            return moved
        for letter in letters:
            client.send_message(QueueUrl=alive, MessageBody=letter["Body"])
            client.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])
            moved += 1


def given_up(deployment: Deployment) -> Iterator[str]:
    """Keys of the invocation records in the failure bucket that were not replayed yet."""
    pages = deployment.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=deployment.outputs["FailureBucket"]):
        for item in page.get("Contents", []):
            if not item["Key"].startswith(DONE):
                yield item["Key"]


def resend(deployment: Deployment, key: str) -> int:
    """Put the records of one given-up batch back on the stream, and mark the batch as done; how many records.

    The object is Lambda's invocation record of a stream's failed batch
    (https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html).

    Raises:
        NotTakenError: the stream did not take all of them; the batch stays where it is.
    """
    client, bucket = deployment.client("s3"), deployment.outputs["FailureBucket"]
    records = list(batch_records(client.get_object(Bucket=bucket, Key=key)["Body"].read()))
    stream = deployment.client("kinesis")
    for start in range(0, len(records), _MOST):
        answer = stream.put_records(
            StreamName=deployment.outputs["CaptureStream"], Records=records[start : start + _MOST]
        )
        if answer["FailedRecordCount"]:
            raise NotTakenError(f"{answer['FailedRecordCount']} records of {key} were not taken")
    client.copy_object(Bucket=bucket, Key=DONE + key, CopySource={"Bucket": bucket, "Key": key})
    client.delete_object(Bucket=bucket, Key=key)
    return len(records)


def batch_records(document: bytes) -> Iterator[dict[str, Any]]:
    """The stream records in an invocation record, as PutRecords takes them; none where it carries no payload."""
    payload = json.loads(document).get("payload")
    event = json.loads(payload) if isinstance(payload, str) else payload
    for record in (event or {}).get("Records", []):
        yield {
            "Data": base64.b64decode(record["kinesis"]["data"]),
            "PartitionKey": record["kinesis"]["partitionKey"],
        }


def release(deployment: Deployment, tenant: str) -> int:
    """Put every quarantined record of a tenant back on the stream; how many. They stay in quarantine, as evidence."""
    journal = Journal(deployment.client("s3"), deployment.outputs["JournalBucket"], _NOT_WRITTEN)
    keys = [found.key.removesuffix(".json") for found in journal.quarantined(TenantId(tenant))]
    for key in keys:
        replay_record(TenantId(tenant), key)
    return len(keys)
