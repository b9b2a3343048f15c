"""Lines of the story as WhatsApp's webhooks: written, edited, revoked, reacted to.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from infra.local.demo import ids, papers
from infra.local.demo.markup import Span, parse
from infra.local.demo.plan import Planned
from infra.local.demo.script import File, Line, Reaction
from infra.local.demo.whatsapp_world import WhatsAppWorld

_FENCES = {"bold": ("*", "*"), "italic": ("_", "_"), "code": ("`", "`"), "block": ("```", "```"), "quote": ("> ", "")}


@dataclass(frozen=True)
class _Life:
    """One line and all that happens to it."""

    world: WhatsAppWorld
    line: Line

    def deliveries(self) -> Iterator[Planned]:
        line = self.line
        created = self._planned("message", line.by, self._message(), line.at, "message.created")
        yield replace(created, arrives=line.at + line.late)
        if line.resent:
            again = line.at + line.late + timedelta(seconds=30)
            yield replace(created, kinds=("repeated delivery",), arrives=again, resent=line.resent)
        for edit in line.edits:
            at = line.at + edit.after
            message = {**self._notice(f"edit {edit.after}", line.by, at), "type": "edit"}
            version = {**self._said(edit.text), "context": {"id": "M0"}}
            message["edit"] = {"original_message_id": self._id, "message": version}
            yield self._planned("edit", line.by, message, at, "message.edited")
        for reaction in line.reactions:
            yield self._reaction(reaction)
        if line.deleted:
            at = line.at + line.deleted.after
            message = {**self._notice("revoke", line.by, at), "type": "revoke"}
            message["revoke"] = {"original_message_id": self._id}
            yield self._planned("deletion", line.by, message, at, "message.deleted")

    @property
    def _id(self) -> str:
        return self.world.native(self.line)

    def _message(self) -> dict[str, Any]:
        line, world = self.line, self.world
        message = world.message(line.place, line.by, self._id, line.at)
        if line.quotes:
            quoted = world.week.line(line.place, line.quotes)
            message["context"] = {"from": world.phone(quoted.by), "id": world.native(quoted)}
        return {**message, **self._said(line.text)}

    def _said(self, text: str) -> dict[str, Any]:
        """The type of a message and the part that goes with it."""
        line, written = self.line, plain(parse(self.world.week.firm, text))
        if line.pin:
            place = {"latitude": line.pin.latitude, "longitude": line.pin.longitude}
            return {"type": "location", "location": {**place, "name": written, "address": line.pin.address}}
        if line.files:
            (file,) = line.files
            kind = "image" if file.type == "png" else "document"
            media = {"caption": written, **({} if kind == "image" else {"filename": file.name})}
            return {"type": kind, kind: {**media, **_media(line, file)}}
        return {"type": "text", "text": {"body": written}}

    def _notice(self, what: str, by: str, at: datetime) -> dict[str, Any]:
        """The head of a message that tells of a change: it has an id of its own."""
        native = ids.wamid(f"{self.line.place} {self.line.key} {what}")
        return self.world.message(self.line.place, by, native, at)

    def _reaction(self, reaction: Reaction) -> Planned:
        """One emoji a person; taking it back comes with an empty emoji, or without one."""
        at = self.line.at + reaction.after
        what = f"{reaction.by} {reaction.emoji} {reaction.after} {reaction.removed}"
        told: dict[str, Any] = {"message_id": self._id}
        if not reaction.removed:
            told["emoji"] = reaction.emoji
        elif ids.number(what, 2):
            told["emoji"] = ""
        message = {**self._notice(what, reaction.by, at), "type": "reaction", "reaction": told}
        label = "reaction taken back" if reaction.removed else "reaction"
        kind = "reaction.removed" if reaction.removed else "reaction.added"
        return self._planned(label, reaction.by, message, at, kind)

    def _planned(self, kind: str, by: str, message: dict[str, Any], at: datetime, expects: str) -> Planned:
        body = self.world.told(self.line.place, by, message)
        return Planned("whatsapp", (kind,), at, (expects,), body=body)


def message_deliveries(world: WhatsAppWorld) -> Iterator[Planned]:
    """Every webhook that lines on WhatsApp give rise to."""
    for line in world.week.story.lines_on(world.week.places_on("whatsapp")):
        yield from _Life(world, line).deliveries()


def media_id(line: Line, file: File) -> str:
    """What a file is asked for by."""
    return ids.digits("media", f"{line.place} {line.key} {file.name}", 16)


def plain(spans: list[Span]) -> str:
    """A text as it is typed into WhatsApp."""
    return "".join("".join((before, span.text, after)) for span in spans for before, after in [_fence(span)])


def _fence(span: Span) -> tuple[str, str]:
    return _FENCES.get(span.kind, ("", ""))


def _media(line: Line, file: File) -> dict[str, str]:
    digest = hashlib.sha256(papers.content(file)).digest()
    told = {"mime_type": papers.media_type(file), "sha256": base64.b64encode(digest).decode("ascii")}
    return {**told, "id": media_id(line, file)}
