"""The queue of files to fetch: work sent after the rows, given back later when it could not be done yet."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from quire.aws.errors import translated
from quire.domain.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

TRIES = 5
"""Receives after which the queue moves work to its dead letters; the stack sets the same."""
_MOST_ENTRIES, _MOST_BYTES = 10, 200_000
"""Of one batch (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html)."""
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_DELAY = 60, 2 * 3600, 900
"""Seconds."""
_PATIENCE = 3 * 24 * 3600
"""Seconds for which work that is asked to wait is put off without counting as tried."""
_SINCE, _ATTEMPTS = "since", "attempts"


class AttachmentQueue:
    """Sends work, and lets it come again."""

    def __init__(self, client: SQSClient, queue_url: str, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives seconds since 1970."""
        self._client = client
        self._queue_url = queue_url
        self._clock = clock

    def send(self, bodies: Sequence[str]) -> None:
        """Send work, at least once each.

        Raises:
            UnavailableError: some of it was not taken.
        """
        for batch in _batches(bodies):
            entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)]
            with translated("sqs SendMessageBatch"):
                answer = self._client.send_message_batch(
                    QueueUrl=self._queue_url,
                    Entries=entries,  # type: ignore[arg-type]
                )
            if answer.get("Failed"):
                raise UnavailableError("sqs SendMessageBatch: not all of it was taken")

    def later(self, record: Mapping[str, Any]) -> None:
        """Let an SQS event's record that failed come again after 1 min, later ones after 5, 25 and 120 min.

        Raises:
            UnavailableError: SQS did not answer; the message comes after the visibility time-out.
        """
        pause = min(_FIRST_PAUSE * 5 ** (receives(record) - 1), _LONGEST_PAUSE)
        with translated("sqs ChangeMessageVisibility"):
            self._client.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=pause
            )

    def put_off(self, record: Mapping[str, Any], seconds: float) -> bool:
        """Put a record's work into the queue anew, to come after ``seconds`` (at most 15 min): being asked to wait is
        no failure, and must not use up its tries. ``False``, and nothing done, when it was put off for three days.

        Raises:
            UnavailableError: SQS did not answer.
        """
        now = self._clock()
        since = float(_told(record, _SINCE) or now)
        if now - since > _PATIENCE:
            return False
        told = {_SINCE: f"{since:.0f}", _ATTEMPTS: str(attempts(record))}
        with translated("sqs SendMessage"):
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=record["body"],
                DelaySeconds=max(1, min(math.ceil(seconds), _LONGEST_DELAY)),
                MessageAttributes={name: {"DataType": "Number", "StringValue": value} for name, value in told.items()},
            )
        return True


def receives(record: Mapping[str, Any]) -> int:
    """How often the queue gave this message out, this time included."""
    return int(record["attributes"]["ApproximateReceiveCount"])


def attempts(record: Mapping[str, Any]) -> int:
    """How often the work was begun, this time included."""
    return int(_told(record, _ATTEMPTS) or 0) + receives(record)


def _told(record: Mapping[str, Any], name: str) -> str | None:
    attribute = record.get("messageAttributes", {}).get(name) or {}
    value: str | None = attribute.get("stringValue")
    return value


def _batches(bodies: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if batch and (len(batch) == _MOST_ENTRIES or size + length > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(body)
        size += length
    if batch:
        yield batch
