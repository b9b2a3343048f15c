"""A batch of the attachment queue, as SQS hands it to a function, and the answer that says which have to come again."""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quire.archive.attachments.fetch import FileFetcher, Result
from quire.archive.attachments.reasons import not_had
from quire.aws.attachment_queue import TRIES, AttachmentQueue, attempts, receives
from quire.domain.attachments import WantedFile, read_wanted
from quire.domain.errors import BusyError, UnavailableError

_log = logging.getLogger(__name__)


@dataclass
class Batch:
    """What became of a batch: how the work ended, what was put off, the message ids of what failed.

    ``failures`` counts by reason what was stated as failed.
    """

    endings: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    stored_bytes: int = 0
    put_off: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def response(self) -> dict[str, Any]:
        """The partial batch response: failed work comes again, and goes to the dead letters in the end."""
        return {"batchItemFailures": [{"itemIdentifier": message} for message in self.failed]}

    def counts(self) -> dict[str, int]:
        """What is counted of every batch, by metric name."""
        return {
            "attachments_captured": self.endings["captured"],
            "attachments_failed": self.endings["failed"],
            "attachments_known": self.endings["known"],
            "attachments_put_off": self.put_off,
            "attachments_retried": len(self.failed),
            "attachment_bytes": self.stored_bytes,
        }

    def take(self, result: Result) -> None:
        """Count a piece of work that ended."""
        self.endings[result.ending] += 1
        self.stored_bytes += result.size
        if result.reason is not None:
            self.failures[result.reason] += 1


def fetch_batch(event: Mapping[str, Any], fetcher: FileFetcher, queue: AttachmentQueue) -> Batch:
    """Fetch the files of all messages; one that cannot be had fails alone."""
    batch = Batch()
    for record in event.get("Records", ()):
        try:
            _work(record, fetcher, queue, batch)
        except Exception as error:  # noqa: BLE001 - the process edge: one file's fault is not its neighbours'
            batch.failed.append(record["messageId"])
            _tell(record["messageId"], error)
            _later(record, queue)
    return batch


def _work(record: Mapping[str, Any], fetcher: FileFetcher, queue: AttachmentQueue, batch: Batch) -> None:
    """One piece of work. What is raised makes it come again; the last time, how it ended is stated first."""
    wanted = read_wanted(record["body"])
    try:
        batch.take(fetcher.fetch(wanted, attempts(record)))
    except BusyError as error:
        if not queue.put_off(record, error.seconds):
            _give_up(record, wanted, error, fetcher, batch)
            raise
        batch.put_off += 1
    except Exception as error:
        _give_up(record, wanted, error, fetcher, batch)
        raise


def _give_up(
    record: Mapping[str, Any], wanted: WantedFile, error: Exception, fetcher: FileFetcher, batch: Batch
) -> None:
    """State the failure, when the queue gives the work out for the last time; it is kept with the dead letters."""
    if receives(record) >= TRIES:
        batch.take(fetcher.state_failure(wanted, not_had(error).reason, attempts(record)))


def _later(record: Mapping[str, Any], queue: AttachmentQueue) -> None:
    try:
        queue.later(record)
    except UnavailableError:
        _log.warning("failed work comes late", extra={"work": record["messageId"]})


def _tell(message: str, error: Exception) -> None:
    """Only classes and places: the text of an error may quote what a customer wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    _log.error(
        "work failed",
        extra={
            "work": message,
            "error": type(error).__name__,
            "reason": not_had(error).reason,
            "cause": type(error.__cause__).__name__ if error.__cause__ else None,
            "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        },
    )
