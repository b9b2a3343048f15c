"""The columns of a Parquet file: what an event says flatly, where it is proven, and the rest of it as JSON text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import orjson

from quire.domain.time import nanoseconds

SCHEMA = "quire.parquet/1"
"""Columns may be added to it, none taken away or changed."""
Type = Literal["text", "texts", "time", "number"]
Value = str | int | list[str] | None


class Column(NamedTuple):
    """A column: ``time`` is microseconds since 1970 in UTC, ``texts`` a list."""

    name: str
    type: Type
    says: str


COLUMNS: Sequence[Column] = (
    Column("event_id", "text", "id of the event"),
    Column("kind", "text", "message.created, message.edited, message.deleted, reaction.added..."),
    Column("platform", "text", "slack, teams, whatsapp, discord, telegram, generic"),
    Column("workspace_id", "text", "the platform's id of the workspace"),
    Column("connection_id", "text", "connection by which it came"),
    Column("source", "text", "webhook, poll, backfill, reconcile, import"),
    Column("channel_id", "text", "id of the conversation"),
    Column("channel_name", "text", "its name, where the delivery told it"),
    Column("channel_type", "text", "channel, group, direct, meeting"),
    Column("channel_native_id", "text", "the platform's id of it"),
    Column("message_id", "text", "id of the message"),
    Column("message_native_id", "text", "the platform's id of it"),
    Column("thread_id", "text", "id of the message that began the thread"),
    Column("parent_message_id", "text", "id of the message that is answered"),
    Column("subject_id", "text", "id of whose words or act it is"),
    Column("sender_id", "text", "the platform's id of who wrote, reacted, joined, or is told of"),
    Column("sender_name", "text", "name, where the delivery told it"),
    Column("sender_type", "text", "user, bot, guest, system"),
    Column("sender_email", "text", "e-mail address, where the delivery told it"),
    Column("occurred_at", "time", "when, by the platform's clock"),
    Column("occurred_at_text", "text", "the same with all digits that the platform gave"),
    Column("captured_at", "time", "when it was captured, by ours"),
    Column("captured_at_text", "text", "the same with all its digits"),
    Column("sent_at", "time", "when the message itself was written, where the delivery told it"),
    Column("sent_at_text", "text", "the same with all its digits"),
    Column("text", "text", "what the message says (after an edit: says now)"),
    Column("text_type", "text", "text/plain, text/markdown, text/html"),
    Column("title", "text", "subject line, where the platform has one"),
    Column("previous_text", "text", "what it said before an edit or deletion, where the platform told it"),
    Column("attachment_names", "texts", "names of the files and links it carries, or of the file it is about"),
    Column("attachment_sha256", "text", "SHA-256 (hex) of the file's bytes as sent"),
    Column("attachment_size", "number", "their number"),
    Column("emoji", "text", "of a reaction"),
    Column("reason", "text", "why a message was deleted, a file is not there, a delivery was not recognised"),
    Column("body", "text", "everything that the event says of its kind, as JSON"),
    Column("raw_sha256", "text", "SHA-256 (hex) of the raw element it was read from"),
    Column("delivery_sha256", "text", "SHA-256 (hex) of the whole delivery"),
    Column("connector", "text", "name and version of the code that read it"),
    Column("retention_class", "text", "retention class it was sealed in"),
    Column("segment_id", "text", "archive segment that holds it"),
    Column("leaf_index", "number", "number of its leaf (from 0) under the segment's root"),
    Column("leaf", "text", "that leaf (hex)"),
)


class Place(NamedTuple):
    """Where an event is proven: number and hash of its leaf in a segment."""

    retention_class: str
    segment_id: str
    leaf_index: int
    leaf: bytes


def row(event: Mapping[str, Any], place: Place) -> dict[str, Value]:
    """One event's values; columns that it has nothing for are left out."""
    return {
        **_flat(event),
        **_about(event.get("body") or {}),
        "retention_class": place.retention_class,
        "segment_id": place.segment_id,
        "leaf_index": place.leaf_index,
        "leaf": place.leaf.hex(),
    }


_SAME = (
    *("event_id", "kind", "platform", "workspace_id", "connection_id", "source", "channel_id", "message_id"),
    *("thread_id", "parent_message_id", "subject_id", "raw_sha256"),
)
"""Columns named as the event's own fields."""

_PEOPLE = ("sender", "actor", "member", "user")


def _flat(event: Mapping[str, Any]) -> dict[str, Value]:
    connector = event.get("connector") or {}
    return {
        **{name: event.get(name) for name in _SAME},
        **_time("occurred_at", event.get("occurred_at")),
        **_time("captured_at", event.get("captured_at")),
        "delivery_sha256": (event.get("delivery") or {}).get("sha256"),
        "connector": f"{connector.get('name', '')} {connector.get('version', '')}".strip(),
    }


def _about(body: Mapping[str, Any]) -> dict[str, Value]:
    """What its body says: each kind has its own, and names the same things alike."""
    channel, native = body.get("channel") or {}, body.get("native") or {}
    content, previous = body.get("content") or {}, body.get("previous") or {}
    sender: Mapping[str, Any] = next((body[name] for name in _PEOPLE if body.get(name)), {})
    carried = [each.get("name") or each.get("url") or each.get("id") for each in content.get("attachments", ())]
    return {
        "channel_name": channel.get("name"),
        "channel_type": channel.get("type"),
        "channel_native_id": channel.get("id"),
        "message_native_id": native.get("message"),
        **{f"sender_{name}": sender.get(name) for name in ("id", "name", "type", "email")},
        **_time("sent_at", body.get("sent_at")),
        "text": content.get("text"),
        "text_type": content.get("content_type") if content else None,
        "title": content.get("subject"),
        "previous_text": previous.get("text"),
        "attachment_names": carried or ([body["name"]] if body.get("attachment_id") and body.get("name") else None),
        "attachment_sha256": body.get("sha256"),
        "attachment_size": body.get("size"),
        "emoji": body.get("emoji"),
        "reason": body.get("reason"),
        "body": orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode(),
    }


def _time(name: str, text: str | None) -> dict[str, Value]:
    return {} if text is None else {name: nanoseconds(text) // 1000, f"{name}_text": text}
