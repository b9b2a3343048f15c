"""The ``quire`` command: each sub command's module is loaded when it is asked for, so none pays for another's imports.

A sub command is a function with typer's annotations; it is added by one line in ``COMMANDS``.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS: Mapping[str, str] = {
    "normalise": "quire.cli.normalise:normalise",
    "token": "quire.cli.local:token",
    "status": "quire.cli.local:status",
    "rebuild": "quire.cli.local:rebuild",
    "rebuild-index": "quire.cli.rebuild_index:command",
    "check-index": "quire.cli.check_index:command",
    "replay": "quire.cli.local:replay",
    "seal": "quire.cli.seal:seal",
    "evidence": "quire.cli.evidence:evidence",
    "verify": "quire.cli.verify:verify",
    "connection": "quire.cli.connection:connection",
    "witness": "quire.cli.witness:witness",
    "witnesses": "quire.cli.witnesses:witnesses",
}


class LazyGroup(TyperGroup):
    """Knows its sub commands by name, and imports one on first use."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of ``COMMANDS``."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The sub command, or ``None``."""
        del ctx
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(name=cmd_name)(getattr(import_module(module), name))
        return get_command(single)


app = typer.Typer(
    cls=LazyGroup, name="quire", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def quire() -> None:
    """Quire: an archive for enterprise chat that proves what it did."""
