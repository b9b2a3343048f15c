"""``quire evidence``: what an auditor needs, as a folder that checks itself."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from quire.archive.packages.folder import folder
from quire.archive.packages.pack import Packed
from quire.archive.proofs.sealed_events import Captured
from quire.bootstrap import evidence as bootstrap
from quire.cli.deployment import NoDeploymentError, find
from quire.domain.errors import NotFoundError, QuireError
from quire.domain.ids import MessageId, TenantId


class Verb(StrEnum):
    """What to do."""

    DOWNLOAD = "download"


def evidence(
    verb: Annotated[Verb, typer.Argument(help="download a package")],
    path: Annotated[Path, typer.Argument(metavar="DIR", help="a new or empty folder")],
    tenant: Annotated[str, typer.Option("--tenant", help="whose")],
    message: Annotated[
        list[str] | None,
        typer.Option("--message", help="disclose this message, and hand out its segments (repeatable)"),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="all segments; without --message all messages are disclosed too")
    ] = False,
    tsa_root: Annotated[
        Path | None, typer.Option("--tsa-root", help="certificates (PEM) that time tokens lead to")
    ] = None,
    stage: Annotated[str, typer.Option("--stage", help="local, dev or prod")] = "local",
) -> None:
    """Write what proves a tenant's messages: the log, segments, the messages' bytes and salts, never a key.

    `python verify.py .` in the folder checks it. Exit code 1: something of it could not be had; 2: nothing could.
    """
    del verb
    if not message and not everything:
        raise typer.BadParameter("name messages with --message, or give --all")
    try:
        find(stage).enter()
        roots = tsa_root.read_bytes() if tsa_root else None
        packed = download(path, TenantId(tenant), message, everything=everything, roots=roots)
    except (NoDeploymentError, QuireError, OSError) as error:
        _end(error)
    print(told(packed))
    if packed.faults or packed.pending:
        raise typer.Exit(1)


def download(
    path: Path, tenant: TenantId, messages: list[str] | None, *, everything: bool, roots: bytes | None = None
) -> Packed:
    """Write a package of these messages, or of all where there are none.

    Raises:
        NotFoundError: there is no such message, or nothing is sealed yet.
        QuireError: see ``archive.packages.pack``.
    """
    known = None if messages is None else {MessageId(each): captured(tenant, each) for each in messages}
    return bootstrap.pack(tenant, known, folder(path), everything=everything, roots=roots)


def captured(tenant: TenantId, message: str) -> list[Captured]:
    """The events of a message. Raises ``NotFoundError`` where there is none."""
    events = bootstrap.events_of(tenant, MessageId(message))
    if not events:
        raise NotFoundError(f"there is no message {message}")
    return events


def told(packed: Packed) -> str:
    """What came of it."""
    lines = [f"{packed.segments} segments, {packed.messages} messages disclosed in {packed.events} events"]
    if packed.shredded:
        lines.append(f"{packed.shredded} events cannot be disclosed: their authors' keys were destroyed")
    if packed.pending:
        lines.append(f"{len(packed.pending)} events are not under a checkpoint yet: seal, and download again")
    return "\n".join([*lines, *(f"could not be read: {fault}" for fault in packed.faults)])


def _end(error: Exception) -> NoReturn:
    print(error, file=sys.stderr)
    raise typer.Exit(2)
