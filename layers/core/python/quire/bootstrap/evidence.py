"""The use cases about evidence: proofs of messages, packages of them, by whichever identity asks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from quire.bootstrap.sessions import patient, prompt

if TYPE_CHECKING:
    from quire.archive.ciphers import Ciphers
    from quire.archive.packages.folder import WriteFile
    from quire.archive.packages.pack import Packed
    from quire.archive.proofs.check_ledger import Difference
    from quire.archive.proofs.prove_message import MessageProof, MessageProver
    from quire.archive.proofs.sealed_events import Captured, OpenFrames, SealedEvents
    from quire.aws.archive_objects import ArchiveObjects
    from quire.aws.control import Control
    from quire.aws.expiring import Expiring
    from quire.aws.ledger import Ledger
    from quire.aws.sessions import Aws
    from quire.domain.ids import MessageId, TenantId
    from quire.evidence.note import VerifierKey
    from quire.search.documents import Known
    from quire.search.messages import Messages


class Sealed(NamedTuple):
    """What is sealed, over one identity's credentials."""

    ledger: Ledger
    objects: ArchiveObjects
    open_frames: OpenFrames
    events: SealedEvents


def sealed_of(aws: Aws) -> Sealed:
    """What is sealed, over these credentials."""
    from quire.archive.proofs.sealed_events import SealedEvents
    from quire.aws.archive_objects import ArchiveObjects
    from quire.aws.ledger import Ledger
    from quire.bootstrap.archive import lock_of
    from quire.config import settings

    known = settings()
    lock = lock_of(known.archive_lock_mode, known.archive_lock_days)
    ledger = Ledger(aws.dynamodb, known.need("ledger_table"))
    objects = ArchiveObjects(aws.s3, known.need("archive_bucket"), lock)
    open_frames = frames_of(aws)
    return Sealed(ledger, objects, open_frames, SealedEvents(ledger, objects, open_frames))


def frames_of(aws: Aws) -> OpenFrames:
    """Opens frames with subjects' keys; where the deployment has no keys, those without."""
    from quire.bootstrap.keys import ciphers_of

    return ciphers_of(aws).for_opening


def log_key_of(tenant: TenantId) -> VerifierKey:
    """The verifier key of a tenant's log, which is named ``quire-<stage>.<account>/<tenant>``."""
    from quire.config import settings
    from quire.evidence.note import VerifierKey

    known = settings()
    account = known.need("log_key_arn").split(":")[4]
    return VerifierKey(f"quire-{known.stage}.{account}/{tenant}", _log_public())


def prover(tenant: TenantId, control: Control) -> MessageProver:
    """Proves a tenant's messages, over credentials that read what is sealed of it and nothing else; ``control`` reads
    which key is the tenant's."""
    known = control.tenant(tenant)
    found = _provers().get((tenant, known.key_arn if known else ""))
    assert found is not None, "credentials are always given"  # noqa: S101
    return found


def opener(tenant: TenantId, control: Control) -> Ciphers:
    """Opens a tenant's segments for a reader of its messages, over the credentials that prove them."""
    from quire.bootstrap.keys import ciphers_of

    known = control.tenant(tenant)
    found = _vaults().get((tenant, known.key_arn if known else ""))
    assert found is not None, "credentials are always given"  # noqa: S101
    return ciphers_of(found)


def proof(tenant: TenantId, messages: Messages, control: Control, message: MessageId) -> MessageProof | None:
    """What proves a message; ``None`` when the tenant has none of this id."""
    known = messages.events(message)
    return prover(tenant, control).prove(tenant, captured_of(known)) if known else None


def captured_of(known: Sequence[Known]) -> list[Captured]:
    """What finds these events where they are sealed."""
    from quire.archive.proofs.sealed_events import Captured

    return [
        Captured(
            each.event.event_id,
            each.event.subject_id,
            each.event.kind,
            each.event.occurred_at,
            each.event.captured_at,
            each.segment,
            each.version_id,
            each.frame,
        )
        for each in known
    ]


def events_of(tenant: TenantId, message: MessageId) -> list[Captured]:
    """The events of a message, by its rows or, where they have expired, by its document; as the operator."""
    from quire.bootstrap.archive import journal
    from quire.bootstrap.search import engine_of, known_events, now, opened
    from quire.search.conversations import Conversations
    from quire.search.messages import Messages

    aws = patient()
    indexed = Conversations(engine_of(aws).for_tenant(tenant))
    return captured_of(Messages(tenant, known_events(aws, journal(), opened), indexed, now).events(message))


def pack(
    tenant: TenantId,
    messages: Mapping[MessageId, Sequence[Captured]] | None,
    write: WriteFile,
    *,
    everything: bool,
    roots: bytes | None = None,
) -> Packed:
    """Write a package of a tenant's evidence, as the operator. ``messages``: see ``archive.packages.pack.Wanted``.

    ``roots`` are the certificates (PEM) that time tokens lead to; ``None``: those that the deployment knows.
    """
    from quire.archive.packages.pack import Packer, Wanted
    from quire.archive.packages.program import program
    from quire.bootstrap.attest import tsa_roots

    sealed = sealed_of(patient())
    packer = Packer(
        sealed.ledger,
        sealed.objects,
        sealed.open_frames,
        log_key_of,
        program(),
        tsa_roots() if roots is None else roots,
    )
    return packer.pack(tenant, Wanted(everything, messages), write)


def check_ledger(tenant: TenantId) -> Iterator[Difference]:
    """Whether a tenant's ledger still says what its log says, as the operator."""
    from quire.archive.proofs.check_ledger import check_ledger as differences
    from quire.archive.proofs.published_log import latest_log

    sealed = sealed_of(patient())
    log = latest_log(tenant, sealed.ledger, sealed.objects, log_key_of(tenant))
    return differences(tenant, sealed.ledger, sealed.objects, log)


@cache
def _log_public() -> bytes:
    from quire.aws.log_keys import LogKey
    from quire.config import settings

    return LogKey(prompt().kms, settings().need("log_key_arn")).public()


@cache
def _provers() -> Expiring[tuple[TenantId, str], MessageProver]:
    """Kept with their credentials, and with the footers that they have read."""
    from quire.archive.proofs.prove_message import MessageProver
    from quire.aws.expiring import Expiring, Life
    from quire.aws.log_marks import LogMarks
    from quire.config import settings
    from quire.identity.isolation import KEPT_SECONDS

    def load(whose: tuple[TenantId, str]) -> MessageProver:
        aws = _vaults().get(whose)
        assert aws is not None, "credentials are always given"  # noqa: S101
        sealed, marks = sealed_of(aws), LogMarks(aws.dynamodb, settings().need("ledger_table"))
        return MessageProver(sealed.ledger, marks, sealed.objects, sealed.events, log_key_of)

    return Expiring(load, Life(present=KEPT_SECONDS // 2, absent=0, entries=8), time.monotonic)


@cache
def _vaults() -> Expiring[tuple[TenantId, str], Aws]:
    """Credentials that read what is sealed of a tenant and its subjects' keys, by tenant and its KMS key."""
    from quire.aws.expiring import Expiring, Life
    from quire.config import settings
    from quire.identity.isolation import KEPT_SECONDS, Vault, assume_tenant, proving_policy

    known = settings()
    role = known.need("tenant_role_arn")
    _, partition, _, _, account, _ = role.split(":", 5)
    table = f"arn:{partition}:dynamodb:{known.region}:{account}:table"

    def load(whose: tuple[TenantId, str]) -> Aws:
        vault = Vault(
            tables=tuple(f"{table}/{name}" for name in (known.need("ledger_table"), known.keys_table) if name),
            bucket=f"arn:{partition}:s3:::{known.need('archive_bucket')}",
            keys=tuple(key for key in (known.data_key_arn, whose[1]) if key),
        )
        return assume_tenant(prompt(), role, lambda tenant: proving_policy(tenant, vault), "proves")(whose[0])

    return Expiring(load, Life(present=KEPT_SECONDS // 2, absent=0, entries=8), time.monotonic)
