"""What archived messages carry that is to be fetched, as work for the attachment queue. Pure."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from quire.archive.entries import Entry
from quire.aws.journal import Stored
from quire.domain.ids import EventId, TenantId

if TYPE_CHECKING:
    from quire.domain.attachments import RawAt, WantedFile

FETCHED = frozenset({"file", "image", "unavailable"})
"""Kinds of attachment that stand for bytes; what is unavailable may have become available, or say why it is not."""
_TELLING = frozenset({"message.created", "message.edited"})
_SIGN = b'"attachments":[{'
"""Stands in the canonical bytes of every event that has an attachment."""
_LONGEST_NAME = 255
_MOST_BYTES = 200_000

_log = logging.getLogger(__name__)


def work_of(tenant: TenantId, entries: Iterable[Entry], frame_of: Mapping[EventId, int], stored: Stored) -> list[str]:
    """Bodies for the attachment queue: one a file of each message written or edited; ``stored`` holds their raw."""
    found: list[str] = []
    for entry in entries:
        if entry.kind in _TELLING and _SIGN in entry.canonical:
            place = {"bucket": stored.bucket, "key": stored.key, "version_id": stored.version_id}
            found.extend(_bodies(tenant, entry, {**place, "frame": frame_of[entry.event_id]}))
    return found


def _bodies(tenant: TenantId, entry: Entry, place: Mapping[str, Any]) -> Iterator[str]:
    from quire.domain.attachments import RawAt  # here: a batch without files loads no models

    event = orjson.loads(entry.canonical)
    if entry.channel_id is None or "message_id" not in event:
        return
    raw_at = RawAt(event_id=entry.event_id, **place)
    attachments = {each["id"]: each for each in event["body"]["content"].get("attachments", ())}
    for attachment in attachments.values():
        if attachment["kind"] not in FETCHED:
            continue
        for least in (False, True):
            body = _wanted(tenant, event, _described(attachment, least=least), raw_at).text()
            if len(body.encode()) <= _MOST_BYTES:
                yield body
                break
        else:
            _log.warning("a file's description is too large to be fetched by", extra={"event_id": entry.event_id})


def _described(attachment: Mapping[str, Any], *, least: bool) -> dict[str, Any]:
    """The reference without what fetching does not need; ``least``: only what it cannot do without."""
    left_out = {"text", "url", "name"} if least else {"text"}
    told = {name: value for name, value in attachment.items() if name not in left_out}
    if "name" in told:
        told["name"] = told["name"][:_LONGEST_NAME]
    return told


def _wanted(tenant: TenantId, event: Mapping[str, Any], attachment: Mapping[str, Any], raw_at: RawAt) -> WantedFile:
    from quire.domain.attachments import WantedFile

    body = event["body"]
    written = event["occurred_at"] if event["kind"] == "message.created" else None
    return WantedFile.model_validate(
        {
            "tenant_id": tenant,
            "connection_id": event["connection_id"],
            "platform": event["platform"],
            "workspace_id": event["workspace_id"],
            "message_id": event["message_id"],
            "channel_id": event["channel_id"],
            "thread_id": event.get("thread_id"),
            "parent_message_id": event.get("parent_message_id"),
            "subject_id": event["subject_id"],
            "channel": body["channel"],
            "native": body["native"],
            "sent_at": body.get("sent_at") or written,
            "source": event["source"],
            "attachment": attachment,
            "raw_at": raw_at,
        }
    )
