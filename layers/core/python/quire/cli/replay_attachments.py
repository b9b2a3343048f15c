"""``quire replay --attachments TENANT``: files that could not be had are asked for again, once the cause is removed.

Their work lies with the dead letters; why it failed stands in the archive, as the last ``attachment.failed`` event.
"""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from quire.aws.event_rows import EventRows
from quire.cli.deployment import Deployment
from quire.domain.attachments import WantedFile, read_wanted
from quire.domain.errors import MalformedError
from quire.domain.ids import TenantId
from quire.domain.time import nanoseconds

_HELD_SECONDS = 300
UNTOLD = "unknown"
"""The reason where none was stated: the work was begun and never came to its end."""


def replay_attachments(deployment: Deployment, tenant: TenantId, tell: Callable[[str], None]) -> int:
    """Put a tenant's dead work back into its queue, telling of each file why it failed; how many."""
    client = deployment.client("sqs")
    dead, alive = deployment.outputs["AttachmentDeadLetterQueueUrl"], deployment.outputs["AttachmentQueueUrl"]
    rows = EventRows(deployment.client("dynamodb"), deployment.outputs["EventsTable"])
    others: list[str] = []
    moved = 0
    for letter in _letters(client, dead):
        wanted = _work_of(tenant, letter["Body"])
        if wanted is None:
            others.append(letter["ReceiptHandle"])
            continue
        tell(f"{wanted.message_id}  {wanted.attachment.id}  {reason_of(rows, wanted)}")
        client.send_message(QueueUrl=alive, MessageBody=letter["Body"])
        client.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])
        moved += 1
    for handle in others:
        client.change_message_visibility(QueueUrl=dead, ReceiptHandle=handle, VisibilityTimeout=0)
    return moved


def reason_of(rows: EventRows, wanted: WantedFile) -> str:
    """The word for why the file was not had the last time."""
    events = [orjson.loads(row.event) for row in rows.of_message(wanted.tenant_id, wanted.message_id) if row.event]
    failed = [
        event
        for event in events
        if event["kind"] == "attachment.failed" and event["body"]["attachment_id"] == wanted.attachment.id
    ]
    last = max(failed, key=lambda event: nanoseconds(event["occurred_at"]), default=None)
    return UNTOLD if last is None else str(last["body"]["reason"])


def _letters(client: Any, queue: str) -> Iterator[dict[str, Any]]:
    """Every dead letter once; none is given out again for five minutes."""
    seen: set[str] = set()
    while True:
        answer = client.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=_HELD_SECONDS
        )
        fresh = [letter for letter in answer.get("Messages", []) if letter["MessageId"] not in seen]
        if not fresh:
            return
        seen |= {letter["MessageId"] for letter in fresh}
        yield from fresh


def _work_of(tenant: TenantId, body: str) -> WantedFile | None:
    """The work, where it is the tenant's."""
    try:
        wanted = read_wanted(body)
    except MalformedError:
        return None
    return wanted if wanted.tenant_id == tenant else None
