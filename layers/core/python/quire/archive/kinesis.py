"""A Kinesis batch as Lambda hands it over, and the answer it understands.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from quire.archive.batch import Outcome, StreamRecord


def stream_records(event: Mapping[str, Any]) -> list[StreamRecord]:
    """The records of a batch, in stream order."""
    return [_record(record) for record in event.get("Records", [])]


def batch_response(outcome: Outcome, records: Sequence[StreamRecord]) -> dict[str, list[dict[str, str]]]:
    """Where the stream has to go on: at the first failed record, everything behind it included."""
    if outcome.failed is None:
        return {"batchItemFailures": []}
    return {"batchItemFailures": [{"itemIdentifier": records[outcome.failed].sequence}]}


def _record(record: Mapping[str, Any]) -> StreamRecord:
    """``eventID`` is ``<shard>:<sequence number>``."""
    kinesis = record["kinesis"]
    return StreamRecord(
        shard=record["eventID"].partition(":")[0],
        sequence=kinesis["sequenceNumber"],
        data=base64.b64decode(kinesis["data"]),
        arrived_at=datetime.fromtimestamp(float(kinesis["approximateArrivalTimestamp"]), UTC),
    )
