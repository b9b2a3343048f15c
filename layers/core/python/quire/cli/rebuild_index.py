"""``quire rebuild-index``: a tenant's indexes anew from the archive, while they are searched and written."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from quire.cli.deployment import Deployment, NoDeploymentError, find
from quire.cli.rebuild import tenants_of
from quire.cli.workflows import WorkflowError, run_workflow
from quire.domain.errors import QuireError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from quire.search.pool import Placement


@dataclass(frozen=True)
class IndexRebuilt:
    """Segments read, documents before and after by month, and indexes deleted; ``unread`` segments could not be read,
    of which ``faults`` names some. Of what was searched before, ``erased`` messages cannot be read any more, and
    ``strays`` are told of by no segment: ``stray_ids`` names some. ``unmoved`` indexes of a tenant that was moved
    are of months that began meanwhile."""

    segments: int = 0
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    unread: int = 0
    faults: tuple[str, ...] = ()
    erased: int = 0
    strays: int = 0
    stray_ids: tuple[str, ...] = ()
    unmoved: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.segments} segments read"]
        lines += [f"  {month}: {after} documents, {before} before" for month, (before, after) in self.counts.items()]
        lines += [f"  erased since they were indexed: {self.erased}"] if self.erased else []
        lines += _some("left out, no segment tells of it", self.stray_ids, self.strays)
        lines += _some("began meanwhile where it was, move it once more", self.unmoved, len(self.unmoved))
        return "\n".join([*lines, *_some("could not be read", self.faults, self.unread)])


def rebuild_index(
    deployment: Deployment,
    tenant: str,
    month: str = "",
    seconds: float = 86_400,
    *,
    into: str = "",
    drop_strays: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> IndexRebuilt:
    """Rebuild a tenant's indexes, or those of one month (``yyyy-mm``), and wait for it. ``into`` moves the tenant: to
    indexes of its ``own``, or among the ``pooled``.

    Where it fails, the old indexes serve as before, and what was built is removed. It fails where the old ones hold
    what no segment tells of, unless that is to be left out (``drop_strays``).

    Raises:
        WorkflowError: it failed, another run is under way, or it takes longer than ``seconds``; in that case it goes
            on by itself.
    """
    asked = {"tenantId": tenant, "month": month, "into": into, "dropStrays": drop_strays}
    run = run_workflow(deployment, "RebuildIndexMachine", asked, seconds, pause=pause)
    counts = {name: (before, after) for name, (before, after) in run["counts"].items()}
    return IndexRebuilt(
        segments=run["segments"],
        counts=counts,
        dropped=tuple(run["dropped"]),
        unread=run["unread"],
        faults=tuple(run["faults"]),
        erased=run["erased"],
        strays=run["strays"],
        stray_ids=tuple(run["strayIds"]),
        unmoved=tuple(run["unmoved"]),
    )


def outdated(deployment: Deployment, tenant: str) -> list[str]:
    """A tenant's indexes that are searched with an older analysis than new ones, and wait to be rebuilt."""
    from quire.bootstrap import rebuild

    deployment.enter()
    return rebuild.outdated(TenantId(tenant))


def placement(deployment: Deployment, tenant: str) -> "Placement":
    """Whether a tenant's messages are in indexes of its own, or in the pool."""
    from quire.bootstrap import rebuild

    deployment.enter()
    return rebuild.placement(TenantId(tenant))


def command(
    tenant: Annotated[str, typer.Option("--tenant", help="whose indexes")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="every tenant's, one after the other")] = False,
    after: Annotated[str, typer.Option("--after", help="with --all: go on behind this tenant")] = "",
    month: Annotated[str, typer.Option("--month", help="one month only: yyyy-mm")] = "",
    into: Annotated[str, typer.Option("--into", help="move the tenant: own or pooled indexes")] = "",
    drop_strays: Annotated[
        bool, typer.Option("--drop-strays", help="leave out, on record, what is searched and no segment tells of")
    ] = False,
    needed: Annotated[bool, typer.Option("--needed", help="only list indexes of an older analysis; 1 if any")] = False,
    stage: Annotated[str, typer.Option("--stage", help="local, dev or prod")] = "local",
    wait: Annotated[float, typer.Option("--wait", help="seconds to wait for each")] = 86_400,
) -> None:
    """Make a tenant's search indexes anew from the archive, and switch to them; search goes on meanwhile."""
    if everybody == bool(tenant) or (after and not everybody) or (into and everybody):
        raise typer.BadParameter("say whose with --tenant, or --all; one is moved at a time")
    try:
        deployment = find(stage)
        wanted = [tenant] if tenant else [each for each in tenants_of(deployment) if each > after]
    except (NoDeploymentError, QuireError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error

    def rebuilt(whose: str) -> bool:
        done = rebuild_index(deployment, whose, month, wait, into=into, drop_strays=drop_strays)
        typer.echo(str(done))
        return not done.unread

    def listed(whose: str) -> bool:
        found = outdated(deployment, whose)
        typer.echo("\n".join(found) or "none")
        return not found

    if not _each(wanted, listed if needed else rebuilt, named=everybody):
        raise typer.Exit(1)


def _each(tenants: Sequence[str], work: Callable[[str], bool], *, named: bool) -> bool:
    """Work on each; whether all is well. What fails for one is told, and does not keep the next waiting."""
    well = True
    for tenant in tenants:
        if named:
            typer.echo(f"{tenant}:")
        try:
            well = work(tenant) and well
        except (WorkflowError, QuireError) as error:
            typer.echo(f"{tenant}: {error}" if named else str(error), err=True)
            well = False
    return well


def _some(what: str, named: Sequence[str], count: int) -> list[str]:
    """A line each, and one for those that are not named."""
    lines = [f"  {what}: {name}" for name in named]
    return [*lines, f"  {what}: {count - len(named)} more"] if count > len(named) else lines
