"""A sealed segment's manifest: what the log's entry says of it, in canonical bytes."""

from __future__ import annotations

from dataclasses import dataclass

from quire.archive.footer import Footer
from quire.evidence.canonical import canonical

SCHEMA = "quire.manifest/1"


@dataclass(frozen=True)
class SealedObject:
    """Where a sealed segment lies and what its bytes are. ``retain_until`` is a timestamp."""

    bucket: str
    key: str
    version_id: str
    sha256: str
    size: int
    retain_until: str


def manifest(footer: Footer, lies: SealedObject) -> bytes:
    """The log entry: RFC 8785 JSON."""
    return canonical(
        {
            "schema": SCHEMA,
            "tenant_id": footer.tenant_id,
            "segment_id": footer.segment_id,
            "root": footer.root.hex(),
            "counts": {"events": footer.events, "frames": len(footer.frames)},
            "first_occurred_at": footer.first_occurred_at,
            "last_occurred_at": footer.last_occurred_at,
            "first_captured_at": footer.first_captured_at,
            "last_captured_at": footer.last_captured_at,
            "bucket": lies.bucket,
            "key": lies.key,
            "version_id": lies.version_id,
            "sha256": lies.sha256,
            "size": lies.size,
            "retention_class": footer.retention_class,
            "retain_until": lies.retain_until,
        }
    )
