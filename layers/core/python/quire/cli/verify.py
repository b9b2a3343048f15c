"""``quire verify``: the auditor's program, over a package, or over what a deployment holds at this moment."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, NamedTuple, NoReturn

import typer

from quire.archive.packages.folder import folder
from quire.archive.proofs.sealed_events import Captured
from quire.domain.errors import NotFoundError, QuireError
from quire.domain.ids import MessageId, TenantId
from quire.evidence.standalone.verify import check


class Trusted(NamedTuple):
    """What does not come from what is checked: the log's verifier key, certificates (PEM), kept checkpoints' files."""

    key: str | None
    tsa_roots: bytes | None
    known: list[str]


def verify(
    package: Annotated[Path | None, typer.Argument(help="folder of a downloaded package")] = None,
    message: Annotated[
        list[str] | None, typer.Option("--message", help="instead: this message as it is sealed now (repeatable)")
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="instead: the whole log as it is published now")] = False,
    segments: Annotated[bool, typer.Option("--segments", help="with --log: every sealed segment too")] = False,
    tenant: Annotated[str, typer.Option("--tenant", help="whose, where several are known")] = "",
    known: Annotated[
        list[Path] | None, typer.Option("--known", help="a checkpoint that was kept from earlier (repeatable)")
    ] = None,
    key: Annotated[str, typer.Option("--key", help="the log's verifier key, from somebody you trust")] = "",
    tsa_root: Annotated[
        Path | None, typer.Option("--tsa-root", help="trusted certificates of time stampers (PEM)")
    ] = None,
    stage: Annotated[str, typer.Option("--stage", help="local, dev or prod")] = "local",
) -> None:
    """Check evidence and print the report. Exit code 0: all holds; 1: something does not; 2: it cannot be checked."""
    if [package is not None, bool(message), log].count(True) != 1:
        raise typer.BadParameter("give one of PACKAGE, --message and --log")
    if package is not None and not package.is_dir():
        _end(f"{package} is no folder")
    trusted = Trusted(key or None, _read(tsa_root), [str(each) for each in known or ()])
    if package is not None:
        report = check(package, *trusted)
    else:
        report = _live(tenant, message or [], stage, trusted, segments=segments)
    print(json.dumps(report, indent=2, ensure_ascii=False))
    raise typer.Exit(0 if report["ok"] else 1)


def _live(tenant: str, messages: list[str], stage: str, trusted: Trusted, *, segments: bool) -> dict[str, Any]:
    """The report on what lies in the archive now: a package is downloaded, checked and thrown away."""
    from quire.bootstrap import evidence
    from quire.cli.deployment import NoDeploymentError, find

    found: list[tuple[str, str]] = []
    try:
        deployment = find(stage)
        deployment.enter()
        whose, asked = _asked(tenant, messages, deployment.tenants)
        with TemporaryDirectory() as path:
            packed = evidence.pack(whose, asked, folder(Path(path)), everything=segments and not messages)
            report = check(path, *trusted)
        if not messages:
            found += evidence.check_ledger(whose)
    except (NoDeploymentError, QuireError, OSError) as error:
        _end(error)
    found += [(key, fact) for key, _, fact in (fault.partition(": ") for fault in packed.faults)]
    found += [(f"events/{each}", "the event is not sealed yet") for each in packed.pending]
    more = [{"file": file, "fact": fact} for file, fact in found]
    report["findings"] += [each for each in more if each not in report["findings"]]
    report["checked"]["shredded"] = packed.shredded
    return report | {"ok": not report["findings"]}


def _asked(
    tenant: str, messages: list[str], known: list[str]
) -> tuple[TenantId, Mapping[MessageId, Sequence[Captured]]]:
    """Whose log or messages, and the messages' events; a tenant that is not named is one of those ``known``.

    Raises:
        NotFoundError: there is no such message, or which tenant is meant cannot be told.
    """
    from quire.bootstrap.evidence import events_of

    if not messages and not tenant and len(known) != 1:
        raise NotFoundError(f"say whose log with --tenant: {', '.join(known) or 'its id'}")
    for whose in map(TenantId, [tenant] if tenant else known):
        asked = {MessageId(each): events_of(whose, MessageId(each)) for each in messages}
        if all(asked.values()):
            return whose, asked
    raise NotFoundError(f"there is no message {', '.join(messages)}, as far as the tenants are known: try --tenant")


def _read(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path else None
    except OSError as error:
        _end(error)


def _end(error: object) -> NoReturn:
    print(error, file=sys.stderr)
    raise typer.Exit(2)
