"""The queue of segment notices: "this segment and its rows are there", sent after both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from quire.aws.errors import translated
from quire.domain.errors import MalformedError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


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
