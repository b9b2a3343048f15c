"""Deterministic identifiers.

An id is a UUIDv8 (RFC 9562, section 5.8) whose 122 free bits are the head of SHA-256 over length-prefixed parts, so the
same fact seen by webhook, by polling and by backfill has one id, and no two lists of parts share one encoding.
"""

import hashlib
import re
from functools import lru_cache
from typing import NewType

TenantId = NewType("TenantId", str)
ConnectionId = NewType("ConnectionId", str)
ChannelId = NewType("ChannelId", str)
MessageId = NewType("MessageId", str)
EventId = NewType("EventId", str)
SubjectId = NewType("SubjectId", str)
SegmentId = NewType("SegmentId", str)

_TENANT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")
_MANY = 8192  # the same few people and conversations are told of again and again
_CONNECTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?\Z")


def derive(purpose: str, *parts: str) -> str:
    """The UUIDv8 of ``purpose`` and ``parts``; each part is hashed with its length in bytes (u32, big-endian)."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in (purpose, *parts)]
    digits = hashlib.sha256(b"".join([len(part).to_bytes(4, "big") + part for part in encoded])).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


@lru_cache(_MANY)
def channel_id(tenant: TenantId, platform: str, workspace: str, channel: str) -> ChannelId:
    """Quire's id of a platform's conversation; native ids repeat across workspaces, so all are hashed."""
    return ChannelId(derive("channel", tenant, platform, workspace, channel))


def message_id(tenant: TenantId, platform: str, workspace: str, channel: str, native: str) -> MessageId:
    """Quire's id of a message; ``native`` is the platform's id, often unique within its channel only."""
    return MessageId(derive("message", tenant, platform, workspace, channel, native))


@lru_cache(_MANY)
def subject_id(tenant: TenantId, platform: str, workspace: str, user: str) -> SubjectId:
    """Quire's id of the platform user whose words or act an event is."""
    return SubjectId(derive("subject", tenant, platform, workspace, user))


def event_id(about: str, kind: str, discriminator: str) -> EventId:
    """The id of one fact about a message (or, where there is none, about a channel, a user or a delivery).

    ``discriminator`` is what the platform itself gives a revision: edit time, deletion, (user, emoji, time).
    """
    return EventId(derive("event", about, kind, discriminator))


def is_tenant_id(text: str) -> bool:
    """Whether ``text`` may name a tenant: it stands in S3 keys, index names and IAM policies."""
    return _TENANT.match(text) is not None


def is_connection_id(text: str) -> bool:
    """Whether ``text`` may name a connection: it stands in webhook addresses, secret names and table keys."""
    return _CONNECTION.match(text) is not None
