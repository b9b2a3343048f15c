"""Stream records into entries: header, body (from S3 where the header points there), events. All that can be wrong
with a record shows here, as :class:`UnreadableError`, before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from quire.archive.batch import Connectors, StreamRecord
from quire.archive.entries import Entry, entry_of
from quire.archive.quarantine import UnreadableError, tenant_of
from quire.aws.journal import Journal
from quire.domain.delivery import Delivery, DeliveryHeader, Pointer, read_header, with_body
from quire.domain.errors import MalformedError, NotFoundError, UnavailableError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from quire.domain.events import Observation


class RecordReader:
    """Reads one record after the other; a failure concerns that record only."""

    def __init__(self, journal: Journal, connectors: Connectors) -> None:
        self._journal = journal
        self._connectors = connectors

    def header(self, record: StreamRecord) -> tuple[TenantId, DeliveryHeader, bytes]:
        """Whose the record is, its header and its body as far as it is in the record.

        Raises:
            UnreadableError: the record tells no tenant.
        """
        try:
            header, body = read_header(record.data)
        except MalformedError as error:
            raise UnreadableError("header", error.detail) from error
        return tenant_of(header), header, body

    def entries(self, tenant: TenantId, header: DeliveryHeader, body: bytes) -> list[Entry]:
        """The events in the record, at least one.

        Raises:
            UnreadableError: none can be made of it; see ``reason``.
            UnavailableError: S3 did not answer.
        """
        normalise = self._connectors.get(header.platform) if header.statement is None else _read_statement
        if normalise is None:
            raise UnreadableError("platform", "no connector for this platform", tenant)
        delivery = self._delivery(tenant, header, body)
        try:
            entries = [entry_of(observation) for observation in normalise(delivery)]
        except UnavailableError:
            raise
        except Exception as error:
            # A connector's fault must cost its own record only; its message may hold customers' words.
            raise UnreadableError("connector", f"normalise failed with {type(error).__name__}", tenant) from error
        if not entries:
            raise UnreadableError("connector", "normalise found nothing, not even something unrecognised", tenant)
        return entries

    def _delivery(self, tenant: TenantId, header: DeliveryHeader, body: bytes) -> Delivery:
        try:
            if header.opened_at is not None:
                opened = orjson.loads(self._fetch(tenant, header.opened_at))
                header = DeliveryHeader.model_validate(header.model_dump(by_alias=True) | {"opened": opened})
            if header.body_at is not None:
                body = self._fetch(tenant, header.body_at)
            return with_body(header, body)
        except (MalformedError, NotFoundError) as error:
            raise UnreadableError("body", error.detail, tenant) from error
        except ValueError as error:  # orjson's and pydantic's errors are ValueErrors
            raise UnreadableError("body", "the decrypted text is not where the header points", tenant) from error

    def _fetch(self, tenant: TenantId, pointer: Pointer) -> bytes:
        if not self._journal.is_delivery_of(tenant, pointer.bucket, pointer.key):
            raise MalformedError("the header points outside of its tenant's deliveries")
        return self._journal.read(pointer.key, pointer.version_id)


def _read_statement(delivery: Delivery) -> list[Observation]:
    """What Quire itself states; a platform's connector knows nothing of it."""
    from quire.archive.attachments.statements import read_statement

    return read_statement(delivery)
