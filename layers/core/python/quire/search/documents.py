"""A message's state as the document that is indexed. Pure.

The document holds everything the API shows of a message, so that a search needs no second store, and the ``events`` it
was folded from, so that it can be folded on when the event rows have expired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from quire.domain.acts import act_of
from quire.domain.events import Event, event_from_json, told
from quire.domain.ids import subject_id
from quire.domain.message import MessageState, Version
from quire.domain.reaction_state import ReactionState
from quire.domain.time import nanoseconds
from quire.search.attached import Attached, attachment_document, attachments_of, file_names_and_types, file_texts
from quire.search.languages import languages_of
from quire.search.mapping import indexable_time, place_in_time
from quire.search.present import distinct, present
from quire.search.told_by_texts import told_by

Document = Mapping[str, Any]
FOLDED_FROM = ("events", "attachments.attachment_id", "attachments.extracted_text")
_PEOPLE = frozenset({"user", "bot"})
MAX_PAGE_BYTES = 3_000_000
"""Of documents that are shown together: a function's answer holds 6 MB, and escaping and names come on top."""


@dataclass(frozen=True)
class Known:
    """An event and where it lies: the segment's object key and version, the frame's number.

    ``stored`` is the event as plain values, where it was read from such.
    """

    event: Event
    segment: str
    version_id: str
    frame: int
    stored: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


def document(state: MessageState, known: Sequence[Known], indexed_at: str) -> dict[str, Any]:
    """The document of a message folded from ``known``; fields that do not apply are left out."""
    return documents([(state, known)], indexed_at)[0]


def documents(folded: Sequence[tuple[MessageState, Sequence[Known]]], indexed_at: str) -> list[dict[str, Any]]:
    """The document of each message, as :func:`document` makes them."""
    languages = languages_of(state.content.text if state.content else None for state, _ in folded)
    return [_document(*each, indexed_at, language) for each, language in zip(folded, languages, strict=True)]


def known_events(source: Document) -> list[Known]:
    """The events a document was folded from; :data:`FOLDED_FROM` is what of it has to be read for them.

    Raises:
        pydantic.ValidationError: they are not events of a schema this version reads.
    """
    texts = {each["attachment_id"]: each.get("extracted_text") for each in source.get("attachments", ())}
    return [
        Known(_event_of(stored["event"], texts), stored["segment"], stored["version_id"], int(stored["frame"]))
        for stored in source.get("events", ())
    ]


def fitting(documents: Sequence[Document]) -> int:
    """How many of the first documents fit on one page; at least one, where there is one."""
    size = 0
    for number, document_ in enumerate(documents):
        size += len(orjson.dumps(document_))
        if size > MAX_PAGE_BYTES and number:
            return number
    return len(documents)


def _document(state: MessageState, known: Sequence[Known], indexed_at: str, language: str | None) -> dict[str, Any]:
    attached = attachments_of(state)
    return present(
        {
            **_identity(state),
            **_words(state, attached, language),
            **_times(state, known, indexed_at),
            **_flags(state, attached),
            **_stored(state),
            "evidence": _evidence(known),
            "events": [_stored_event(each) for each in known],
        }
    )


def _identity(state: MessageState) -> dict[str, Any]:
    sender, content = state.sender, state.content
    return {
        "tenant_id": state.tenant_id,
        "message_id": state.message_id,
        "connection_id": state.connection_id,
        "platform": state.platform,
        "platform_id": state.native.message,
        "workspace_id": state.workspace_id,
        "channel_id": state.channel_id,
        "channel_platform_id": state.channel.id,
        "channel_name": state.channel.name,
        "channel_type": state.channel.type,
        "user_id": state.subject_id,
        "user_platform_id": sender.id if sender else None,
        "user_name": sender.name if sender else None,
        "user_type": sender.type if sender else None,
        "thread_id": state.thread_id,
        "parent_message_id": state.parent_message_id,
        "content_type": content.content_type if content else None,
        "importance": content.importance if content else None,
        "system": state.system,
        "mentioned": distinct(m.id for v in state.versions for m in v.content.mentions),
        "mentioned_ids": distinct(
            subject_id(state.tenant_id, state.platform, state.workspace_id, m.id)
            for v in state.versions
            for m in v.content.mentions
            if m.id and m.kind in _PEOPLE
        ),
        "revision": state.revision,
    }


def _words(state: MessageState, attached: Attached, language: str | None) -> dict[str, Any]:
    """``history`` holds superseded texts only: a query looks at it beside ``content``, so nothing is stored twice."""
    content = state.content
    texts = [version.content.text for version in state.versions]
    subjects = [version.content.subject for version in state.versions]
    current = content.text if content else None
    files = file_texts(state)
    words_attached = distinct(text for ref, _, _ in attached for text in (ref.name, ref.text, files.get(ref.id)))
    said = [*texts, *(subject for subject in subjects if subject)]
    shown = [text for text in (current, content.subject if content else None) if text is not None]
    return {
        **told_by(said, words_attached, shown, language),
        "content": current,
        "subject": content.subject if content else None,
        "history": distinct(
            text for text in (*texts[:-1], *subjects[:-1]) if text not in (current, subjects[-1] if subjects else None)
        ),
        "attachment_text": words_attached,
        "attachments": [attachment_document(state, *each, files.get(each[0].id)) for each in attached],
        **file_names_and_types(attached),
    }


def _times(state: MessageState, known: Sequence[Known], indexed_at: str) -> dict[str, Any]:
    captured = min((each.event.captured_at for each in known), key=nanoseconds, default=None)
    moments = {
        "timestamp": state.sent_at,
        "edited_at": state.edited_at,
        "deleted_at": state.deleted_at,
        "captured_at": captured,
        "indexed_at": indexed_at,
    }
    instant, place = place_in_time(state.sent_at, state.message_id)
    fitted = {name: indexable_time(time) if time else None for name, time in moments.items()}
    return {
        **fitted,
        "actors": sorted({act.subject_id for act in (act_of(each.event) for each in known) if act}),
        "instant": instant,
        "place": place,
        "changed_at": sorted({indexable_time(each.event.occurred_at) for each in known}),
        "exact_times": present({n: time for n, time in moments.items() if time != fitted[n]}),
    }


def _flags(state: MessageState, attached: Attached) -> dict[str, bool]:
    texts = [version.content.text for version in state.versions]
    mentioned = any(version.content.mentions for version in state.versions)
    kinds = {reference.kind for reference, _, _ in attached}
    return {
        "is_edited": state.edited_at is not None,
        "is_deleted": state.deleted_at is not None,
        "is_system": state.system is not None,
        "is_external": bool(state.channel.external) or bool(state.sender and state.sender.workspace),
        "is_flagged": False,
        "is_broadcast": state.broadcast,
        "is_reply": state.parent_message_id is not None,
        "has_attachments": bool(kinds - {"link"}),
        "has_links": "link" in kinds or any("http://" in text or "https://" in text for text in texts),
        "has_reactions": any(reaction.removed_at is None for reaction in state.reactions),
        "has_mentions": mentioned,
    }


def _stored(state: MessageState) -> dict[str, Any]:
    content = state.content
    return {
        "versions": [_version(version) for version in state.versions],
        "reactions": [_reaction(reaction) for reaction in state.reactions],
        "mentions": [told(mention) for mention in content.mentions] if content else None,
        "deleted_by": told(state.deleted_by) if state.deleted_by else None,
    }


def _version(version: Version) -> dict[str, Any]:
    return present({"text": version.content.text, "at": version.at, "by": told(version.by) if version.by else None})


def _reaction(reaction: ReactionState) -> dict[str, Any]:
    times = {"added_at": reaction.added_at, "removed_at": reaction.removed_at}
    return present({"emoji": reaction.emoji, "actor": told(reaction.actor), **times})


def _evidence(known: Sequence[Known]) -> dict[str, Any] | None:
    """Where the event that made the message lies; while none did, where the first we know lies."""
    if not known:
        return None
    first = min(known, key=lambda each: (each.event.kind != "message.created", nanoseconds(each.event.occurred_at)))
    return {"segment": first.segment, "version_id": first.version_id, "frame": first.frame}


def _event_of(stored: Mapping[str, Any], texts: Mapping[str, str | None]) -> Event:
    """An event kept in a document, with the text of its file, which the document keeps elsewhere."""
    body = stored["body"]
    if stored["kind"] == "attachment.captured" and texts.get(body["attachment_id"]):
        stored = {**stored, "body": {**body, "text": texts[body["attachment_id"]]}}
    return event_from_json(stored)


def _stored_event(each: Known) -> dict[str, Any]:
    """An event without the text of its file: that is long, and stands in the document already."""
    event = each.event.as_json() if each.stored is None else each.stored
    if each.event.kind == "attachment.captured":
        event = {**event, "body": {name: value for name, value in event["body"].items() if name != "text"}}
    return {
        "event": event,
        "segment": each.segment,
        "version_id": each.version_id,
        "frame": each.frame,
    }
