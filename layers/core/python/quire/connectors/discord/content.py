"""What a Discord message says: its text, files, cards, layout, poll and stickers, and what it passes on.

https://docs.discord.com/developers/resources/message
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.discord.layout import Layout
from quire.connectors.discord.markup import Speller
from quire.connectors.discord.people import person
from quire.connectors.discord.snowflake import iso_time, native
from quire.connectors.shape import mapping, mappings, said, size, text
from quire.domain.events import AttachmentRef, Content, Forwarded

Message = Mapping[str, Any]

FORWARD = 1
_CROSSPOST = 1 << 1


def content(message: Message) -> Content:
    """The content of a message, first or later version."""
    source = text(message.get("content"))
    speller, layout = Speller(message), Layout()
    layout.read(message.get("components"))
    pieces = [source, *layout.lines]
    shown = [speller.text(piece) for piece in pieces if piece]
    speller.addressed(message, "\n".join(pieces))
    poll = _poll(mapping(message.get("poll")))
    attached: dict[str, AttachmentRef] = {}
    for reference in (*_attachments(message, speller), *layout.files, layout.buttons()):
        if reference is not None:
            attached.setdefault(reference.id, reference)
    told = "\n".join([*shown, poll] if poll else shown)
    return Content(
        text=told,
        source_text=source if source and source != told else None,
        attachments=tuple(attached.values()),
        mentions=speller.mentions,
    )


def _attachments(message: Message, speller: Speller) -> Iterator[AttachmentRef]:
    yield from (file_reference(file) for file in mappings(message.get("attachments")))
    for number, embed in enumerate(mappings(message.get("embeds")), 1):
        yield _embed(embed, number, speller)
    for sticker in mappings(message.get("sticker_items")) or mappings(message.get("stickers")):
        name = said(sticker.get("name"))
        yield AttachmentRef(
            id=f"sticker-{native(sticker.get('id'))}", kind="image", name=f"sticker {name or ''}".strip()
        )
    yield from _passed_on(message)
    yield from _asked(message)


def file_reference(file: Mapping[str, Any]) -> AttachmentRef:
    """A file. Its address is signed and expires; the message read again gives another."""
    media = said(file.get("content_type"))
    return AttachmentRef(
        id=native(file.get("id")) or "unknown",
        kind="image" if media and media.startswith("image/") else "file",
        name=said(file.get("filename")) or said(file.get("title")),
        content_type=media,
        size=size(file.get("size")),
        url=said(file.get("url")),
        text=said(file.get("description")),
    )


def _embed(embed: Mapping[str, Any], number: int, speller: Speller) -> AttachmentRef:
    """A card an app made, or a link preview."""
    by, foot, provider = (mapping(embed.get(key)) for key in ("author", "footer", "provider"))
    lines = [text(by.get("name")), text(embed.get("title")), text(embed.get("description"))]
    fields = [(text(field.get("name")), text(field.get("value"))) for field in mappings(embed.get("fields"))]
    lines += [": ".join(part for part in field if part) for field in fields]
    lines.append(text(foot.get("text")))
    media = (mapping(embed.get(key)) for key in ("image", "video", "thumbnail"))
    pictured = next((said(part.get("url")) for part in media if said(part.get("url"))), None)
    kind = text(embed.get("type")) or "rich"
    return AttachmentRef(
        id=f"embed-{number}",
        kind="card" if kind in {"rich", "poll_result", "auto_moderation_message"} else "link",
        name=said(embed.get("title")) or said(provider.get("name")) or said(by.get("name")),
        url=said(embed.get("url")) or pictured,
        text=speller.text("\n".join(line for line in lines if line)) or None,
    )


def _poll(poll: Mapping[str, Any]) -> str:
    """Question and answers, with the votes as far as they are counted."""
    if not poll:
        return ""
    results = mapping(poll.get("results"))
    votes = {_key(each.get("id")): each.get("count") for each in mappings(results.get("answer_counts"))}
    lines = [f"Poll: {text(mapping(poll.get('question')).get('text'))}"]
    for answer in mappings(poll.get("answers")):
        media = mapping(answer.get("poll_media"))
        emoji = text(mapping(media.get("emoji")).get("name"))
        count = votes.get(_key(answer.get("answer_id")))
        told = f" ({count})" if isinstance(count, int) and not isinstance(count, bool) and count > 0 else ""
        lines.append("- " + " ".join(part for part in (emoji, text(media.get("text"))) if part) + told)
    return "\n".join(lines)


def _key(value: object) -> str:
    return str(value) if isinstance(value, int | str) else ""


def _passed_on(message: Message) -> Iterator[AttachmentRef]:
    """What was forwarded, or published from elsewhere. Discord does not tell who wrote a forwarded message."""
    reference = mapping(message.get("message_reference"))
    place = native(reference.get("channel_id"))
    source = Forwarded(
        message=native(reference.get("message_id")) or None,
        channel=place or None,
        workspace=native(reference.get("guild_id")) or None,
    )
    if reference.get("type") == FORWARD:
        for number, snapshot in enumerate(mappings(message.get("message_snapshots")), 1):
            passed = mapping(snapshot.get("message"))
            within = content({**passed, "message_reference": None, "message_snapshots": None})
            written = iso_time(passed.get("timestamp"))
            when = f", written {written}" if written else ""
            yield AttachmentRef(
                id=f"forward-{number}",
                kind="quote",
                name=f"forwarded from channel {place or 'unknown'}{when}",
                text=within.text or None,
                forwarded=source,
            )
            yield from within.attachments
        return
    flags = message.get("flags")
    if isinstance(flags, int) and flags & _CROSSPOST and place:
        name = next(
            (said(c.get("name")) for c in mappings(message.get("mention_channels")) if c.get("id") == place), None
        )
        yield AttachmentRef(
            id="crosspost",
            kind="quote",
            name=f"published from {'#' + name if name else f'channel {place}'}",
            forwarded=source,
        )
    answered = message.get("referenced_message")
    elsewhere = bool(place) and place != native(message.get("channel_id"))
    if "referenced_message" in message and answered is None and native(reference.get("message_id")):
        yield AttachmentRef(id="answered", kind="unavailable", name="in reply to a message that was deleted")
    elif isinstance(answered, dict) and elsewhere:
        told = content({**answered, "referenced_message": {}, "message_reference": None})
        who = person(mapping(answered.get("author"))).name
        yield AttachmentRef(
            id="answered", kind="quote", name=f"about a message of {who or 'somebody'}", text=told.text or None
        )


def _asked(message: Message) -> Iterator[AttachmentRef]:
    """Whose command an app answers."""
    asked = mapping(message.get("interaction_metadata")) or mapping(message.get("interaction"))
    who = person(mapping(asked.get("user"))).name if asked else None
    if who:
        name = text(asked.get("name")) or text(mapping(message.get("interaction")).get("name"))
        yield AttachmentRef(
            id="interaction", kind="card", name=f"in answer to {'/' + name + ' by ' if name else ''}{who}"
        )
