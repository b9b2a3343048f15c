"""Lines of the story as Graph's change notifications: every change brings the whole message as it then stands.

Source: https://learn.microsoft.com/en-us/graph/api/resources/chatmessage
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from infra.local.demo import ids
from infra.local.demo.markup import parse
from infra.local.demo.plan import Planned
from infra.local.demo.script import Blocked, Deletion, Edit, Line, Reaction
from infra.local.demo.teams_attachments import attached
from infra.local.demo.teams_text import html, is_bare, mentions
from infra.local.demo.teams_world import TeamsWorld

_Change = Edit | Blocked | Deletion | Reaction


@dataclass(frozen=True)
class _Life:
    """One line and all that happens to it."""

    world: TeamsWorld
    line: Line

    def deliveries(self) -> Iterator[Planned]:
        line = self.line
        message = self._message()
        created = self._planned("message", message, line.at, "message.created", "created")
        prompt = not line.late
        yield replace(created, arrives=line.at + line.late, prompt=prompt)
        if line.resent:
            again = created.arrives + line.late + timedelta(seconds=15)
            kinds = ("repeated delivery",)
            yield replace(created, kinds=kinds, arrives=again, resent=line.resent, prompt=False)
        for change in self._changes():
            at = self._later(change)
            message = {**message, **self._touched(at)}
            match change:
                case Edit():
                    message |= {**self._said(change.text), "lastEditedDateTime": ids.graph_time(at)}
                    yield self._planned("edit", message, at, "message.edited", "updated")
                case Blocked():
                    message["policyViolation"] = _violation(change)
                    yield self._planned("policy block", message, at, "message.edited", "updated")
                case Deletion():
                    body = {"contentType": "html", "content": ""}
                    message |= {"deletedDateTime": ids.graph_time(at), "body": body, "attachments": [], "mentions": []}
                    yield self._planned("deletion", message, at, "message.deleted", "deleted")
                case Reaction():
                    message |= self._reacted(message, change, at)
                    kind = "reaction taken back" if change.removed else "reaction"
                    fact = "reaction.removed" if change.removed else "reaction.added"
                    yield self._planned(kind, message, at, fact, "updated")

    def _changes(self) -> list[_Change]:
        line = self.line
        changes: list[_Change] = [*line.edits, *line.reactions]
        changes.extend(change for change in (line.blocked, line.deleted) if change is not None)
        return sorted(changes, key=self._later)

    def _later(self, change: _Change) -> datetime:
        salt = f"{change.by} {change.emoji} {change.removed}" if isinstance(change, Reaction) else ""
        millis = ids.number(f"{self.line.place} {self.line.key} {change.after} {salt}", 900)
        return self.line.at + change.after + timedelta(milliseconds=millis)

    @property
    def _id(self) -> str:
        return str(ids.milliseconds(self.line.at))

    @property
    def _root(self) -> str:
        if not self.line.thread:
            return ""
        return str(ids.milliseconds(self.world.week.line(self.line.place, self.line.thread).at))

    def _message(self) -> dict[str, Any]:
        """The message as it was when it was written."""
        line, world = self.line, self.world
        place = world.week.firm.places[line.place]
        message = blank(world, line.place, self._id, line.at, self._root)
        message |= {
            "messageType": "message",
            "subject": line.subject or None,
            "importance": line.importance,
            "webUrl": world.web_url(place, self._id, self._root or self._id),
            "from": world.identity(line.by),
        }
        return message | self._said(line.text)

    def _said(self, text: str) -> dict[str, Any]:
        """Body, mentions and attachments for ``text``."""
        line, world = self.line, self.world
        spans = parse(world.week.firm, text)
        come = attached(world, line, world.address(line.place, self._id, self._root))
        if is_bare(spans) and not (come.before or come.after) and ids.number(f"{line.place} {line.key}", 3) == 0:
            return {"body": {"contentType": "text", "content": text}, "mentions": [], "attachments": []}
        body = {"contentType": "html", "content": come.before + html(spans) + come.after}
        return {"body": body, "mentions": mentions(spans, world.names), "attachments": come.attachments}

    def _touched(self, at: datetime) -> dict[str, str]:
        return {"etag": str(ids.milliseconds(at)), "lastModifiedDateTime": ids.graph_time(at)}

    def _reacted(self, message: dict[str, Any], change: Reaction, at: datetime) -> dict[str, Any]:
        """The reactions that stand after ``change``, and the history of them."""
        when = ids.graph_time(at)
        user = self.world.identity(change.by, named=False)
        own = [r for r in message["reactions"] if r["reactionType"] == change.emoji and r["user"] == user]
        standing = [reaction for reaction in message["reactions"] if reaction not in own]
        reaction: dict[str, Any] = {"reactionType": change.emoji, "displayName": None, "reactionContentUrl": None}
        reaction |= {"createdDateTime": own[0]["createdDateTime"] if own else when, "user": user}
        if not change.removed:
            standing.append(reaction)
        action = "reactionRemoved" if change.removed else "reactionAdded"
        history = {"modifiedDateTime": when, "actions": action, "reaction": reaction}
        return {"reactions": standing, "messageHistory": [*message["messageHistory"], history]}

    def _planned(self, kind: str, message: dict[str, Any], at: datetime, expects: str, change: str) -> Planned:
        path = f"/messages('{self._root}')/replies('{self._id}')" if self._root else f"/messages('{self._id}')"
        notice = self.world.notice(self.line.place, path, "chatMessage", self._id, message, change)
        return Planned("teams", (kind,), at, (expects,), teams=(notice,))


def message_deliveries(world: TeamsWorld) -> Iterator[Planned]:
    """Every notification that lines on Teams give rise to, one item each."""
    for line in world.week.story.lines_on(world.week.places_on("teams")):
        yield from _Life(world, line).deliveries()


def blank(world: TeamsWorld, place: str, native: str, at: datetime, root: str = "") -> dict[str, Any]:
    """A message with every property Graph lists, none of them said yet."""
    when = ids.graph_time(at)
    channel = world.is_channel(place)
    identity = {"teamId": world.team_id(place), "channelId": world.conversation(place)} if channel else None
    suffix = f"messages('{root}')/replies" if root else "messages"
    return {
        "@odata.context": f"https://graph.microsoft.com/$metadata#{world.base(place)}/{suffix}/$entity",
        "id": native,
        "replyToId": root or None,
        "etag": native,
        "messageType": "systemEventMessage",
        "createdDateTime": when,
        "lastModifiedDateTime": when,
        "lastEditedDateTime": None,
        "deletedDateTime": None,
        "subject": None,
        "summary": None,
        "chatId": None if channel else world.conversation(place),
        "importance": "normal",
        "locale": "en-us",
        "webUrl": None,
        "channelIdentity": identity,
        "onBehalfOf": None,
        "policyViolation": None,
        "eventDetail": None,
        "from": None,
        "body": {"contentType": "html", "content": "<systemEventMessage/>"},
        "attachments": [],
        "mentions": [],
        "reactions": [],
        "messageHistory": [],
    }


def _violation(blocked: Blocked) -> dict[str, Any]:
    tip = {
        "generalText": "This message was blocked by your organisation.",
        "complianceUrl": "https://wiki.meridian-capital.example/dlp",
        "matchedConditionDescriptions": [blocked.reason],
    }
    verdict = "allowFalsePositiveOverride"
    return {"dlpAction": "blockAccess", "justificationText": None, "policyTip": tip, "verdictDetails": verdict}
