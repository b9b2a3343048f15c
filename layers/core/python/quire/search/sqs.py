"""A batch of segment notices, as SQS hands it to a function, and the answer that says which have to come again."""

import logging
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from quire.aws.notices import Notice, read_notice
from quire.domain.errors import UnavailableError
from quire.search.indexer import DocumentsRefusedError, Indexed

_AT_A_TIME = 2
logger = logging.getLogger(__name__)


@dataclass
class Batch:
    """What became of a batch: one :class:`Indexed` a notice that went through, the message ids of the others.

    ``refused`` documents of notices that failed for nothing but them.
    """

    indexed: list[Indexed] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    refused: int = 0

    @property
    def response(self) -> dict[str, Any]:
        """The partial batch response: a failed notice comes again, and goes to the dead letters in the end."""
        return {"batchItemFailures": [{"itemIdentifier": message} for message in self.failed]}


def index_batch(event: Mapping[str, Any], index: Callable[[Notice], Indexed]) -> Batch:
    """Index the segments of all notices, two at a time: one computes while the engine takes what the other sent. One
    that cannot be indexed fails alone; when something does not answer, the rest is not tried."""
    records = event.get("Records", ())
    batch, unavailable = Batch(), threading.Event()

    def outcome(record: Mapping[str, Any]) -> Indexed | Exception | None:
        if unavailable.is_set():
            return None
        try:
            return index(read_notice(record["body"]))
        except Exception as error:  # noqa: BLE001 - the process edge: one notice's fault is not its neighbours'
            if isinstance(error, UnavailableError):
                unavailable.set()
            return error

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        for record, done in zip(records, pool.map(outcome, records), strict=True):
            if isinstance(done, Indexed):
                batch.indexed.append(done)
                continue
            batch.failed.append(record["messageId"])
            if done is not None:
                batch.refused += done.count if isinstance(done, DocumentsRefusedError) else 0
                _log(record["messageId"], done)
    return batch


def retry_soon(event: Mapping[str, Any], batch: Batch, soon: Callable[[Mapping[str, Any]], None]) -> None:
    """Let every failed notice come again before the queue would give it back by itself (``soon`` is told its record).

    What cannot be arranged is only logged: the notice comes all the same, later.
    """
    for record in event.get("Records", ()):
        if record["messageId"] in batch.failed:
            try:
                soon(record)
            except UnavailableError:
                logger.warning("failed notice comes late", extra={"notice": record["messageId"]})


def _log(message: str, error: Exception) -> None:
    """Only classes and places: the text of an error may quote what a customer wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    logger.error(
        "notice failed",
        extra={
            "notice": message,
            "error": type(error).__name__,
            "cause": type(error.__cause__).__name__ if error.__cause__ else None,
            "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        },
    )
