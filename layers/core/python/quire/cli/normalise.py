"""``quire normalise``: what the archive makes of a stored delivery, without network and without a tenant."""

import hashlib
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from quire.connectors.registry import CONNECTORS, connector
from quire.domain.delivery import Delivery, DeliveryHeader, read_header, with_body
from quire.domain.errors import MalformedError, QuireError
from quire.domain.ids import ConnectionId, TenantId
from quire.domain.time import NotATimeError, Timestamp, parse

_EPOCH = Timestamp("1970-01-01T00:00:00Z")
_RECORD_MARK = b'"quire.delivery/1"'


def normalise(
    platform: Annotated[str, typer.Argument(help=f"One of: {', '.join(CONNECTORS)}.")],
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Stored deliveries or stream records; - reads stdin.")
    ],
    workspace: Annotated[str, typer.Option(help="Slack workspace or Microsoft tenant the delivery is from.")] = "",
    tenant: Annotated[str, typer.Option(help="Quire tenant the ids are made for.")] = "local",
    channel: Annotated[str, typer.Option(help="Conversation the page is of, where it does not say.")] = "",
    context: Annotated[list[str] | None, typer.Option(help="Whatever else a poller knew: key=value.")] = None,
    received_at: Annotated[str, typer.Option(help="When the delivery came in, RFC 3339.")] = _EPOCH,
) -> None:
    """Print the events of stored deliveries, one canonical JSON line each.

    A file holds the bytes as the platform sent them, or a record of the capture stream (header line first). The same
    file always prints the same lines. Files that cannot be read, or hold no JSON, are named on stderr; the others are
    printed all the same, and the exit status is 1.
    """
    if platform not in CONNECTORS:
        raise typer.BadParameter(f"{platform!r} is none of: {', '.join(CONNECTORS)}", param_hint="PLATFORM")
    known = _known(context or [], channel)
    try:
        moment = parse(received_at)
    except NotATimeError as error:
        raise typer.BadParameter(str(error), param_hint="--received-at") from error
    failed = False
    for name in files:
        try:
            delivery = _delivery(_read(name), platform, workspace, tenant, known, moment)
            failed |= _print(name, delivery)
        except (OSError, QuireError) as error:
            failed = True
            _complain(name, error.strerror or str(error) if isinstance(error, OSError) else str(error))
    raise typer.Exit(1 if failed else 0)


def _known(context: list[str], channel: str) -> dict[str, str]:
    known: dict[str, str] = {}
    for pair in context:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise typer.BadParameter(f"{pair!r} is not key=value", param_hint="--context")
        known[key] = value
    return {**known, "channel": channel} if channel else known


def _read(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def _delivery(
    content: bytes, platform: str, workspace: str, tenant: str, known: dict[str, str], received_at: str
) -> Delivery:
    """The delivery a file holds.

    Raises:
        MalformedError: it is a stream record of another platform, whose body is elsewhere or not the one it names.
    """
    if _RECORD_MARK in content.partition(b"\n")[0]:
        header, body = read_header(content)
        if header.platform != platform:
            raise MalformedError(f"a record of {header.platform}, not of {platform}")
        if header.body_at is not None and not body:
            raise MalformedError(f"its body is stored elsewhere: s3://{header.body_at.bucket}/{header.body_at.key}")
        return with_body(header, body)
    header = DeliveryHeader(
        tenant_id=TenantId(tenant),
        connection_id=ConnectionId("local"),
        platform=platform,
        source="import",
        received_at=received_at,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        workspace_id=workspace,
        context=known,
    )
    return Delivery(header=header, body=content)


def _print(name: str, delivery: Delivery) -> bool:
    """Print the events; whether the file was no JSON at all."""
    observations = connector(delivery.header.platform).normalise(delivery)
    for observation in observations:
        line = orjson.dumps(observation.event.as_json(), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    unreadable = any(getattr(o.event.body, "reason", None) == "not JSON" for o in observations)
    if unreadable:
        _complain(name, "not JSON")
    return unreadable


def _complain(name: str, why: str) -> None:
    typer.echo(f"{name}: {why}", err=True)
