"""``quire seal``: the sealing workflow now, instead of at the next full hour."""

import json
import time
from collections.abc import Callable
from typing import Annotated, Any

import typer

from quire.cli.deployment import Deployment, NoDeploymentError, find

_PAUSE = 0.5


class NotSealedError(Exception):
    """The workflow failed, or is not through in time; the text says why."""


def run_sealing(
    deployment: Deployment, tenant: str, seconds: float, tell: Callable[[str], None] = lambda _: None
) -> int:
    """Seal one tenant's journal, or everybody's without a ``tenant``, and wait for it; the number of tenants.

    Raises:
        NotSealedError: it failed, or takes longer than ``seconds``; in that case it goes on by itself.
    """
    client = deployment.client("stepfunctions")
    started = client.start_execution(
        stateMachineArn=deployment.outputs["SealArchiveMachine"],
        input=json.dumps({"tenantId": tenant} if tenant else {}),
    )
    deadline = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = client.describe_execution(executionArn=started["executionArn"])
        if found["status"] != "RUNNING":
            break
        if time.monotonic() > deadline:
            raise NotSealedError(f"sealing is not through after {seconds:.0f} s; it goes on")
        tell("sealing")
        time.sleep(_PAUSE)
    if found["status"] != "SUCCEEDED":
        raise NotSealedError(f"{found.get('error', found['status'])}: {found.get('cause', 'see the execution')}")
    return len(json.loads(found.get("output") or "[]"))


def seal(
    tenant: Annotated[str, typer.Option(help="seal this tenant's journal only")] = "",
    stage: Annotated[str, typer.Option(help="stage to speak to")] = "local",
    wait: Annotated[float, typer.Option(help="seconds to wait for it")] = 900,
) -> None:
    """Seal what was captured: into the archive, under a signed checkpoint."""
    try:
        sealed = run_sealing(find(stage), tenant, wait)
    except (NoDeploymentError, NotSealedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"sealed: {sealed} tenant{'' if sealed == 1 else 's'}")
