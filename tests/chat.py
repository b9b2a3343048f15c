"""Events of a made-up chat, one short call each."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from quire.domain import ids
from quire.domain.events import (
    Actor,
    AttachmentFact,
    AttachmentRef,
    Body,
    ChannelChanged,
    ChannelRef,
    ConnectorRef,
    Content,
    DeliveryRef,
    Event,
    Kind,
    Membership,
    Mention,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Native,
    Reaction,
    UserChanged,
)
from quire.domain.ids import ChannelId, ConnectionId, MessageId, SubjectId, TenantId
from quire.search.documents import Known

AT = "2026-03-02T09:14:05.000200Z"
WORKSPACE = "W1"
ACME = TenantId("acme")
GENERAL = ChannelRef(id="C1", type="channel")
ALICE = Actor(id="U1")


@dataclass(frozen=True)
class Chat:
    """One channel of one tenant, and who is speaking."""

    tenant: TenantId = ACME
    platform: str = "slack"
    channel: ChannelRef = GENERAL
    user: Actor = ALICE

    @property
    def channel_id(self) -> ChannelId:
        """Quire's id of the channel."""
        return ids.channel_id(self.tenant, self.platform, WORKSPACE, self.channel.id)

    @property
    def user_id(self) -> SubjectId:
        """Quire's id of who is speaking."""
        return ids.subject_id(self.tenant, self.platform, WORKSPACE, self.user.id)

    def message_id(self, message: str) -> MessageId:
        """Quire's id of a message."""
        return ids.message_id(self.tenant, self.platform, WORKSPACE, self.channel.id, message)

    def called(self, user: str, name: str | None = None) -> "Chat":
        """The same channel, somebody else speaking."""
        return replace(self, user=Actor(id=user, name=name))

    def says(self, text: str, message: str = "1", at: str = AT, **more: Any) -> Event:
        """A new message; ``attachments``, ``mentions``, ``subject``, ``system``, ``thread`` as wanted."""
        thread = more.pop("thread", None)
        body = MessageCreated(
            **self._about(message),
            sender=self.user,
            system=more.pop("system", None),
            broadcast=more.pop("broadcast", None),
            content=Content(text=text, **more),
        )
        parent = self.message_id(thread) if thread else None
        return self._event("message.created", body, message, at).model_copy(
            update={"thread_id": parent, "parent_message_id": parent}
        )

    def edits(self, text: str, message: str = "1", at: str = "2026-03-02T09:20:00Z", **more: Any) -> Event:
        """An edit by the sender."""
        return self._event(
            "message.edited",
            MessageEdited(**self._about(message), sender=self.user, content=Content(text=text, **more)),
            message,
            at,
        )

    def deletes(self, message: str = "1", at: str = "2026-03-02T09:30:00Z", sent_at: str | None = None) -> Event:
        """A deletion by whoever is speaking."""
        body = MessageDeleted(**self._about(message), deleted_by=self.user, sent_at=sent_at)
        return self._event("message.deleted", body, message, at)

    def restores(self, text: str, message: str = "1", at: str = "2026-03-02T09:35:00Z", **more: Any) -> Event:
        """The platform shows a deleted message again."""
        body = MessageEdited(
            **self._about(message), sender=self.user, content=Content(text=text, **more), cause="platform"
        )
        return self._event("message.edited", body, message, at, "restored")

    def unreacts(self, emoji: str, message: str = "1", at: str = "2026-03-02T09:45:00Z") -> Event:
        """Whoever is speaking takes a reaction back."""
        return self._event(
            "reaction.removed", Reaction(**self._about(message), emoji=emoji, actor=self.user), message, at
        )

    def reacts(self, emoji: str, message: str = "1", at: str = "2026-03-02T09:40:00Z") -> Event:
        """A reaction by whoever is speaking."""
        return self._event(
            "reaction.added", Reaction(**self._about(message), emoji=emoji, actor=self.user), message, at
        )

    def keeps(self, file: str, text: str | None = None, message: str = "1", **told: Any) -> Event:
        """The bytes of a message's file were stored."""
        sha256 = hashlib.sha256(file.encode()).hexdigest()
        fact = {
            "sha256": sha256,
            "size": 5,
            "detected_type": "application/pdf",
            "storage_key": f"t/{self.tenant}/blobs/none/{sha256}",
            "storage_version": "b1",
            "text": text,
            "text_status": "complete" if text else "none",
            **told,
        }
        body = AttachmentFact(**self._about(message), attachment_id=f"F-{file}", name=file, **fact)
        return self._event("attachment.captured", body, message, told.get("at", "2026-03-02T09:50:00Z"), file)

    def lacks(self, file: str, reason: str, message: str = "1") -> Event:
        """A message's file could not be had."""
        body = AttachmentFact(**self._about(message), attachment_id=f"F-{file}", name=file, reason=reason, attempts=1)
        return self._event("attachment.failed", body, message, "2026-03-02T09:50:00Z", file)

    def joins(self, at: str = AT, *, workspace: bool = False, listed: bool = False) -> Event:
        """Whoever is speaking comes in; ``listed``: is found there when the platform is asked."""
        event = self._moves("member.joined", at, workspace)
        if not listed:
            return event
        return event.model_copy(
            update={"source": "poll", "delivery": event.delivery.model_copy(update={"received_at": at})}
        )

    def leaves(self, at: str = AT, *, workspace: bool = False) -> Event:
        """Whoever is speaking goes."""
        return self._moves("member.left", at, workspace)

    def _moves(self, kind: Kind, at: str, workspace: bool) -> Event:
        body = Membership(channel=None if workspace else self.channel, member=self.user)
        channel = None if workspace else self.channel_id
        return self._event(kind, body, None, at, str(workspace)).model_copy(update={"channel_id": channel})

    def renamed(self, name: str, at: str = AT) -> Event:
        """The channel has a name."""
        body = ChannelChanged(change="renamed", channel=self.channel.model_copy(update={"name": name}))
        return self._event("channel.changed", body, None, at)

    def introduced(self, name: str, at: str = AT, email: str | None = None) -> Event:
        """Whoever is speaking has a name."""
        body = UserChanged(change="changed", user=Actor(id=self.user.id, name=name, email=email))
        return self._event("user.changed", body, None, at).model_copy(update={"channel_id": None})

    def _about(self, message: str) -> dict[str, Any]:
        return {"channel": self.channel, "native": Native(message=message)}

    def _event(self, kind: Kind, body: Body, message: str | None, at: str, more: str = "") -> Event:
        message_id = None if message is None else self.message_id(message)
        about = message_id or self.channel_id
        told = getattr(body, "emoji", "") + self.user.id + more
        return Event(
            event_id=ids.event_id(about, kind, f"{at} {told}"),
            tenant_id=self.tenant,
            connection_id=ConnectionId(f"{self.platform}-1"),
            platform=self.platform,
            workspace_id=WORKSPACE,
            kind=kind,
            channel_id=self.channel_id,
            message_id=message_id,
            subject_id=self.user_id,
            occurred_at=at,
            captured_at="2026-03-02T09:14:06.000000Z",
            source="webhook",
            body=body,
            raw_sha256=hashlib.sha256(b"raw").hexdigest(),
            delivery=DeliveryRef(sha256=hashlib.sha256(b"delivery").hexdigest(), received_at=AT),
            connector=ConnectorRef(name="slack", version="1"),
        )


def known(*events: Event, segment: str = "t/acme/journal/2026/03/02/09/s-1-2.qrs") -> list[Known]:
    """Events as if one segment held them, each in a frame of its own."""
    return [Known(event, segment, "v1", number) for number, event in enumerate(events)]


def file(name: str, text: str | None = None) -> AttachmentRef:
    """An attached file."""
    return AttachmentRef(id=f"F-{name}", kind="file", name=name, text=text, size=10, content_type="text/plain")


def mention(user: str, name: str | None = None) -> Mention:
    """A mentioned person."""
    return Mention(kind="user", id=user, name=name)
