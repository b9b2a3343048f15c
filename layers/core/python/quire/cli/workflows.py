"""A workflow of the deployment: started, and waited for."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from quire.cli.deployment import Deployment

_PAUSE = 2.0


class WorkflowError(Exception):
    """The workflow failed, or is not through in time; the text says why."""


def run_workflow(
    deployment: Deployment,
    machine: str,
    asked: Mapping[str, object],
    seconds: float,
    *,
    pause: Callable[[float], None] = time.sleep,
    every: float = _PAUSE,
) -> Any:
    """What a state machine answers to ``asked``, as plain values; ``machine`` is the stacks' output that names it.
    It is looked at ``every`` so many seconds.

    Raises:
        WorkflowError: it failed, or takes longer than ``seconds``; in that case it goes on by itself.
    """
    client = deployment.client("stepfunctions")
    started = client.start_execution(stateMachineArn=deployment.outputs[machine], input=json.dumps(asked))
    deadline = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = client.describe_execution(executionArn=started["executionArn"])
        if found["status"] != "RUNNING":
            break
        if time.monotonic() > deadline:
            raise WorkflowError(f"not through after {seconds:.0f} s; it goes on")
        pause(every)
    if found["status"] != "SUCCEEDED":
        raise WorkflowError(f"{found.get('error', found['status'])}: {_why(found.get('cause', ''))}")
    return json.loads(found.get("output") or "null")


def _why(cause: str) -> str:
    """What a function that failed said; the cause as it is where it tells of none."""
    try:
        told = json.loads(cause)
    except ValueError:
        return cause or "see the execution"
    return str(told.get("errorMessage", cause)) if isinstance(told, dict) else cause
