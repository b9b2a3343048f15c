"""What a Teams message says: its text, its files, its cards, whom it addresses."""

import re
from collections.abc import Mapping
from typing import Any

from quire.connectors.json_text import read_json
from quire.connectors.shape import mapping, mappings, said, text
from quire.connectors.teams.cards import card_text
from quire.connectors.teams.html_text import Page, html_page, html_text
from quire.domain.errors import MalformedError
from quire.domain.events import AttachmentRef, Content, Forwarded, Mention

_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")
_HOSTED = re.compile(r"/hostedContents/([^/]+)/\$value")
_QUOTES = frozenset({"messageReference", "forwardedMessageReference"})
_CARD = "application/vnd.microsoft."

Message = Mapping[str, Any]


def content(message: Message) -> tuple[Content, str | None]:
    """The content of a chat message, and the id of the message it answers to, where it quotes one."""
    source, is_html = _body(message)
    attachments = mappings(message.get("attachments"))
    mentions = mappings(message.get("mentions"))
    page = Page(source, (), ())
    if is_html:
        page = html_page(source, _mentioned(mentions), {text(a.get("id")): _label(a) for a in attachments})
    references = [_attachment(a, number) for number, a in enumerate(attachments, 1)]
    references += [
        AttachmentRef(id=_hosted_id(image.url) or f"image-{number}", kind="image", name=image.name, url=image.url)
        for number, image in enumerate(page.images, 1)
    ]
    importance = said(message.get("importance"))
    says = Content(
        text=page.text,
        source_text=source if source != page.text else None,
        attachments=tuple(references),
        mentions=_mentions(mentions),
        subject=said(message.get("subject")),
        importance=importance if importance != "normal" else None,
    )
    answered = page.quoted[0] if page.quoted else None
    return says, answered or _referenced(attachments)


def is_emptied(says: Content) -> bool:
    """Whether nothing is left of it, as Graph leaves a deleted message."""
    return not says.text and not says.attachments


def _body(message: Message) -> tuple[str, bool]:
    """The body's source and whether it is HTML; old data has a bare string that may be either."""
    body = message.get("body")
    if isinstance(body, str):
        return body, _MARKUP.search(body) is not None
    told = mapping(body)
    return text(told.get("content")), text(told.get("contentType")).lower() == "html"


def _label(attachment: Message) -> str:
    """What stands in the text where an attachment is shown."""
    if text(attachment.get("contentType")) in _QUOTES:
        return ""
    named = said(attachment.get("name")) or said(_object(attachment.get("content")).get("name"))
    return f"[{named or ('card' if _is_card(attachment) else 'attachment')}]"


def _is_card(attachment: Message) -> bool:
    return text(attachment.get("contentType")).startswith(_CARD)


def _attachment(attachment: Message, number: int) -> AttachmentRef:
    media = said(attachment.get("contentType"))
    native = said(attachment.get("id")) or f"attachment-{number}"
    name, url = said(attachment.get("name")), said(attachment.get("contentUrl"))
    if media in _QUOTES:
        return _quote(attachment, native)
    if media == "reference":
        return AttachmentRef(id=native, kind="file", name=name, url=url)
    if media is not None and media.startswith("image/"):
        return AttachmentRef(id=native, kind="image", name=name, content_type=media, url=url)
    inside = attachment.get("content")
    if _is_card(attachment) or inside:
        snippet = _object(inside)
        link = url or said(snippet.get("codeSnippetUrl"))
        named = name or said(snippet.get("name"))
        return AttachmentRef(
            id=native, kind="card", name=named, content_type=media, url=link, text=card_text(inside) or None
        )
    return AttachmentRef(id=native, kind="file", name=name, content_type=media, url=url)


def _quote(attachment: Message, native: str) -> AttachmentRef:
    """Another message, answered to or forwarded."""
    told = _object(attachment.get("content"))
    wrote = mapping(told.get("messageSender")) or mapping(told.get("originalMessageSender"))
    preview = text(told.get("messagePreview")) or html_text(text(told.get("originalMessageContent")))
    forwarded = attachment.get("contentType") == "forwardedMessageReference"
    return AttachmentRef(
        id=native,
        kind="quote",
        name=said(mapping(wrote.get("user")).get("displayName")),
        text=preview or None,
        forwarded=_forwarded(told) if forwarded else None,
    )


def _forwarded(told: Mapping[str, Any]) -> Forwarded:
    return Forwarded(message=said(told.get("originalMessageId")), channel=said(told.get("originalConversationId")))


def _referenced(attachments: list[Message]) -> str | None:
    for attachment in attachments:
        if attachment.get("contentType") == "messageReference":
            return said(_object(attachment.get("content")).get("messageId")) or said(attachment.get("id"))
    return None


def _object(inside: object) -> Mapping[str, Any]:
    if isinstance(inside, str):
        try:
            return mapping(read_json(inside))
        except MalformedError:
            return {}
    return mapping(inside)


def _hosted_id(url: str) -> str | None:
    found = _HOSTED.search(url)
    return found[1] if found else None


def _mentioned(mentions: list[Message]) -> dict[str, str]:
    """Whom each ``<at>`` names, so that a name spelled in several tags is known for one."""
    found: dict[str, str] = {}
    for mention in mentions:
        native = said(mapping(mapping(mention.get("mentioned")).get("user")).get("id"))
        if native:
            found[str(mention.get("id"))] = native
    return found


def _mentions(mentions: list[Message]) -> tuple[Mention, ...]:
    found: dict[tuple[str, str | None], Mention] = {}
    for mention in mentions:
        read = _mention(mention)
        found.setdefault((read.kind, read.id), read)
    return tuple(found.values())


def _mention(mention: Message) -> Mention:
    told = mapping(mention.get("mentioned"))
    shown = said(mention.get("mentionText"))
    user, application = mapping(told.get("user")), mapping(told.get("application"))
    conversation, tag = mapping(told.get("conversation")), mapping(told.get("tag"))
    if user:
        return Mention(kind="user", id=said(user.get("id")), name=said(user.get("displayName")) or shown)
    if application:
        return Mention(kind="bot", id=said(application.get("id")), name=said(application.get("displayName")) or shown)
    if tag:
        return Mention(kind="group", id=said(tag.get("id")), name=said(tag.get("displayName")) or shown)
    native, name = said(conversation.get("id")), said(conversation.get("displayName")) or shown
    of = conversation.get("conversationIdentityType")
    if of == "channel":
        return Mention(kind="channel", id=native, name=name)
    return Mention(kind="everyone" if of == "chat" else "group", id=native, name=name)
