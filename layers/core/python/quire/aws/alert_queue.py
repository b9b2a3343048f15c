"""SQS: tenants whose saved searches are to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from quire.aws.errors import translated
from quire.domain.errors import UnavailableError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10


class AlertQueue:
    """Asks for rounds; a message is a tenant's id."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def ask(self, tenants: Sequence[TenantId]) -> None:
        """Ask for a round over each.

        Raises:
            UnavailableError: not all were asked for; ask again, a round too many does no harm.
        """
        for start in range(0, len(tenants), _BATCH):
            batch = tenants[start : start + _BATCH]
            with translated("sqs SendMessageBatch"):
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[{"Id": str(number), "MessageBody": tenant} for number, tenant in enumerate(batch)],
                )
            if answer.get("Failed"):
                raise UnavailableError("sqs SendMessageBatch: some were refused")
