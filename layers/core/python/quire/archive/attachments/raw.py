"""One archived event, found by the place its row or its work names."""

from __future__ import annotations

from quire.archive.ciphers import Ciphers
from quire.archive.entries import StoredEvent
from quire.archive.segment_reader import Source, open_segment
from quire.aws.journal import Journal
from quire.domain.attachments import RawAt
from quire.domain.errors import CorruptError, MalformedError
from quire.domain.ids import TenantId


def archived(journal: Journal, ciphers: Ciphers, tenant: TenantId, at: RawAt) -> StoredEvent:
    """The event with its raw.

    Raises:
        MalformedError: the place is none of the tenant's segments.
        NotFoundError, CorruptError: it is not there.
        UnavailableError: S3 did not answer.
    """
    if not journal.is_segment_of(tenant, at.bucket, at.key):
        raise MalformedError("the work points outside of its tenant's segments")
    size = journal.size(at.key, at.version_id)
    source = Source(size, lambda offset, length: journal.read_range(at.key, at.version_id, offset, length))
    for stored in open_segment(source, tenant, ciphers).frame(at.frame):
        if stored.event.get("event_id") == at.event_id:
            return stored
    raise CorruptError("the frame does not hold the event")
