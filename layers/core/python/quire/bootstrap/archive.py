"""The archive side's use cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.archive.archive_events import EventArchiver
    from quire.archive.batch import Outcome
    from quire.archive.journal_segments import JournalSegments
    from quire.archive.quarantine import Quarantine
    from quire.archive.restore import Restored
    from quire.aws.journal import Journal, Lock
    from quire.aws.sessions import Aws
    from quire.domain.ids import TenantId


def lock_of(mode: str, days: int) -> Lock:
    """The Object Lock that writes ask for.

    Raises:
        LookupError: there is no such mode.
    """
    from quire.aws.journal import Lock

    if mode.upper() not in ("GOVERNANCE", "COMPLIANCE"):
        raise LookupError(f"a lock is GOVERNANCE or COMPLIANCE, not {mode}")
    return Lock(cast("Literal['GOVERNANCE', 'COMPLIANCE']", mode.upper()), days)


def locked_journal(aws: Aws) -> Journal:
    """The journal bucket, with the retention this deployment writes."""
    from quire.aws.journal import Journal
    from quire.config import settings

    known = settings()
    return Journal(aws.s3, known.need("journal_bucket"), lock_of(known.journal_lock_mode, known.journal_lock_days))


@cache
def journal() -> Journal:
    """The journal bucket, patiently."""
    return locked_journal(patient())


@cache
def journal_segments() -> JournalSegments:
    """Writes and reads segments."""
    from quire.archive.journal_segments import JournalSegments
    from quire.aws.attachment_queue import AttachmentQueue
    from quire.aws.event_rows import EventRows
    from quire.aws.notices import SegmentNotices
    from quire.bootstrap.keys import sealing
    from quire.config import settings

    known, aws = settings(), patient()
    return JournalSegments(
        journal=journal(),
        rows=EventRows(aws.dynamodb, known.need("events_table")),
        notices=SegmentNotices(aws.sqs, known.need("segment_queue_url")),
        cipher=sealing(),
        row_days=known.event_ttl_days,
        files=AttachmentQueue(aws.sqs, known.attachment_queue_url) if known.attachment_queue_url else None,
    )


@cache
def quarantine() -> Quarantine:
    """Records that could not be archived."""
    from quire.archive.quarantine import Quarantine

    return Quarantine(journal())


@cache
def event_archiver() -> EventArchiver:
    """Archives batches of the capture stream."""
    from quire.archive.archive_events import EventArchiver
    from quire.archive.read_records import RecordReader
    from quire.connectors.registry import CONNECTORS

    connectors = {platform: connector.normalise for platform, connector in CONNECTORS.items()}
    return EventArchiver(RecordReader(journal(), connectors), journal_segments(), quarantine())


def archive_events(event: Mapping[str, Any]) -> tuple[Outcome, dict[str, list[dict[str, str]]]]:
    """Archive one batch, as Lambda hands it over: what became of it, and the answer to give."""
    from quire.archive.kinesis import batch_response, stream_records

    records = stream_records(event)
    outcome = event_archiver().archive(records, datetime.now(UTC))
    return outcome, batch_response(outcome, records)


def restore(tenant: TenantId, under: str = "") -> Iterator[Restored]:
    """Put the rows and send the notices of a tenant's segments again."""
    from quire.archive.restore import restore as restore_segments

    return restore_segments(journal(), journal_segments(), tenant, datetime.now(UTC), under)


def replay(tenant: TenantId, key: str) -> str:
    """Put a quarantined record back on the stream."""
    from quire.archive.replay import replay as replay_record
    from quire.aws.stream import CaptureStream
    from quire.config import settings

    stream = CaptureStream(patient().kinesis, settings().need("capture_stream"))
    return replay_record(quarantine(), stream, tenant, key)
