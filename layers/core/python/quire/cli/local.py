"""Commands about a running deployment: ``token``, ``status``, ``rebuild``, ``replay``."""

import sys
from typing import Annotated, NoReturn

import typer

from quire.cli.deployment import Deployment, NoDeploymentError, find

StageOption = Annotated[str, typer.Option("--stage", help="local, dev or prod")]
TenantOption = Annotated[list[str] | None, typer.Option("--tenant", help="this tenant only (repeatable)")]


def token(user: Annotated[str, typer.Option("--user", help="e-mail address of a user of the local stack")]) -> None:
    """Print a bearer token of a user of the local stack."""
    from quire.cli.token import NoSuchUserError, access_token

    try:
        print(access_token(_deployment("local"), user))
    except (NoSuchUserError, NoDeploymentError) as error:
        _end(error)


def status(stage: StageOption = "local") -> None:
    """Tell what runs, in which version, how far it lags, and what waits for somebody; exit code 1 if anything does."""
    from quire.cli.status import report

    found = report(_deployment(stage))
    print(found.text())
    if found.problems:
        raise typer.Exit(1)


def rebuild(
    tenant: TenantOption = None,
    under: Annotated[str, typer.Option("--under", help="one day only: yyyy/mm/dd")] = "",
    stage: StageOption = "local",
    wait: Annotated[float, typer.Option("--wait", help="seconds to wait for the indexer")] = 300.0,
) -> None:
    """Put event rows and search documents back from the locked segments; what is there stays as it is."""
    from quire.cli.rebuild import NotIndexedError, tenants_of, wait_until_indexed
    from quire.cli.rebuild import rebuild as rebuild_all

    deployment = _deployment(stage)
    try:
        done = rebuild_all(deployment, tenant or tenants_of(deployment), under)
        print(done)
        wait_until_indexed(deployment, wait)
    except (NotIndexedError, NoDeploymentError) as error:
        _end(error)
    if done.faults:
        raise typer.Exit(1)


def replay(
    tenant: TenantOption = None,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="quarantined records too")] = False,
    attachments: Annotated[
        str | None, typer.Option("--attachments", help="only files of this tenant that could not be had, telling why")
    ] = None,
    stage: StageOption = "local",
) -> None:
    """Send dead letters and given-up batches again, and quarantined records if asked, once their cause is removed."""
    if attachments is not None:
        _replay_attachments(_deployment(stage), attachments)
        return
    from quire.cli.rebuild import tenants_of
    from quire.cli.replay import NotTakenError
    from quire.cli.replay import replay as replay_all

    deployment = _deployment(stage)
    try:
        print(replay_all(deployment, tenant or tenants_of(deployment), quarantined=quarantined))
    except (NotTakenError, NoDeploymentError) as error:
        _end(error)


def _replay_attachments(deployment: Deployment, tenant: str) -> None:
    from quire.cli.replay_attachments import replay_attachments
    from quire.domain.ids import TenantId

    try:
        moved = replay_attachments(deployment, TenantId(tenant), print)
    except NoDeploymentError as error:
        _end(error)
    print(f"{moved} files asked for again")


def _deployment(stage: str) -> Deployment:
    try:
        return find(stage)
    except NoDeploymentError as error:
        _end(error)


def _end(error: Exception) -> NoReturn:
    print(error, file=sys.stderr)
    raise typer.Exit(1)
