"""Files a Telegram message carries, and where its words come from.

A file is asked for by its ``file_id``; links to files hold the bot's token and are never kept.
https://core.telegram.org/bots/api#file
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.shape import mapping, mappings, said, size, text, unix_time
from quire.connectors.telegram.people import chat_name, full_name, number, person
from quire.connectors.telegram.rich import MEDIA
from quire.domain.events import AttachmentRef, Forwarded

Part = Mapping[str, Any]

_KINDS: Mapping[str, str] = {
    "animation": "animation",
    "audio": "audio",
    "document": "document",
    "video": "video",
    "video_note": "video message",
    "voice": "voice message",
    "voice_note": "voice message",
    "live_photo": "live photo",
    "sticker": "sticker",
}
_BESIDE: Mapping[str, str] = {
    "via_bot": "sent with {}",
    "sender_business_bot": "sent by {}",
    "guest_bot_caller_user": "{} asked for it",
    "receiver_user": "shown to {} only",
}
KEYS = frozenset({*_KINDS, "photo"})
"""The keys under which a message holds files."""


def files(message: Part) -> Iterator[AttachmentRef]:
    """The files of a message, also those within a game, paid media and poll."""
    for key in sorted(KEYS):
        if key == "document" and message.get("animation"):
            continue  # the same file, for clients that know no animations
        yield from _files(key, message.get(key))
    game = mapping(message.get("game"))
    yield from _files("photo", game.get("photo"))
    yield from _files("animation", game.get("animation"))
    for media in mappings(mapping(message.get("paid_media")).get("paid_media")):
        yield from _paid(media)
    poll = mapping(message.get("poll"))
    for holder in (poll, *mappings(poll.get("options"))):
        for key in ("media", "explanation_media"):
            inner = mapping(holder.get(key))
            for kind in sorted(KEYS):
                yield from _files(kind, inner.get(kind))


def rich_files(blocks: list[Part]) -> Iterator[AttachmentRef]:
    """The files of a rich message's blocks."""
    for block in blocks:
        for key in MEDIA:
            if text(block.get("type")) == key:
                yield from _files(key, block.get(key))


def _paid(media: Part) -> Iterator[AttachmentRef]:
    kind = text(media.get("type"))
    found = list(_files(kind, media.get(kind)))
    yield from found
    if not found:
        yield AttachmentRef(id=f"paid-{kind or 'media'}", kind="unavailable", name="paid media, not bought")


def _files(key: str, value: Any) -> Iterator[AttachmentRef]:
    """The file under a key; of a photo its largest size."""
    if key == "photo" and isinstance(value, list):
        sizes = [photo for photo in mappings(value) if said(photo.get("file_id"))]
        if sizes:
            yield _file("photo", max(sizes, key=lambda photo: _pixels(photo)))
    elif isinstance(value, dict) and said(value.get("file_id")):
        yield _file(key, value)


def _file(key: str, part: Part) -> AttachmentRef:
    plain = _KINDS.get(key, "photo")
    title = " - ".join(text(part.get(name)) for name in ("performer", "title") if part.get(name))
    moving = part.get("is_animated") is True or part.get("is_video") is True
    handle = text(part.get("file_id"))
    return AttachmentRef(
        id=said(part.get("file_unique_id")) or handle,
        kind="image" if key == "photo" or (key == "sticker" and not moving) else "file",
        name=said(part.get("file_name")) or title or " ".join(x for x in (plain, text(part.get("emoji"))) if x),
        content_type=said(part.get("mime_type")) or ("image/jpeg" if key == "photo" else None),
        size=size(part.get("file_size")),
        handle=handle,
    )


def _pixels(photo: Part) -> int:
    width, height = size(photo.get("width")), size(photo.get("height"))
    return (width or 0) * (height or 0)


def sources(message: Part) -> Iterator[AttachmentRef]:
    """Where the words come from: forwarded, quoted, answered elsewhere, part of an album; and who else had a part."""
    origin = mapping(message.get("forward_origin"))
    name = _origin(origin) if origin else _old_origin(message)
    if name is not None:
        written = unix_time(origin.get("date") or message.get("forward_date"))
        when = f", written {written}" if written else ""
        yield AttachmentRef(
            id="forward", kind="quote", name=f"forwarded from {name}{when}", forwarded=_forwarded(origin, message)
        )
    quote, elsewhere = mapping(message.get("quote")), mapping(message.get("external_reply"))
    if elsewhere:
        place = chat_name(mapping(elsewhere.get("chat")))
        who = _origin(mapping(elsewhere.get("origin"))) or "somebody"
        name = f"in reply to {who}" + (f" in {place}" if place and place != who else "")
        yield AttachmentRef(id="external-reply", kind="quote", name=name, text=said(quote.get("text")))
        yield from files(elsewhere)
    elif quote:
        yield AttachmentRef(id="quote", kind="quote", name="quoted", text=said(quote.get("text")))
    if mapping(message.get("reply_to_story")):
        place = chat_name(mapping(mapping(message.get("reply_to_story")).get("chat")))
        yield AttachmentRef(id="story", kind="quote", name=f"in reply to a story of {place or 'somebody'}")
    album = said(message.get("media_group_id"))
    if album:
        yield AttachmentRef(id=f"album-{album}", kind="card", name="part of an album")
    for key, words in _BESIDE.items():
        user = mapping(message.get(key))
        if user:
            yield AttachmentRef(id=key, kind="card", name=words.format(person(user).name or person(user).id))


def _forwarded(origin: Part, message: Part) -> Forwarded:
    """Which message was passed on: told of posts in channels only."""
    post = number(origin.get("message_id") or message.get("forward_from_message_id")) or None
    chat = mapping(origin.get("chat")) or mapping(message.get("forward_from_chat"))
    return Forwarded(message=post, channel=(number(chat.get("id")) or None) if post else None)


def _origin(origin: Part) -> str | None:
    """Who wrote what is forwarded."""
    user, chat = mapping(origin.get("sender_user")), mapping(origin.get("sender_chat")) or mapping(origin.get("chat"))
    name = full_name(user) or said(user.get("username")) or said(origin.get("sender_user_name")) or chat_name(chat)
    signature = said(origin.get("author_signature"))
    name = name or number(user.get("id")) or number(chat.get("id")) or None
    return f"{signature} ({name})" if signature and name else name


def _old_origin(message: Part) -> str | None:
    """The same before Bot API 7.0."""
    if not any(message.get(key) for key in ("forward_from", "forward_from_chat", "forward_sender_name")):
        return None
    return _origin(
        {
            "sender_user": message.get("forward_from"),
            "chat": message.get("forward_from_chat"),
            "sender_user_name": message.get("forward_sender_name"),
            "author_signature": message.get("forward_signature"),
        }
    )
