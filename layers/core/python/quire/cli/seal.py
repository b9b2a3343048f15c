"""``quire seal``: the sealing workflow now, instead of at the next full hour."""

import time
from collections.abc import Callable
from typing import Annotated

import typer

from quire.cli.deployment import Deployment, NoDeploymentError, find
from quire.cli.workflows import WorkflowError, run_workflow

_PAUSE = 0.5


def run_sealing(
    deployment: Deployment, tenant: str, seconds: float, tell: Callable[[str], None] = lambda _: None
) -> int:
    """Seal one tenant's journal, or everybody's without a ``tenant``, and wait for it; the number of tenants.

    Raises:
        WorkflowError: it failed, or takes longer than ``seconds``; in that case it goes on by itself.
    """
    asked = {"tenantId": tenant} if tenant else {}

    def pause(length: float) -> None:
        tell("sealing")
        time.sleep(length)

    return len(run_workflow(deployment, "SealArchiveMachine", asked, seconds, pause=pause, every=_PAUSE) or ())


def seal(
    tenant: Annotated[str, typer.Option(help="seal this tenant's journal only")] = "",
    stage: Annotated[str, typer.Option(help="stage to speak to")] = "local",
    wait: Annotated[float, typer.Option(help="seconds to wait for it")] = 900,
) -> None:
    """Seal what was captured: into the archive, under a signed checkpoint."""
    try:
        sealed = run_sealing(find(stage), tenant, wait)
    except (NoDeploymentError, WorkflowError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"sealed: {sealed} tenant{'' if sealed == 1 else 's'}")
