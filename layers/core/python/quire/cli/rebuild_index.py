"""``quire rebuild-index``: a tenant's indexes anew from the archive, while they are searched and written."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

import typer

from quire.cli.deployment import Deployment, NoDeploymentError, find
from quire.domain.errors import QuireError
from quire.domain.ids import TenantId

_REFRESH = 15.0
"""Seconds after which what was written can be found: OpenSearch Serverless refreshes every ten."""
_GRACE = 150.0
"""Seconds after which no indexer is at work any more that began before: a function's time-out is 120."""


@dataclass
class IndexRebuilt:
    """Segments read, documents before and after by month, and indexes deleted; ``faults`` could not be read."""

    segments: int = 0
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{self.segments} segments read"]
        lines += [f"  {month}: {after} documents, {before} before" for month, (before, after) in self.counts.items()]
        return "\n".join([*lines, *(f"  could not be read: {fault}" for fault in self.faults)])


def rebuild_index(
    deployment: Deployment,
    tenant: str,
    month: str = "",
    run: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> IndexRebuilt:
    """Rebuild a tenant's indexes, or those of one month (``yyyy-mm``). ``run`` goes on with the run of that name.

    Where it fails, the old indexes serve as before, and what was built is removed.

    Raises:
        QuireError: it failed, or another run is under way; the text says why.
    """
    from quire.bootstrap.rebuild import rebuilder
    from quire.search.rebuilding.rebuild import Rebuild

    deployment.enter()
    wanted = Rebuild(TenantId(tenant), run or f"{tenant} {month} {datetime.now(UTC).isoformat()}", month)
    rebuilds, done = rebuilder(), IndexRebuilt()
    spans = rebuilds.begin(wanted)
    try:
        for span in (None, *spans):  # what is not sealed yet first: it may be sealed meanwhile
            step = rebuilds.index(wanted, span)
            done.segments += step.segments
            done.faults += step.faults
        pause(_REFRESH)
        done.counts = rebuilds.compare(wanted)
        rebuilds.switch(wanted)
    except BaseException:
        rebuilds.give_up(wanted)
        pause(_GRACE)
        rebuilds.end(wanted)
        raise
    pause(_GRACE)
    done.dropped = rebuilds.end(wanted)
    return done


def outdated(deployment: Deployment, tenant: str) -> list[str]:
    """A tenant's indexes that are searched with an older analysis than new ones, and wait to be rebuilt."""
    from quire.bootstrap import rebuild

    deployment.enter()
    return rebuild.outdated(TenantId(tenant))


def command(
    tenant: Annotated[str, typer.Option("--tenant", help="whose indexes")],
    month: Annotated[str, typer.Option("--month", help="one month only: yyyy-mm")] = "",
    needed: Annotated[bool, typer.Option("--needed", help="only list indexes of an older analysis; 1 if any")] = False,
    stage: Annotated[str, typer.Option("--stage", help="local, dev or prod")] = "local",
) -> None:
    """Make a tenant's search indexes anew from the archive, and switch to them; search goes on meanwhile."""
    try:
        if needed:
            found = outdated(find(stage), tenant)
            typer.echo("\n".join(found) or "none")
            raise typer.Exit(1 if found else 0)
        done = rebuild_index(find(stage), tenant, month)
    except (NoDeploymentError, QuireError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(str(done))
    if done.faults:
        raise typer.Exit(1)
