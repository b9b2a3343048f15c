"""``quire check-index``: whether a tenant's index holds what the archive tells; what differs is mended."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from quire.cli.deployment import Deployment, NoDeploymentError, find
from quire.cli.workflows import WorkflowError, run_workflow
from quire.domain.errors import QuireError
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from quire.aws.index_checks import DayReport

_COLUMNS = ("day", "archive", "index", "compared", "missing", "differing", "extra", "left")


@dataclass(frozen=True)
class IndexChecked:
    """The reports of the days that were looked at, in order."""

    tenant: str
    reports: "Sequence[DayReport]" = ()

    @property
    def fine(self) -> bool:
        """Nothing is left that differs, and every segment could be read."""
        return not any(each.left or each.unread for each in self.reports)

    def __str__(self) -> str:
        rows = [_COLUMNS, *(_row(each) for each in self.reports)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([*lines, *(line for each in self.reports for line in self._named(each))])

    def _named(self, report: "DayReport") -> Iterator[str]:
        for each in report.named:
            what = f" ({', '.join(each.fields)})" if each.fields else ""
            yield f"{report.day}: {each.message_id} {each.kind}{what}, {'healed' if each.healed else 'left'}"
        if more := report.found - len(report.named):
            yield f"{report.day}: {more} more"
        yield from (f"{report.day}: could not be read: {key}" for key in report.unread)
        if report.left:
            month = f" --month {report.day[:7]}" if report.day[:1].isdigit() else ""
            yield f"{report.day}: to mend it: quire rebuild-index --tenant {self.tenant}{month}"


def check_index(
    deployment: Deployment,
    tenant: str,
    day: str = "",
    since: str = "",
    seconds: float = 86_400,
    *,
    settled: float | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> IndexChecked:
    """Check a tenant's index, and mend it: one ``day`` (``yyyy-mm-dd``), all ``since`` one, or what a daily check looks
    at. What was captured less than ``settled`` minutes ago is not missed. Waits for it.

    Raises:
        WorkflowError: it failed, another check or a rebuild is under way, or it takes longer than ``seconds``; in
            that case it goes on by itself.
    """
    from quire.bootstrap.check_index import reports

    asked: dict[str, object] = {"tenantId": tenant, "day": day, "since": since}
    if settled is not None:
        asked["settled"] = settled
    run = run_workflow(deployment, "CheckIndexMachine", asked, seconds, pause=pause)
    for _, why in run["busy"]:
        raise WorkflowError(why)
    deployment.enter()
    return IndexChecked(tenant, [each for each in reports(TenantId(tenant)) if each.run == run["run"]])


def last_checked(deployment: Deployment, tenant: str, day: str = "", since: str = "") -> IndexChecked:
    """What the last looks at a tenant's days came to, without looking anew."""
    from quire.bootstrap.check_index import reports

    deployment.enter()
    return IndexChecked(tenant, reports(TenantId(tenant), day, since))


def command(
    tenant: Annotated[str, typer.Option("--tenant", help="whose index")],
    day: Annotated[str, typer.Option("--day", help="one day only: yyyy-mm-dd")] = "",
    since: Annotated[str, typer.Option("--since", help="every day since this one: yyyy-mm-dd")] = "",
    last: Annotated[bool, typer.Option("--last", help="only show what the last looks came to")] = False,
    settled: Annotated[float | None, typer.Option("--settled", help="minutes within which nothing is missed")] = None,
    stage: Annotated[str, typer.Option("--stage", help="local, dev or prod")] = "local",
    wait: Annotated[float, typer.Option("--wait", help="seconds to wait for it")] = 86_400,
) -> None:
    """Look whether a tenant's search index holds what the archive tells, and mend it; 1 if anything is left."""
    if day and since:
        raise typer.BadParameter("either --day or --since")
    try:
        deployment = find(stage)
        if last:
            done = last_checked(deployment, tenant, day, since)
        else:
            done = check_index(deployment, tenant, day, since, wait, settled=settled)
    except (NoDeploymentError, WorkflowError, QuireError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(str(done))
    if not done.fine:
        raise typer.Exit(1)


def _row(report: "DayReport") -> tuple[str, ...]:
    counts = (report.archived, report.indexed, report.compared, report.missing, report.differing, report.extra)
    return (report.day, *map(str, counts), str(report.left))
