"""A message as the API shows it, made from the indexed document and the names the directory knows. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from quire.api.model import ApiModel, Maybe
from quire.domain.ids import ChannelId, MessageId, SubjectId, TenantId
from quire.search.directory import Names, person
from quire.search.documents import Document

_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}\Z", re.ASCII)

Sources = Mapping[MessageId, ChannelId]
"""Messages that were passed on and are in the archive, and in which conversations they are."""
_NO_SOURCES: Sources = {}


class Edit(ApiModel):
    """A text the message no longer shows, from when on it showed it, where that is known, and who wrote it."""

    content: str
    at: Maybe[str] = None
    by: Maybe[str] = None


class Attachment(ApiModel):
    """A file, link or card. ``removed``: an edit took it away.

    ``capture_status`` is how its bytes fared: not asked for (yet), stored, or not to be had, for a ``reason`` of one
    word. ``size`` and ``sha256`` are of the bytes as sent, ``detected_type`` is what they look like; ``text_status``
    says whether their text is searched. ``content_url`` and ``thumbnail_url`` are addresses of this API.

    ``forwarded``: it is a message that was passed on; ``source_message_id`` and ``source_channel_id`` say which, where
    that message is in the archive.
    """

    attachment_id: str
    name: Maybe[str] = None
    kind: str
    size: Maybe[int] = None
    content_type: Maybe[str] = None
    url: Maybe[str] = None
    text: Maybe[str] = None
    capture_status: Literal["referenced", "captured", "failed"]
    reason: Maybe[str] = None
    sha256: Maybe[str] = None
    detected_type: Maybe[str] = None
    text_status: Maybe[Literal["complete", "truncated", "none", "unsupported", "failed"]] = None
    content_url: Maybe[str] = None
    thumbnail_url: Maybe[str] = None
    removed: Maybe[bool] = None
    forwarded: Maybe[bool] = None
    source_message_id: Maybe[str] = None
    source_channel_id: Maybe[str] = None


class Reaction(ApiModel):
    """An emoji and who set it; ``removed_at`` once it was taken back."""

    emoji: str
    user_id: str
    user_name: Maybe[str] = None
    added_at: Maybe[str] = None
    removed_at: Maybe[str] = None


class Mention(ApiModel):
    """Whom or what the text addresses; ``id`` is the platform's, ``user_id`` Quire's where it is a person."""

    kind: Literal["user", "bot", "channel", "group", "everyone"]
    id: Maybe[str] = None
    name: Maybe[str] = None
    user_id: Maybe[str] = None


class Evidence(ApiModel):
    """Where the event that made the message lies in the archive: object key of the segment, number of the frame."""

    segment: str
    frame: int


class Message(ApiModel):
    """A message as it stands, with what it said before. Times are RFC 3339 with the platform's own precision.

    With ``as_of`` it is as a member saw it then: no earlier texts, no reactions taken back; ``tombstone`` once it was
    deleted, when members saw a notice in its place or nothing; ``untold`` where what it said then is not known.
    """

    message_id: str
    tenant_id: str
    platform: str
    platform_id: str
    workspace_id: str
    connection_id: str
    channel_id: Maybe[str] = None
    channel_name: Maybe[str] = None
    channel_type: Maybe[str] = None
    user_id: Maybe[str] = None
    user_name: Maybe[str] = None
    user_type: Maybe[str] = None
    content: str
    content_type: str
    subject: Maybe[str] = None
    timestamp: str
    thread_id: Maybe[str] = None
    parent_message_id: Maybe[str] = None
    edit_history: list[Edit]
    edited_at: Maybe[str] = None
    deleted_at: Maybe[str] = None
    deleted_by: Maybe[str] = None
    attachments: list[Attachment]
    reactions: list[Reaction]
    mentions: list[Mention]
    system: Maybe[str] = None
    external: Maybe[bool] = None
    broadcast: Maybe[bool] = None
    tags: list[str]
    compliance_flags: list[str]
    revision: int
    evidence: Maybe[Evidence] = None
    as_of: Maybe[str] = None
    tombstone: Maybe[bool] = None
    untold: Maybe[bool] = None


@dataclass(frozen=True)
class _Person:
    """Somebody a message names by the platform's id: Quire's id, and a name where anybody knows one."""

    subject: SubjectId
    name: str | None


class _Told:
    """A document and the directory's names, asked for the parts of a message."""

    def __init__(self, document: Document, names: Names) -> None:
        self._document = document
        self._names = names

    def time(self, name: str) -> str | None:
        """A time as the platform gave it: the index may hold only the nearest it can."""
        exact: str | None = self._document.get("exact_times", {}).get(name, self._document.get(name))
        return exact

    def person(self, actor: Mapping[str, Any]) -> _Person:
        """Who an actor is to us."""
        document = self._document
        subject = person(TenantId(document["tenant_id"]), document["platform"], document["workspace_id"], actor["id"])
        known = self._names.users.get(subject)
        return _Person(subject, actor.get("name") or (known.name if known else None))

    def called(self, actor: Mapping[str, Any] | None) -> str | None:
        """What to call an actor: by name, or else by the platform's id."""
        return None if actor is None else self.person(actor).name or str(actor["id"])

    def mention(self, mention: Mapping[str, Any]) -> Mention:
        """A mention, with the person's name where the text did not tell it."""
        native = mention.get("id")
        who = self.person(mention) if native and mention["kind"] in ("user", "bot") else None
        return Mention(
            kind=mention["kind"],
            id=native,
            name=mention.get("name") or (who.name if who else None),
            user_id=who.subject if who else None,
        )

    def reaction(self, reaction: Mapping[str, Any]) -> Reaction:
        """A reaction, with the name of who set it."""
        who = self.person(reaction["actor"])
        return Reaction(
            emoji=reaction["emoji"],
            user_id=who.subject,
            user_name=who.name,
            added_at=reaction.get("added_at"),
            removed_at=reaction.get("removed_at"),
        )

    def names(self) -> dict[str, Any]:
        """Names and kinds of channel and sender: as the message tells them, else as the directory does, which knows
        only what a conversation is called now."""
        document = self._document
        known = None if "seen_at" in document else ChannelId(document.get("channel_id", ""))
        channel = self._names.channels.get(known) if known else None
        user = self._names.users.get(document.get("user_id", ""))
        return {
            "channel_name": document.get("channel_name") or (channel.name if channel else None),
            "channel_type": document.get("channel_type") or (channel.type if channel else None),
            "user_name": document.get("user_name") or (user.name if user else None),
            "user_type": document.get("user_type") or (user.type if user else None),
        }


def message_fields(document: Document, names: Names, sources: Sources = _NO_SOURCES) -> dict[str, Any]:
    """The fields of a :class:`Message`."""
    told = _Told(document, names)
    as_indexed = (
        "message_id tenant_id platform platform_id workspace_id connection_id channel_id user_id subject thread_id "
        "parent_message_id system revision"
    )
    return {
        **{name: document.get(name) for name in as_indexed.split()},
        **told.names(),
        "content": document.get("content", ""),
        "content_type": document.get("content_type", "text/plain"),
        "timestamp": told.time("timestamp"),
        "edit_history": [
            Edit(content=version["text"], at=version.get("at"), by=told.called(version.get("by")))
            for version in document.get("versions", ())[:-1]
        ],
        "edited_at": told.time("edited_at"),
        "deleted_at": told.time("deleted_at"),
        "deleted_by": told.called(document.get("deleted_by")),
        "attachments": [_attachment(document, each, sources) for each in document.get("attachments", ())],
        "reactions": [told.reaction(each) for each in document.get("reactions", ())],
        "mentions": [told.mention(each) for each in document.get("mentions", ())],
        "external": True if document.get("is_external") else None,
        "broadcast": True if document.get("is_broadcast") else None,
        "tags": document.get("tags", []),
        "compliance_flags": document.get("compliance_flags", []),
        "evidence": _evidence(document.get("evidence")),
        "as_of": document.get("seen_at"),
        "tombstone": True if document.get("is_tombstone") else None,
        "untold": True if document.get("is_untold") else None,
    }


def message_of(document: Document, names: Names, sources: Sources = _NO_SOURCES) -> Message:
    """The message a document tells of."""
    return Message(**message_fields(document, names, sources))


def address_of(attachment_id: str) -> str:
    """An attachment's id as it stands in an address: itself where it is plain, else a hash of it."""
    if _PLAIN.match(attachment_id):
        return attachment_id
    return "~" + hashlib.sha256(attachment_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _attachment(document: Document, each: Mapping[str, Any], sources: Sources) -> Attachment:
    source = MessageId(each.get("source_message_id", ""))
    here = f"/v1/messages/{document['message_id']}/attachments/{address_of(each['attachment_id'])}"
    return Attachment(
        attachment_id=each["attachment_id"],
        name=each.get("name"),
        kind=each["kind"],
        size=each.get("size"),
        content_type=each.get("content_type"),
        url=each.get("url"),
        text=each.get("text"),
        capture_status=each["status"],
        reason=each.get("reason"),
        sha256=each.get("sha256"),
        detected_type=each.get("detected_type"),
        text_status=each.get("text_status"),
        content_url=f"{here}/content" if each.get("storage_key") else None,
        thumbnail_url=f"{here}/thumbnail" if each.get("thumbnail_key") else None,
        removed=each.get("removed"),
        forwarded=each.get("forwarded"),
        source_message_id=source if source in sources else None,
        source_channel_id=sources.get(source),
    )


def _evidence(value: Mapping[str, Any] | None) -> Evidence | None:
    return None if value is None else Evidence(segment=value["segment"], frame=value["frame"])
