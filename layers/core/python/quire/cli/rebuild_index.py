"""``quire rebuild-index``: a tenant's indexes anew from the archive, while they are searched and written."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from quire.cli.deployment import Deployment, NoDeploymentError, find
from quire.domain.errors import QuireError
from quire.domain.ids import TenantId

_PAUSE = 2.0


class NotRebuiltError(Exception):
    """The workflow failed, or is not through in time; the text says why."""


@dataclass(frozen=True)
class IndexRebuilt:
    """Segments read, documents before and after by month, and indexes deleted; ``unread`` segments could not be read,
    of which ``faults`` names some."""

    segments: int = 0
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    unread: int = 0
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.segments} segments read"]
        lines += [f"  {month}: {after} documents, {before} before" for month, (before, after) in self.counts.items()]
        lines += [f"  could not be read: {fault}" for fault in self.faults]
        if more := self.unread - len(self.faults):
            lines.append(f"  could not be read: {more} more")
        return "\n".join(lines)


def rebuild_index(
    deployment: Deployment,
    tenant: str,
    month: str = "",
    seconds: float = 86_400,
    *,
    into: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> IndexRebuilt:
    """Rebuild a tenant's indexes, or those of one month (``yyyy-mm``), and wait for it. ``into`` moves the tenant: to
    indexes of its ``own``, or among the ``pooled``.

    Where it fails, the old indexes serve as before, and what was built is removed.

    Raises:
        NotRebuiltError: it failed, another run is under way, or it takes longer than ``seconds``; in that case it goes
            on by itself.
    """
    client = deployment.client("stepfunctions")
    started = client.start_execution(
        stateMachineArn=deployment.outputs["RebuildIndexMachine"],
        input=json.dumps({"tenantId": tenant, "month": month, "into": into}),
    )
    deadline = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = client.describe_execution(executionArn=started["executionArn"])
        if found["status"] != "RUNNING":
            break
        if time.monotonic() > deadline:
            raise NotRebuiltError(f"the rebuild is not through after {seconds:.0f} s; it goes on")
        pause(_PAUSE)
    if found["status"] != "SUCCEEDED":
        raise NotRebuiltError(f"{found.get('error', found['status'])}: {_why(found.get('cause', ''))}")
    run = json.loads(found["output"])
    counts = {name: (before, after) for name, (before, after) in run["counts"].items()}
    return IndexRebuilt(run["segments"], counts, tuple(run["dropped"]), run["unread"], tuple(run["faults"]))


def outdated(deployment: Deployment, tenant: str) -> list[str]:
    """A tenant's indexes that are searched with an older analysis than new ones, and wait to be rebuilt."""
    from quire.bootstrap import rebuild

    deployment.enter()
    return rebuild.outdated(TenantId(tenant))


def command(
    tenant: Annotated[str, typer.Option("--tenant", help="whose indexes")],
    month: Annotated[str, typer.Option("--month", help="one month only: yyyy-mm")] = "",
    into: Annotated[str, typer.Option("--into", help="move the tenant: own or pooled indexes")] = "",
    needed: Annotated[bool, typer.Option("--needed", help="only list indexes of an older analysis; 1 if any")] = False,
    stage: Annotated[str, typer.Option("--stage", help="local, dev or prod")] = "local",
    wait: Annotated[float, typer.Option("--wait", help="seconds to wait for it")] = 86_400,
) -> None:
    """Make a tenant's search indexes anew from the archive, and switch to them; search goes on meanwhile."""
    try:
        if needed:
            found = outdated(find(stage), tenant)
            typer.echo("\n".join(found) or "none")
            raise typer.Exit(1 if found else 0)
        done = rebuild_index(find(stage), tenant, month, wait, into=into)
    except (NoDeploymentError, NotRebuiltError, QuireError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(str(done))
    if done.unread:
        raise typer.Exit(1)


def _why(cause: str) -> str:
    """What a function that failed said; the cause as it is where it tells of none."""
    try:
        told = json.loads(cause)
    except ValueError:
        return cause or "see the execution"
    return str(told.get("errorMessage", cause)) if isinstance(told, dict) else cause
