"""The queue of segment notices: "this segment and its rows are there", sent after both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from quire.aws.errors import translated
from quire.domain.errors import MalformedError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_FIRST_PAUSE, _LONGEST_PAUSE = 15, 720
"""Seconds."""


class Notice(BaseModel):
    """Where a sealed segment lies. ``restored``: it is not news, projections are being rebuilt from it."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, validate_by_name=True, extra="forbid")

    schema_name: Literal["quire.notice/1"] = Field(default="quire.notice/1", alias="schema")
    tenant_id: TenantId
    bucket: str
    key: str
    version_id: str
    restored: bool = False

    def text(self) -> str:
        """The message body."""
        return self.model_dump_json(by_alias=True)


def read_notice(body: str) -> Notice:
    """The notice in a message body.

    Raises:
        MalformedError: it is none, or of a schema this version does not read.
    """
    try:
        return Notice.model_validate_json(body)
    except ValidationError as error:
        raise MalformedError("the message is not quire.notice/1") from error


class SegmentNotices:
    """Sends notices."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, notice: Notice) -> None:
        """Send a notice, at least once.

        Raises:
            UnavailableError: nothing is known about it.
        """
        with translated("sqs SendMessage"):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=notice.text())


class NoticeRetries:
    """Lets notices that failed come again soon.

    A queue gives a failed message back only after its visibility time-out, which has to outlast the longest indexing:
    twelve minutes, where the promise is five from captured to searchable.
    """

    def __init__(self, client: SQSClient) -> None:
        self._client = client

    def soon(self, record: Mapping[str, Any]) -> None:
        """Let the message of an SQS event's record come again after 15 s, later ones after 1, 4 and 12 minutes.

        Raises:
            UnavailableError: SQS did not answer; the message comes after the visibility time-out.
        """
        tries = int(record["attributes"]["ApproximateReceiveCount"])
        pause = min(_FIRST_PAUSE * 4 ** (tries - 1), _LONGEST_PAUSE)
        *_, account, queue = str(record["eventSourceARN"]).split(":")
        with translated("sqs ChangeMessageVisibility"):
            url = self._client.get_queue_url(QueueName=queue, QueueOwnerAWSAccountId=account)["QueueUrl"]
            self._client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=pause
            )
