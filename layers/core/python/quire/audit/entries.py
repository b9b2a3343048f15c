"""An audit entry, its canonical bytes and the chain they form. Pure.

Each entry holds the hash of the one before it, so that leaving out, changing or inserting one breaks every later one.
The first of a day holds a hash of tenant and day. Chains of days are apart; the day's last hash is what gets sealed.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from quire.domain.errors import CorruptError
from quire.domain.ids import TenantId
from quire.evidence.canonical import canonical

SCHEMA = "quire.audit/1"
Outcome = Literal["allowed", "denied", "none"]


@dataclass(frozen=True)
class Act:
    """Something somebody did, or tried to do.

    ``decision`` is ``none`` where it did not come to one (no such route). ``status`` is the answer's HTTP status.
    ``detail`` says what exactly: of a search, its text, which is the tenant's own: it stays in the audit trail and
    goes into no log.
    """

    tenant_id: TenantId
    at: str
    subject: str
    role: str
    action: str
    resource_type: str
    resource_id: str
    decision: Outcome
    status: int
    request_id: str
    source_ip: str
    policies: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """The last entry of a chain: how many there are, and its hash."""

    count: int
    hash: str


@dataclass(frozen=True)
class Link:
    """An entry in its place: canonical bytes and their hash (hex)."""

    encoded: bytes
    hash: str


def genesis(tenant: TenantId, day: str) -> Head:
    """What the first entry of a day follows."""
    return Head(0, hashlib.sha256(f"{SCHEMA}|{tenant}|{day}".encode()).hexdigest())


def link(act: Act, entry_id: str, head: Head) -> Link:
    """The entry that follows ``head``."""
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "id": entry_id,
        "sequence": head.count + 1,
        "previous": head.hash,
        "tenant_id": act.tenant_id,
        "at": act.at,
        "principal": {"subject": act.subject, "role": act.role},
        "action": act.action,
        "resource": {"type": act.resource_type, "id": act.resource_id},
        "decision": act.decision,
        "policies": list(act.policies),
        "status": act.status,
        "request_id": act.request_id,
        "source_ip": act.source_ip,
        "detail": dict(act.detail),
    }
    encoded = canonical(value)
    return Link(encoded, hashlib.sha256(encoded).hexdigest())


def verify(tenant: TenantId, day: str, entries: Iterable[bytes]) -> Head:
    """Follow a day's chain through its entries, in order of sequence; its head, to be compared with the stored one.

    Raises:
        CorruptError: an entry is missing, was changed, or does not belong there.
    """
    head = genesis(tenant, day)
    for encoded in entries:
        try:
            value = orjson.loads(encoded)
            fits = (
                canonical(value) == encoded
                and value["previous"] == head.hash
                and value["sequence"] == head.count + 1
                and value["tenant_id"] == tenant
                and value["at"].startswith(day)
            )
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise CorruptError("an audit entry cannot be read") from error
        if not fits:
            raise CorruptError(f"the audit chain breaks after entry {head.count}")
        head = Head(head.count + 1, hashlib.sha256(encoded).hexdigest())
    return head
