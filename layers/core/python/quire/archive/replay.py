"""Use case: put a quarantined record back on the stream, once whatever stopped it is repaired."""

from __future__ import annotations

from quire.archive.quarantine import Quarantine
from quire.aws.stream import CaptureStream
from quire.domain.delivery import Delivery, read_header
from quire.domain.errors import MalformedError, NotFoundError
from quire.domain.ids import TenantId

REPLAYED_FROM = "replayed_from"
"""Key of ``header.context`` that tells a record put back from one that came in."""


def replay(quarantine: Quarantine, stream: CaptureStream, tenant: TenantId, key: str) -> str:
    """Put a quarantined record of the tenant back on the stream, marked; its new sequence number.

    The record stays in quarantine: it is evidence too. A second replay archives nothing twice.

    Raises:
        NotFoundError: the tenant has no such record.
        MalformedError: its header cannot be read, so nothing could come of it.
        UnavailableError: nothing is known about the write.
    """
    if all(found.key != key for found in quarantine.listed(tenant)):
        raise NotFoundError("no such quarantined record")
    header, body = read_header(quarantine.record(key))
    if header.tenant_id != tenant:
        raise MalformedError("the record names another tenant")
    marked = header.model_copy(update={"context": {**header.context, REPLAYED_FROM: key}})
    return stream.put(tenant, Delivery(header=marked, body=body).record())
