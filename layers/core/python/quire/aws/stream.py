"""The capture stream: deliveries on their way to the archive, in order within a tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quire.aws.errors import translated
from quire.aws.layout import stream_partition
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

MAX_RECORD_BYTES = 900_000
"""Largest record we put (a stream takes 1 MiB with its partition key); what is larger goes to S3 with a pointer."""


class CaptureStream:
    """Puts records (:meth:`quire.domain.delivery.Delivery.record`)."""

    def __init__(self, client: KinesisClient, stream: str) -> None:
        self._client = client
        self._stream = stream

    def put(self, tenant: TenantId, record: bytes) -> str:
        """Put one record; its sequence number, once the stream has it for good.

        Raises:
            UnavailableError: nothing is known about the write.
        """
        with translated("kinesis PutRecord"):
            answer = self._client.put_record(
                StreamName=self._stream, Data=record, PartitionKey=stream_partition(tenant)
            )
        return answer["SequenceNumber"]
