"""The capture side's use cases."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import prompt

if TYPE_CHECKING:
    from quire.capture.receive import Receiver
    from quire.capture.replies import Reply


@cache
def receiver() -> Receiver:
    """Receives webhooks of every platform we have a connector for."""
    from quire.aws.control import Control
    from quire.aws.secrets import Secrets
    from quire.aws.stream import CaptureStream
    from quire.aws.task_queue import TaskQueue
    from quire.bootstrap.archive import locked_journal
    from quire.capture.receive import Receiver, Stores
    from quire.config import settings
    from quire.connectors.registry import CONNECTORS

    known, aws = settings(), prompt()
    stores = Stores(
        control=Control(aws.dynamodb, known.need("control_table")),
        secrets=Secrets(aws.secrets, known.stage, time.monotonic),
        journal=locked_journal(aws),
        stream=CaptureStream(aws.kinesis, known.need("capture_stream")),
        tasks=TaskQueue(aws.sqs, known.task_queue_url) if known.task_queue_url else None,
    )
    connectors = {platform: connector.authenticate for platform, connector in CONNECTORS.items()}
    return Receiver(stores, connectors, time.monotonic)


def receive_webhook(event: Mapping[str, Any]) -> Reply:
    """Answer one webhook, as the HTTP API hands it over."""
    from quire.capture.replies import reply

    return reply(receiver(), event, datetime.now(UTC))
