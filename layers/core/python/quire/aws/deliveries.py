"""Deliveries on their way to the archive: onto the stream, with what is too large for a record beside it in S3."""

from __future__ import annotations

from datetime import datetime

import orjson

from quire.aws.journal import Journal, Stored
from quire.aws.stream import MAX_RECORD_BYTES, CaptureStream
from quire.domain.delivery import Delivery, DeliveryHeader, Pointer


class Deliveries:
    """Puts deliveries on the capture stream; a body too large for it first goes to the journal bucket."""

    def __init__(self, journal: Journal, stream: CaptureStream) -> None:
        self._journal = journal
        self._stream = stream

    def put(self, header: DeliveryHeader, body: bytes, now: datetime) -> None:
        """Keep a delivery: when this returns, the stream has it for good. ``now`` is aware.

        Raises:
            UnavailableError: nothing is known about the write; it may be repeated.
        """
        record = Delivery(header=header, body=body).record()
        if len(record) > MAX_RECORD_BYTES:
            record = self._beside(header, body, now)
        self._stream.put(header.tenant_id, record)

    def _beside(self, header: DeliveryHeader, body: bytes, now: datetime) -> bytes:
        """The record of a delivery whose body, and where even then too large also its decrypted text, lies in S3."""
        put = self._journal.put_delivery
        header = header.model_copy(update={"body_at": _pointer(put(header.tenant_id, header.sha256, body, now))})
        record = Delivery(header=header, body=b"").record()
        if len(record) > MAX_RECORD_BYTES:
            opened = put(header.tenant_id, header.sha256, orjson.dumps(dict(header.opened)), now, ".opened.json")
            header = header.model_copy(update={"opened": {}, "opened_at": _pointer(opened)})
            record = Delivery(header=header, body=b"").record()
        return record


def _pointer(stored: Stored) -> Pointer:
    return Pointer(bucket=stored.bucket, key=stored.key, version_id=stored.version_id)
