"""The search side's use cases, and the parts that the API builds its readers from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from quire.archive.ciphers import Ciphers
    from quire.archive.segment_reader import SegmentReader
    from quire.aws.journal import Journal
    from quire.aws.notices import NoticeRetries
    from quire.aws.sessions import Aws
    from quire.domain.ids import TenantId
    from quire.search.documents import Known
    from quire.search.engine import Engine
    from quire.search.indexer import Indexer
    from quire.search.known import KnownEvents, SegmentEvents
    from quire.search.sqs import Batch


def now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


def engine_of(aws: Aws) -> Engine:
    """The search engine, asked with an identity's credentials where requests are signed."""
    from quire.config import settings
    from quire.search.engine import connect

    known = settings()
    credentials = aws.signing_credentials if known.search_signed else None
    return connect(known.need("search_endpoint"), region=known.region, credentials=credentials)


def segment_events(
    journal: Journal, ciphers: Callable[[TenantId], Ciphers], sealed: Journal | None = None
) -> SegmentEvents:
    """Segments of the journal, and of the archive where ``sealed`` reads its bucket; ``ciphers`` opens those of a
    tenant. All of a segment's events are those whose subjects' keys are still there."""
    from quire.aws.layout import is_archive_segment
    from quire.domain.errors import GoneError
    from quire.search.known import SegmentEvents

    def bucket_of(key: str) -> Journal:
        return sealed if sealed is not None and is_archive_segment(key) else journal

    def all_of(key: str, version_id: str) -> Iterable[Known]:
        reader = _reader(bucket_of(key), ciphers, key, version_id)
        for number in range(len(reader.footer.frames)):
            with suppress(GoneError):  # erased: nobody can read it, and nothing of it is to be found
                yield from [_known(each, key, version_id, number) for each in reader.events(number)]

    def frame_of(key: str, version_id: str, number: int) -> Iterable[Known]:
        for each in _reader(bucket_of(key), ciphers, key, version_id).events(number):
            yield _known(each, key, version_id, number)

    return SegmentEvents(all_of, frame_of)


def known_events(aws: Aws, journal: Journal, ciphers: Callable[[TenantId], Ciphers]) -> KnownEvents:
    """The events of messages, read with an identity's credentials."""
    from quire.aws.event_rows import EventRows
    from quire.config import settings
    from quire.search.known import KnownEvents

    known = settings()
    rows = EventRows(aws.dynamodb, known.need("events_table"))
    return KnownEvents(rows, segment_events(journal, ciphers), known.event_ttl_days)


def opened(_: TenantId) -> Ciphers:
    """Opens any tenant's segments, as the function itself."""
    from quire.bootstrap.keys import opening

    return opening()


@cache
def indexer() -> Indexer:
    """Indexes segments of any tenant."""
    from quire.aws.directory import Directory
    from quire.aws.index_placements import IndexPlacements
    from quire.aws.memberships import Memberships
    from quire.bootstrap.archive import journal
    from quire.config import settings
    from quire.search.indexer import Indexer

    aws, control = patient(), settings().need("control_table")
    return Indexer(
        segment_events(journal(), opened),
        known_events(aws, journal(), opened),
        Directory(aws.dynamodb, control),
        Memberships(aws.dynamodb, control),
        engine_of(aws),
        now,
        IndexPlacements(aws.dynamodb, control),
    )


@cache
def notice_retries() -> NoticeRetries:
    """Lets failed notices come again soon."""
    from quire.aws.notices import NoticeRetries

    return NoticeRetries(patient().sqs)


def index_segments(event: Mapping[str, Any]) -> Batch:
    """Index the segments that a batch of notices tells of, as Lambda hands it over."""
    from quire.search.sqs import index_batch, retry_soon

    batch = index_batch(event, indexer().index)
    retry_soon(event, batch, notice_retries().soon)
    return batch


def _reader(journal: Journal, ciphers: Callable[[TenantId], Ciphers], key: str, version_id: str) -> SegmentReader:
    from quire.archive.segment_reader import Source, open_segment
    from quire.aws.layout import tenant_of_key

    size = journal.size(key, version_id)
    source = Source(size, lambda offset, length: journal.read_range(key, version_id, offset, length))
    tenant = tenant_of_key(key)
    return open_segment(source, tenant, ciphers(tenant))


def _known(event: Mapping[str, Any], key: str, version_id: str, number: int) -> Known:
    from quire.domain.events import event_from_json
    from quire.search.documents import Known

    return Known(event_from_json(event), key, version_id, number, event)
