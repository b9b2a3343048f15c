"""What a message carries (files, links, cards), as its document tells of it. Pure."""

from collections.abc import Sequence
from typing import Any

from quire.domain.attachment_state import AttachmentState
from quire.domain.events import AttachmentRef, Forwarded
from quire.domain.ids import message_id
from quire.domain.message import MessageState
from quire.search.file_types import file_types
from quire.search.present import distinct, present

MAX_FILE_TEXT = 1_000_000
"""Characters of the texts of all files of a message that are searched; what is beyond is in the archive only."""
Attached = Sequence[tuple[AttachmentRef, AttachmentState | None, bool]]
"""Attachments of a message, as :func:`attachments_of` tells them."""


def attachments_of(state: MessageState) -> Attached:
    """Each attachment the message ever carried, as last told: (reference, fate of its bytes, whether it is gone)."""
    latest: dict[str, AttachmentRef] = {}
    for version in state.versions:
        latest.update({reference.id: reference for reference in version.content.attachments})
    current = {reference.id for reference in state.content.attachments} if state.content else set()
    fates = {fate.attachment_id: fate for fate in state.attachments}
    return [(reference, fates.get(reference.id), reference.id not in current) for reference in latest.values()]


def file_texts(state: MessageState) -> dict[str, str]:
    """The text of each file, as far as it is searched, by the attachment's id."""
    texts: dict[str, str] = {}
    left = MAX_FILE_TEXT
    for fate in state.attachments:
        if fate.text and left:
            texts[fate.attachment_id] = fate.text[:left]
            left -= len(texts[fate.attachment_id])
    return texts


def file_names_and_types(attached: Attached) -> dict[str, Any]:
    """Names and types of files; links are none."""
    files = [(ref, fate) for ref, fate, _ in attached if ref.kind != "link"]
    if not files:
        return {}
    types: set[str] = set()
    for reference, fate in files:
        found = (fate.content_type, fate.detected_type) if fate else ()
        types |= file_types(reference.name, reference.content_type, *found)
    return {"file_names": distinct(reference.name for reference, _ in files), "file_types": sorted(types)}


def attachment_document(
    state: MessageState, reference: AttachmentRef, fate: AttachmentState | None, removed: bool, text: str | None
) -> dict[str, Any]:
    """What the document tells of one attachment; ``text`` is its file's, as far as it is searched."""
    fetched = ["sha256", "detected_type", "reason", "text_status", "storage_key", "storage_version", "thumbnail_key"]
    return present(
        {
            "attachment_id": reference.id,
            "kind": reference.kind,
            "name": reference.name,
            "content_type": (fate.content_type if fate else None) or reference.content_type,
            "size": fate.size if fate and fate.size is not None else reference.size,
            "url": reference.url,
            "text": reference.text,
            "status": fate.status if fate else "referenced",
            "removed": removed or None,
            "extracted_text": text,
            "forwarded": True if reference.forwarded else None,
            "source_message_id": _source(state, reference.forwarded),
            **({name: getattr(fate, name) for name in fetched} if fate else {}),
        }
    )


def _source(state: MessageState, forwarded: Forwarded | None) -> str | None:
    """Quire's id of the message that was passed on."""
    if forwarded is None or forwarded.message is None or forwarded.channel is None:
        return None
    workspace = forwarded.workspace or state.workspace_id
    return message_id(state.tenant_id, state.platform, workspace, forwarded.channel, forwarded.message)
