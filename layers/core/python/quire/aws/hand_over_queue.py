"""The queue of copies that take too long for whoever asks to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from quire.aws.errors import translated
from quire.domain.errors import MalformedError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class WantedCopy(BaseModel):
    """A copy to make: whose blob, where it lies, what it is when it is opened (``sha256``, hex), and the copy's key."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, validate_by_name=True, extra="forbid")

    schema_name: Literal["quire.copy/1"] = Field(default="quire.copy/1", alias="schema")
    tenant_id: TenantId
    key: str
    version_id: str | None = None
    sha256: str | None = None
    into: str

    def text(self) -> str:
        """The message body."""
        return self.model_dump_json(by_alias=True)


def read_copy(body: str) -> WantedCopy:
    """The copy in a message body.

    Raises:
        MalformedError: it is none, or of a schema this version does not read.
    """
    try:
        return WantedCopy.model_validate_json(body)
    except ValidationError as error:
        raise MalformedError("the message is not quire.copy/1") from error


class HandOverQueue:
    """Sends copies to make."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, wanted: WantedCopy) -> None:
        """Have the copy made, at least once.

        Raises:
            UnavailableError: nothing is known about it.
        """
        with translated("sqs SendMessage"):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=wanted.text())
