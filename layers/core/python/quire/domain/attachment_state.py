"""How the bytes of a message's attachments fared: folded from its events in the order they happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from quire.domain.events import AttachmentFact, Event

CaptureStatus = Literal["captured", "failed"]
TextStatus = Literal["complete", "truncated", "none", "unsupported", "failed"]


@dataclass(frozen=True, slots=True)
class AttachmentState:
    """How the bytes of an attachment fared; the fields are those of :class:`quire.domain.events.AttachmentFact`.

    ``at`` is when its bytes were stored, or last asked for in vain.
    """

    attachment_id: str
    status: CaptureStatus
    at: str
    sha256: str | None = None
    size: int | None = None
    content_type: str | None = None
    detected_type: str | None = None
    storage_key: str | None = None
    storage_version: str | None = None
    thumbnail_key: str | None = None
    text: str | None = None
    text_status: TextStatus | None = None
    reason: str | None = None
    attempts: int | None = None


def attachment_states(ordered: Iterable[Event]) -> tuple[AttachmentState, ...]:
    """The last word on each file, in order of id; captured bytes are not forgotten by a later failure."""
    states: dict[str, AttachmentState] = {}
    for event in ordered:
        body = event.body
        if not isinstance(body, AttachmentFact):
            continue
        captured = event.kind == "attachment.captured"
        known = states.get(body.attachment_id)
        if known is not None and known.status == "captured" and not captured:
            continue
        states[body.attachment_id] = AttachmentState(
            attachment_id=body.attachment_id,
            status="captured" if captured else "failed",
            at=event.occurred_at,
            sha256=body.sha256,
            size=body.size,
            content_type=body.content_type,
            detected_type=body.detected_type,
            storage_key=body.storage_key,
            storage_version=body.storage_version,
            thumbnail_key=body.thumbnail_key,
            text=body.text,
            text_status=body.text_status,
            reason=body.reason,
            attempts=body.attempts,
        )
    return tuple(states[key] for key in sorted(states))
