"""Files that could not be had are asked for once more, and it is told why they failed."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from quire.cli.deployment import Deployment
from quire.cli.replay_attachments import replay_attachments
from quire.domain.attachments import read_wanted
from quire.domain.ids import TenantId
from tests.fetching import Shelf, archived_work, fetcher, settled, wanted
from tests.moto_aws import Stack, stack


@pytest.fixture
def aws() -> Iterator[Stack]:
    """A fresh account."""
    with stack() as made:
        yield made


class Here:
    """A deployment over mocked AWS."""

    def __init__(self, aws: Stack) -> None:
        self._aws = aws
        dead = aws.aws.sqs.create_queue(QueueName="dead")["QueueUrl"]
        self.outputs = {
            "AttachmentDeadLetterQueueUrl": dead,
            "AttachmentQueueUrl": aws.files_url,
            "EventsTable": "events",
        }

    def client(self, service: str) -> Any:
        """A client of a service."""
        return getattr(self._aws.aws, service)

    def bury(self, body: str) -> None:
        """Put work with the dead letters."""
        self._aws.aws.sqs.send_message(QueueUrl=self.outputs["AttachmentDeadLetterQueueUrl"], MessageBody=body)


def test_dead_work_of_one_tenant_goes_back_with_its_reason(aws: Stack) -> None:
    record = archived_work(aws)
    aws.aws.sqs.purge_queue(QueueUrl=aws.files_url)
    work = read_wanted(record["body"])
    fetcher(aws, Shelf()).state_failure(work, "not_permitted", 5)
    settled(aws)
    here = Here(aws)
    for body in (record["body"], wanted("f-2").text(), wanted(tenant="other").text(), "{}"):
        here.bury(body)
    told: list[str] = []
    assert replay_attachments(cast("Deployment", here), TenantId("acme"), told.append) == 2
    assert sorted(line.split()[1:] for line in told) == [["f-1", "not_permitted"], ["f-2", "unknown"]]
    waiting = {read_wanted(each["body"]).attachment.id for _ in range(9) for each in aws.work()}
    assert waiting == {"f-1", "f-2"}
    assert replay_attachments(cast("Deployment", here), TenantId("other"), told.append) == 1
    assert replay_attachments(cast("Deployment", here), TenantId("acme"), told.append) == 0
