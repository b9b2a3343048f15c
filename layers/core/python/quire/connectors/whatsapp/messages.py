"""WhatsApp messages: written, edited, deleted, reacted to, announced, or not handed over.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import mapping, mappings, said, text, unix_time
from quire.connectors.whatsapp.content import content, is_known, is_media, parent
from quire.connectors.whatsapp.items import Item
from quire.connectors.whatsapp.people import Parties, direct_channel, number, parties, scope, someone
from quire.domain.events import (
    Body,
    ChannelChanged,
    Content,
    Kind,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Native,
    Reaction,
    UserChanged,
)

Message = Mapping[str, Any]

_NUMBER_CHANGES: Mapping[str, str] = {
    "user_changed_number": "changed number",
    "customer_changed_number": "changed number",
    "user_changed_user_id": "changed user id",
}


class _Setting:
    """A message's surroundings, and the facts made of them."""

    def __init__(self, message: Message, native: str, element: Element, item: Item) -> None:
        self.message, self.native, self.element, self.item = message, native, element, item
        self.parties: Parties = parties(message, item)
        self.at = unix_time(message.get("timestamp")) or element.received_at

    def fact(
        self, kind: Kind, body: Body, discriminator: str, about: str | None = None, subject: str | None = None
    ) -> Fact:
        """A fact about this message, or about the one that ``about`` names."""
        return Fact(
            kind=kind,
            body=body,
            discriminator=discriminator,
            occurred_at=self.at,
            subject=subject,
            channel=self.parties.channel.id,
            message=about or self.native,
            parent=getattr(getattr(body, "native", None), "parent", None),
            within=scope(self.item),
        )

    def created(self, says: Content, system: str | None = None, discriminator: str = "") -> Fact:
        """The message as one that was written; an announcement is nobody's words."""
        body = MessageCreated(
            channel=self.parties.channel,
            native=Native(message=self.native, parent=parent(self.message)),
            sender=self.parties.sender,
            content=says,
            system=system,
        )
        subject = None if system else self.parties.sender.id
        return self.fact("message.created", body, discriminator, subject=subject)


def message_facts(message: Message, element: Element, item: Item) -> Iterator[Fact]:
    """The facts of one message object, incoming, echoed or of the history."""
    kind, native = text(message.get("type")), said(message.get("id"))
    if native is None:
        yield unrecognised(element, "a message without an id", f"message/{kind}", unix_time(message.get("timestamp")))
        return
    setting = _Setting(message, native, element, item)
    match kind:
        case "reaction":
            yield from _reaction(setting)
        case "edit":
            yield from _edit(setting)
        case "revoke":
            yield from _revoke(setting)
        case "system":
            yield from _system(setting)
        case "unsupported" | "unknown":
            yield _withheld(setting)
        case "request_welcome":
            yield setting.created(Content(text="Opened the chat"), system=kind)
        case "media_placeholder":
            yield setting.created(Content(text="(media that WhatsApp has not handed over)"))
        case _ if item.field == "history" and is_media(kind) and not item.thread:
            yield _late_media(setting)
        case _:
            yield from _written(setting, kind)


def _written(setting: _Setting, kind: str) -> Iterator[Fact]:
    says = content(setting.message)
    if not is_known(kind):
        said_so = says.text or f"(a message of type {kind or 'unknown'})"
        yield setting.created(says.model_copy(update={"text": said_so}))
        yield unrecognised(setting.element, "a message of a type we do not know", f"message/{kind}", setting.at)
        return
    yield setting.created(says)


def _late_media(setting: _Setting) -> Fact:
    """History names a media message first and tells what it was in a webhook of its own."""
    says = content(setting.message)
    body = MessageEdited(
        channel=setting.parties.channel,
        native=Native(message=setting.native, parent=parent(setting.message)),
        sent_at=setting.at,
        sender=setting.parties.sender,
        content=says,
        cause="platform",
    )
    return setting.fact("message.edited", body, f"media|{says.attachments[0].id}", subject=setting.parties.sender.id)


def _edit(setting: _Setting) -> Iterator[Fact]:
    edit = mapping(setting.message.get("edit"))
    original, version = said(edit.get("original_message_id")), mapping(edit.get("message"))
    if original is None or not version:
        yield unrecognised(setting.element, "an edit that does not say of what", "message/edit", setting.at)
        return
    sender = setting.parties.sender
    body = MessageEdited(
        channel=setting.parties.channel,
        native=Native(message=original),
        sender=sender,
        content=content(version),
        edited_by=sender,
    )
    yield setting.fact("message.edited", body, setting.native, about=original, subject=sender.id)


def _revoke(setting: _Setting) -> Iterator[Fact]:
    original = said(mapping(setting.message.get("revoke")).get("original_message_id"))
    if original is None:
        yield unrecognised(setting.element, "a deletion that does not say of what", "message/revoke", setting.at)
        return
    sender = setting.parties.sender
    body = MessageDeleted(
        channel=setting.parties.channel,
        native=Native(message=original),
        sender=sender,
        deleted_by=sender,
        reason="user",
    )
    yield setting.fact("message.deleted", body, "", about=original, subject=sender.id)


def _reaction(setting: _Setting) -> Iterator[Fact]:
    """One emoji a person; taking it back sends an empty one, or none."""
    told = mapping(setting.message.get("reaction"))
    original, emoji = said(told.get("message_id")), text(told.get("emoji"))
    if original is None:
        yield unrecognised(setting.element, "a reaction to nothing it names", "message/reaction", setting.at)
        return
    sender = setting.parties.sender
    body = Reaction(
        channel=setting.parties.channel,
        native=Native(message=original),
        emoji=emoji,
        actor=sender,
        exclusive=True if emoji else None,
    )
    kind: Kind = "reaction.added" if emoji else "reaction.removed"
    yield setting.fact(kind, body, f"{sender.id}|{emoji}|{setting.native}", about=original, subject=sender.id)


def _withheld(setting: _Setting) -> Fact:
    """Something came that WhatsApp does not hand over. A customer's deletion looks like this, and only like this.

    It may bear the id of the message it is about, so it must not stand in that one's way: it is a fact of its own.
    """
    told = text(mapping(setting.message.get("unsupported")).get("type"))
    error = next(iter(mappings(setting.message.get("errors"))), {})
    code = error.get("code")
    why = ", ".join(
        part
        for part in (
            told,
            f"error {code}" if isinstance(code, int | str) and code else "",
            (text(mapping(error.get("error_data")).get("details")) or text(error.get("title"))).rstrip("."),
        )
        if part
    )
    maybe = "" if told else " It may be the deletion of a message."
    says = Content(text=f"WhatsApp does not hand over this message ({why or 'no reason given'}).{maybe}")
    return setting.created(
        says, system="unsupported", discriminator=f"unsupported|{text(setting.message.get('timestamp'))}"
    )


def _system(setting: _Setting) -> Iterator[Fact]:
    """An announcement; a new number or user id makes the customer, and so the conversation, go by another id."""
    told = mapping(setting.message.get("system"))
    kind = text(told.get("type")) or "system"
    yield setting.created(content(setting.message), system=kind)
    change = _NUMBER_CHANGES.get(kind)
    phone = number(told.get("wa_id")) or number(told.get("new_wa_id"))
    if change is None or not (phone or said(told.get("user_id"))):
        return
    before = setting.parties
    after = someone(phone, told.get("user_id"), setting.item._replace(contacts=()))
    after = after.model_copy(update={"name": before.customer.name})
    mark = f"{before.customer.id}|{after.id}|{text(setting.message.get('timestamp'))}"
    yield Fact("user.changed", UserChanged(change=change, user=after), mark, setting.at, subject=after.id)
    if after.id == before.customer.id or before.channel.type != "direct":
        return
    channel = direct_channel(after, setting.item)
    body = ChannelChanged(change="id changed", channel=channel, previous_id=before.channel.id, by=after)
    yield Fact("channel.changed", body, mark, setting.at, subject=after.id, channel=channel.id)
