"""The queue of tasks to run: filled by schedules, by webhooks that say something has to be done, and by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from quire.aws.errors import translated
from quire.domain.errors import MalformedError
from quire.domain.ids import ConnectionId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Cause = Literal["schedule", "wake", "continue", "retry", "hand"]
"""Why a task runs: it is time, a webhook asks for it, the last run went only so far, it could not run before, a person
said so."""
MOST_SECONDS = 900
"""Longest delay of a message (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html)."""


class WantedTask(BaseModel):
    """A task of a connection that is to run now."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, validate_by_name=True, extra="forbid")

    schema_name: Literal["quire.task/1"] = Field(default="quire.task/1", alias="schema")
    tenant_id: TenantId
    connection_id: ConnectionId
    task: str
    cause: Cause

    def text(self) -> str:
        """The message body."""
        return self.model_dump_json(by_alias=True)


def read_task(body: str) -> WantedTask:
    """The task in a message body.

    Raises:
        MalformedError: it is none, or of a schema this version does not read.
    """
    try:
        return WantedTask.model_validate_json(body)
    except ValidationError as error:
        raise MalformedError("the message is not quire.task/1") from error


class TaskQueue:
    """Sends tasks to run."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, wanted: WantedTask, after: float = 0) -> None:
        """Let the task run ``after`` seconds (15 minutes at most; longer is taken for that), at least once.

        Raises:
            UnavailableError: nothing is known about it.
        """
        delay = max(0, min(round(after), MOST_SECONDS))
        with translated("sqs SendMessage"):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=wanted.text(), DelaySeconds=delay)
