"""Messages of the task queue, as Lambda hands them over; only those that a store's outage met come again."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from quire.aws.notices import NoticeRetries
from quire.aws.task_queue import read_task
from quire.connections.run_task import Outcome, TaskRunner
from quire.domain.errors import UnavailableError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ran:
    """One message: which task (``other`` where the platform has none of that name), how it ended, in ``seconds``."""

    task: str
    outcome: Outcome
    seconds: float


@dataclass
class TaskBatch:
    """What became of a batch; ``failed`` are the messages that come again, or become dead letters."""

    ran: list[Ran] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def response(self) -> dict[str, list[dict[str, str]]]:
        """The answer to Lambda."""
        return {"batchItemFailures": [{"itemIdentifier": message} for message in self.failed]}


def run_batch(
    runner: TaskRunner, retries: NoticeRetries, event: Mapping[str, Any], remaining: Callable[[], float]
) -> TaskBatch:
    """Run each message's task. Never raises: what cannot be run now, or read at all, is among the failed."""
    batch = TaskBatch()
    for record in event["Records"]:
        before = remaining()
        try:
            wanted = read_task(record["body"])
            outcome = runner.run(wanted, _sent_at(record), remaining)
        except Exception as error:  # noqa: BLE001 - the edge: an error's text may hold what no log may
            _log_fault(error)
            batch.failed.append(record["messageId"])
            _soon(retries, record)
            continue
        known = outcome.word not in {"unknown_task", "not_at_work"}
        batch.ran.append(Ran(wanted.task if known else "other", outcome, before - remaining()))
    return batch


def _sent_at(record: Mapping[str, Any]) -> datetime | None:
    sent = record.get("attributes", {}).get("SentTimestamp")
    return datetime.fromtimestamp(int(sent) / 1000, UTC) if sent else None


def _soon(retries: NoticeRetries, record: Mapping[str, Any]) -> None:
    try:
        retries.soon(record)
    except UnavailableError as error:  # it comes after the visibility time-out
        _log.warning("a message's retry is late", extra={"error": type(error).__name__})


def _log_fault(error: Exception) -> None:
    places = traceback.extract_tb(error.__traceback__)[-3:]
    where = [f"{PurePath(place.filename).name}:{place.lineno}" for place in places]
    _log.error("a task could not be run", extra={"error": type(error).__name__, "where": where})
