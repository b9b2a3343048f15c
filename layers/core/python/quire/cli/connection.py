"""``quire connection``: how connections are, and their tasks run by hand."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, NoReturn

import typer

from quire.aws.control import Connection, Control
from quire.bootstrap import connections, tenants, timetable
from quire.cli.deployment import Deployment, NoDeploymentError, find
from quire.domain.errors import QuireError
from quire.domain.ids import ConnectionId, TenantId


class Verb(StrEnum):
    """What to do."""

    LIST = "list"
    RUN = "run"
    FORGET = "forget"


def connection(
    verb: Annotated[Verb, typer.Argument(help="list all; run a task now; forget where a task stands")],
    connection_id: Annotated[str, typer.Argument(help="of the connection, for run and forget")] = "",
    task: Annotated[str, typer.Argument(help="poll, directory, rotate...")] = "",
    tenant: Annotated[list[str] | None, typer.Option("--tenant", help="list this tenant only (repeatable)")] = None,
    stage: Annotated[str, typer.Option("--stage", help="local, dev or prod")] = "local",
) -> None:
    """Tell how connections are, or let a task of one run now."""
    try:
        deployment = find(stage)
        deployment.enter()
        if verb is Verb.LIST:
            for line in _lines(deployment, tenant or deployment.tenants):
                print(line)
            return
        known = _known(connection_id)
        if task not in timetable.due_of(known.platform):
            _end(f"{known.platform} connections have the tasks {', '.join(timetable.due_of(known.platform))}")
        if verb is Verb.FORGET:
            connections.task_states().forget(known.tenant_id, known.connection_id, task)
            print(f"{task} begins from nothing when it runs next")
            return
        connections.ask_for_task(known.tenant_id, known.connection_id, task)
        print(f"{task} runs")
    except (NoDeploymentError, QuireError) as error:
        _end(str(error))


def _lines(deployment: Deployment, of: list[str]) -> Iterator[str]:
    control: Control = tenants.control()
    if not of:
        _end(f"stage {deployment.stage} does not list its tenants: name them with --tenant")
    for tenant in of:
        for known in control.connections(TenantId(tenant)):
            yield f"{tenant}  {known.connection_id}  {known.platform}  {known.status}"
            yield from (f"    {one.code} since {one.since}: {one.detail}" for one in known.health.troubles)
            records = connections.task_states().records(known.tenant_id, known.connection_id)
            for name, record in records.items():
                failures = f", {record.failures} failures on end" if record.failures else ""
                yield f"    {name}: {record.last_outcome} at {record.last_run_at}{failures}"


def _known(connection_id: str) -> Connection:
    control = tenants.control()
    known = ConnectionId(connection_id)
    route = control.route(known)
    found = control.connection(route.tenant_id, known) if route else None
    if found is None:
        _end(f"there is no connection {connection_id!r}: `quire connection list` tells them all")
    return found


def _end(text: str) -> NoReturn:
    print(text, file=sys.stderr)
    raise typer.Exit(1)
