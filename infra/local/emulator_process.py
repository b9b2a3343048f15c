"""The emulator's process: serves it on exactly one address, and mends what would lose data.

Run as ``python -m infra.local.emulator_process``; :mod:`infra.local.emulator` sets the environment. Its own command
line would also take port 443. Three things are added to the pinned version:

* ``SIGUSR1`` writes its state down, which it does of itself only at a clean stop;
* a Kinesis batch that a function answers with ``batchItemFailures`` is delivered again. The emulator ignores that
  answer for Kinesis and moves on, which on AWS never happens
  (https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html);
* the metric ``IteratorAge`` of every such batch, as AWS has it: how far a stream's reader lags.
"""

import asyncio
import logging
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as gateway
from ministack.core import persistence, tls
from ministack.services import cloudwatch, lambda_svc

_writing = threading.Lock()


def main() -> None:
    """Serve until SIGTERM or SIGINT; its shutdown then writes its state down."""
    lambda_svc._execute_function = as_stream_reader(lambda_svc._execute_function)
    signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=write_state, daemon=True).start())
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.certfile, config.keyfile = tls.resolve_tls_material()
    config.keep_alive_timeout = 75
    asyncio.run(serve(gateway.app, config))


def write_state() -> None:
    """Write down what the emulator holds in memory; one writer at a time."""
    with _writing:
        persistence.save_all(gateway._build_persistence_save_dict())
    logging.getLogger("quire.local").info("state written")


def as_stream_reader(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Wrap the emulator's invocation so that Kinesis batches are treated as AWS treats them.

    After a partial failure the whole batch comes again, not only what follows the first failure; effects of the
    functions are idempotent.
    """

    def execute_and_check(function: dict[str, Any], event: Any) -> dict[str, Any]:
        result = execute(function, event)
        if not _is_kinesis(event):
            return result
        _record_age(function, event)
        if _failed(result.get("body")):
            body = {"errorType": "PartialBatchFailure", "errorMessage": "the function reported failed records"}
            return result | {"error": True, "body": body}
        return result

    return execute_and_check


def _is_kinesis(event: Any) -> bool:
    records = event.get("Records") if isinstance(event, dict) else None
    return isinstance(records, list) and bool(records) and records[0].get("eventSource") == "aws:kinesis"


def _failed(body: Any) -> bool:
    return isinstance(body, dict) and bool(body.get("batchItemFailures"))


def _record_age(function: dict[str, Any], event: dict[str, Any]) -> None:
    """Milliseconds between the last record's arrival on the stream and the end of its processing."""
    name = (function.get("config") or function).get("FunctionName", "")
    arrived = float(event["Records"][-1]["kinesis"]["approximateArrivalTimestamp"])
    age = max(0.0, (time.time() - arrived) * 1000)
    cloudwatch.record_metric("AWS/Lambda", "IteratorAge", age, "Milliseconds", {"FunctionName": name})


if __name__ == "__main__":
    main()
