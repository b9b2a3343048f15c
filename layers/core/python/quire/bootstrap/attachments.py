"""The use case of fetching files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient

if TYPE_CHECKING:
    from pathlib import Path

    from quire.archive.attachments.ciphers import BlobCipher
    from quire.archive.attachments.fetch import FileFetcher, Platform
    from quire.archive.attachments.work import Batch
    from quire.aws.attachment_queue import AttachmentQueue
    from quire.aws.blobs import Blobs
    from quire.aws.sessions import Aws
    from quire.domain.attachments import WantedFile
    from quire.domain.calls import Call
    from quire.enrichment.reading import Reading


def locked_blobs(aws: Aws) -> Blobs:
    """The bytes of files, with the retention this deployment writes."""
    from quire.aws.blobs import Blobs
    from quire.bootstrap.archive import lock_of
    from quire.config import settings

    known = settings()
    return Blobs(aws.s3, known.need("archive_bucket"), lock_of(known.archive_lock_mode, known.archive_lock_days))


@cache
def attachment_queue() -> AttachmentQueue:
    """The queue of files to fetch."""
    from quire.aws.attachment_queue import AttachmentQueue
    from quire.config import settings

    return AttachmentQueue(patient().sqs, settings().need("attachment_queue_url"))


@cache
def file_fetcher() -> FileFetcher:
    """Fetches files of any platform."""
    from quire.archive.attachments.fetch import FileFetcher, Stores
    from quire.aws.deliveries import Deliveries
    from quire.aws.event_rows import EventRows
    from quire.aws.stream import CaptureStream
    from quire.bootstrap.archive import journal
    from quire.bootstrap.keys import sealing
    from quire.config import settings

    known, aws = settings(), patient()
    stores = Stores(
        journal=journal(),
        rows=EventRows(aws.dynamodb, known.need("events_table")),
        blobs=locked_blobs(aws),
        frames=sealing(),
        cipher=_blob_cipher(),
        put=Deliveries(journal(), CaptureStream(aws.kinesis, known.need("capture_stream"))).put,
    )
    return FileFetcher(stores, platform_of, _read_file, lambda: datetime.now(UTC), known.attachment_max_bytes)


def _blob_cipher() -> BlobCipher:
    """Seals files; where the deployment has no keys, keeps them as they are."""
    from quire.archive.attachments.ciphers import PlainBlobs, SubjectBlobs
    from quire.bootstrap.keys import sealing_keys
    from quire.config import settings

    return SubjectBlobs(sealing_keys()) if settings().keys_table else PlainBlobs()


def fetch_attachments(event: Mapping[str, Any]) -> Batch:
    """Fetch the files that a batch of work asks for, as Lambda hands it over."""
    from quire.archive.attachments.work import fetch_batch

    return fetch_batch(event, file_fetcher(), attachment_queue())


def platform_of(wanted: WantedFile) -> Platform:
    """Where the files of a connection are had.

    Raises:
        OutOfReachError: the connection is no more, or its platform's files are not fetched.
    """
    from quire.archive.attachments.fetch import Platform
    from quire.bootstrap.connections import outside as open_platform
    from quire.bootstrap.connections import report_lost
    from quire.bootstrap.tenants import control
    from quire.connectors.outward import Inline
    from quire.connectors.registry import connector
    from quire.domain.errors import GrantLostError, OutOfReachError

    connection, fetch = control().connection(wanted.tenant_id, wanted.connection_id), connector(wanted.platform).fetch
    if connection is None or connection.platform != wanted.platform or fetch is None:
        raise OutOfReachError("no_source", "there is nobody to ask")
    outside = open_platform(connection, "backfill" if wanted.source == "backfill" else "live")

    def where(work: WantedFile, raw: bytes) -> Call | bytes:
        try:
            found = fetch(work, raw, outside, connection.configuration)
        except GrantLostError as error:
            report_lost(connection, error.detail)
            raise
        return found.data if isinstance(found, Inline) else found

    return Platform(where, outside)


def _read_file(path: Path, name: str | None, declared: str | None) -> Reading:
    """Loaded when the first file is there: its libraries are in a layer of this function alone."""
    from quire.enrichment.read_file import read_file

    return read_file(path, name, declared)
