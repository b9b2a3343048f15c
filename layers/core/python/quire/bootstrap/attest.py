"""The use cases that have others vouch for a log: time-stamping authorities, witnesses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from quire.bootstrap.sessions import patient
from quire.domain.ids import TenantId

if TYPE_CHECKING:
    from quire.archive.sealing.authority import Authority
    from quire.archive.sealing.stamp import Stamper, Stamping
    from quire.archive.sealing.witnesses import CheckpointSender, Sending
    from quire.aws.archive_objects import ArchiveObjects
    from quire.aws.ledger import Ledger
    from quire.aws.log_marks import LogMarks
    from quire.aws.witness_settings import Witness, WitnessSettings
    from quire.outbound.whereabouts import Find


class Attested(NamedTuple):
    """What came of it."""

    tenant: TenantId
    stamp: Stamping
    sent: list[Sending]

    def as_json(self) -> dict[str, Any]:
        """The same for a state machine: who the witnesses are is left out."""
        stamp = {"outcome": self.stamp.outcome, "size": self.stamp.size, "reason": self.stamp.reason}
        sent = [{"kind": each.witness.kind, "outcome": each.outcome, "reason": each.reason} for each in self.sent]
        return {"tenantId": self.tenant, "stamp": stamp, "witnesses": sent}


@cache
def log_marks() -> LogMarks:
    """What was done about tenants' checkpoints."""
    from quire.aws.log_marks import LogMarks
    from quire.config import settings

    return LogMarks(patient().dynamodb, settings().need("ledger_table"))


@cache
def stamper() -> Stamper:
    """Has logs stamped."""
    from quire.archive.sealing.stamp import Stamper

    return Stamper(_ledger(), _archive(), log_marks(), _authority(), lambda: datetime.now(UTC))


def stamp(tenant: TenantId, *, demand: bool = False) -> Stamping:
    """Have a tenant's newest checkpoint stamped where it is due, or on ``demand``."""
    return stamper().stamp(tenant, demand=demand)


@cache
def checkpoint_sender() -> CheckpointSender:
    """Sends checkpoints to tenants' witnesses."""
    from quire.archive.sealing.witnesses import CheckpointSender
    from quire.aws.mail import Mail
    from quire.config import settings
    from quire.outbound.named import NamedByTenant
    from quire.outbound.transport import Transport
    from quire.outbound.whereabouts import public

    known = settings()
    return CheckpointSender(
        ledger=_ledger(),
        marks=log_marks(),
        settings=_witness_settings(),
        post=NamedByTenant(Transport(_gateway() or public(), known.platform_ca)).post,
        mail=Mail(patient().mail, known.mail_sender) if known.mail_sender else None,
        clock=lambda: datetime.now(UTC),
    )


def send_checkpoint(tenant: TenantId) -> list[Sending]:
    """Send a tenant's newest checkpoint to its witnesses."""
    return checkpoint_sender().send(tenant)


def witnesses_of(tenant: TenantId) -> list[Witness]:
    """Whom a tenant's checkpoints are sent to."""
    return _witness_settings().of(tenant)


def name_witnesses(tenant: TenantId, told: Sequence[Mapping[str, str]]) -> None:
    """Say whom they are sent to from now on: ``[{"url"} | {"email"}]``.

    Raises:
        InvalidFieldsError: one of them is not possible; nothing is changed.
    """
    from quire.archive.sealing.witnesses import check_witnesses, read_witnesses

    witnesses = read_witnesses(told)
    check_witnesses(witnesses)
    _witness_settings().put(tenant, witnesses)


def attest(event: Mapping[str, Any]) -> Attested:
    """Have others vouch for a tenant's log: ``{"tenantId", "demand"?}``."""
    tenant = TenantId(event["tenantId"])
    return Attested(tenant, stamp(tenant, demand=bool(event.get("demand"))), send_checkpoint(tenant))


@cache
def tsa_roots() -> bytes:
    """The certificates that time tokens lead to, in PEM; empty where no authority is set."""
    from quire.archive.sealing.authority import read_pem
    from quire.config import settings

    return read_pem(settings().tsa_roots) if settings().tsa_roots else b""


def _authority() -> Authority | None:
    from quire.archive.sealing.authority import over_http
    from quire.config import settings
    from quire.outbound.named import NamedByOperator

    known = settings()
    if not known.tsa_url:
        return None
    roots = tsa_roots()
    if not roots:
        known.need("tsa_roots")
    return over_http(NamedByOperator(known.tsa_url, known.platform_ca, _gateway()), roots)


def _gateway() -> Find | None:
    """One machine's simulated hosts, where this is one machine."""
    from quire.config import settings
    from quire.outbound.whereabouts import gateway

    return gateway(settings().platform_gateway) if settings().platform_gateway else None


@cache
def _witness_settings() -> WitnessSettings:
    from quire.aws.witness_settings import WitnessSettings
    from quire.config import settings

    return WitnessSettings(patient().dynamodb, settings().need("control_table"))


@cache
def _ledger() -> Ledger:
    from quire.aws.ledger import Ledger
    from quire.config import settings

    return Ledger(patient().dynamodb, settings().need("ledger_table"))


@cache
def _archive() -> ArchiveObjects:
    from quire.aws.archive_objects import ArchiveObjects
    from quire.bootstrap.archive import lock_of
    from quire.config import settings

    known = settings()
    lock = lock_of(known.archive_lock_mode, known.archive_lock_days)
    return ArchiveObjects(patient().s3, known.need("archive_bucket"), lock)
