"""``quire witnesses``: whom a tenant's checkpoints are sent to."""

import sys
from typing import Annotated

import typer

from quire.cli.deployment import NoDeploymentError, find
from quire.cli.local import StageOption


def witnesses(
    tenant: Annotated[str, typer.Argument(help="id of the tenant")],
    url: Annotated[list[str] | None, typer.Option("--url", help="an https address (repeatable)")] = None,
    email: Annotated[list[str] | None, typer.Option("--email", help="an address of e-mail (repeatable)")] = None,
    none: Annotated[bool, typer.Option("--none", help="nobody any more")] = False,
    stage: StageOption = "local",
) -> None:
    """Say to whom a tenant's checkpoints are sent from now on, in place of those before; without options: tell it."""
    from quire.bootstrap import attest
    from quire.domain.errors import QuireError
    from quire.domain.ids import TenantId

    named = [{"url": each} for each in url or ()] + [{"email": each} for each in email or ()]
    try:
        find(stage).enter()
        if named or none:
            attest.name_witnesses(TenantId(tenant), named)
        for each in attest.witnesses_of(TenantId(tenant)):
            print(f"{each.kind}  {each.address}")
    except (QuireError, NoDeploymentError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
