"""Lines of the story as Slack's message events: written, changed, previewed, deleted, reacted to.

Source: https://docs.slack.dev/reference/events/message
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from infra.local.demo import ids
from infra.local.demo.plan import Planned
from infra.local.demo.script import Deletion, Edit, Line, Preview, Reaction
from infra.local.demo.slack_files import files
from infra.local.demo.slack_text import escape
from infra.local.demo.slack_world import SlackWorld


@dataclass(frozen=True)
class _Life:
    """One line and all that happens to it."""

    world: SlackWorld
    line: Line

    def deliveries(self) -> Iterator[Planned]:
        line = self.line
        message = self._message()
        created = self._planned("message", self._event(message), line.at, line.by, "message.created")
        yield self._late(created)
        if line.resent:
            yield self._late(created, again=line.resent)
        for after, change in self._changes():
            at = self._later(after)
            match change:
                case Edit():
                    edited = {**message, **self._said(change.text), "edited": self._edited(at)}
                    yield self._planned("edit", self._changed(edited, message, at), at, line.by, "message.edited")
                    message = edited
                case Preview():
                    shown = {**message, "attachments": [_preview(change)]}
                    yield self._planned("preview", self._changed(shown, message, at), at, line.by, "message.edited")
                    message = shown
                case Deletion():
                    event = self._deleted(change, message, at)
                    yield self._planned("deletion", event, at, line.by, "message.deleted")
        for reaction in line.reactions:
            yield self._reaction(reaction)

    def _changes(self) -> list[tuple[timedelta, Edit | Preview | Deletion]]:
        changes: list[Edit | Preview | Deletion] = [*self.line.edits]
        changes.extend(change for change in (self.line.preview, self.line.deleted) if change is not None)
        return sorted(((change.after, change) for change in changes), key=lambda pair: pair[0])

    def _message(self) -> dict[str, Any]:
        """The message object, as it was when it was written."""
        world, line = self.world, self.line
        message: dict[str, Any] = {"type": "message", "ts": self._ts}
        if line.by in world.week.firm.programs:
            message |= world.bot(world.week.firm.programs[line.by])
        else:
            key = f"{line.place} {line.key}"
            message |= {"client_msg_id": ids.guid("message", key), "user": world.user(line.by)}
            message["team"] = world.home(line.by)
            if world.home(line.by) != world.team:
                message |= {"user_team": message["team"], "source_team": message["team"]}
                message["user_profile"] = world.short_profile(world.week.firm.people[line.by])
        message |= self._said(line.text)
        message |= self._thread()
        if line.style == "me":
            message["subtype"] = "me_message"
        if line.card:
            message["attachments"] = [_card(line)]
        if line.files:
            message |= {"subtype": "file_share", "upload": False, "display_as_bot": False}
            message["files"] = files(world, line)
        return message

    def _thread(self) -> dict[str, Any]:
        line, world = self.line, self.world
        if not line.thread:
            return {}
        parent = world.week.line(line.place, line.thread)
        told: dict[str, Any] = {"thread_ts": ids.slack_ts(parent.at), "parent_user_id": world.user(parent.by)}
        if line.broadcast:
            replies = [reply for reply in world.week.story.lines if reply.place == line.place]
            replies = [reply for reply in replies if reply.thread == line.thread and reply.at <= line.at]
            root = _Life(world, parent)._message()
            writers = dict.fromkeys(world.user(reply.by) for reply in replies)
            root |= {"thread_ts": told["thread_ts"], "reply_count": len(replies), "latest_reply": self._ts}
            root |= {"reply_users": [*writers], "reply_users_count": len(writers), "is_locked": False}
            told |= {"subtype": "thread_broadcast", "root": root}
        return told

    def _said(self, text: str) -> dict[str, Any]:
        said = self.world.said(f"{self.line.place} {self.line.key} {text}", text)
        program = self.world.week.firm.programs.get(self.line.by)
        return {"text": said["text"]} if program and program.style == "classic" else said

    @property
    def _ts(self) -> str:
        return ids.slack_ts(self.line.at)

    def _event(self, message: dict[str, Any]) -> dict[str, Any]:
        return {**message, **self._where(self._ts)}

    def _where(self, event_ts: str) -> dict[str, Any]:
        place = self.line.place
        return {
            "channel": self.world.channel(place),
            "event_ts": event_ts,
            "channel_type": self.world.channel_type(place),
        }

    def _changed(self, new: dict[str, Any], old: dict[str, Any], at: datetime) -> dict[str, Any]:
        ts = ids.slack_ts(at)
        head = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": ts}
        return {**head, "message": new, "previous_message": old, **self._where(ts)}

    def _deleted(self, deletion: Deletion, message: dict[str, Any], at: datetime) -> dict[str, Any]:
        ts = ids.slack_ts(at)
        if deletion.text == "tombstone":
            grave = {"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "hidden": True}
            grave |= {"user": "USLACKBOT", "ts": self._ts, "thread_ts": self._ts, "reply_count": 1}
            return self._changed(grave, {**message, "thread_ts": self._ts, "reply_count": 1}, at)
        event = {"type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": self._ts, "ts": ts}
        if deletion.text == "kept":
            event["previous_message"] = message
        return {**event, **self._where(ts)}

    def _reaction(self, reaction: Reaction) -> Planned:
        line, world = self.line, self.world
        at = self._later(reaction.after, f"{reaction.by} {reaction.emoji}")
        kind = "reaction_removed" if reaction.removed else "reaction_added"
        event: dict[str, Any] = {"type": kind, "user": world.user(reaction.by)}
        event["reaction"] = world.reaction(reaction.emoji)
        event["item"] = {"type": "message", "channel": world.channel(line.place), "ts": self._ts}
        program = world.week.firm.programs.get(line.by)
        if program is None or program.style == "modern":
            event["item_user"] = world.user(line.by)
        event["event_ts"] = ids.slack_ts(at)
        label = "reaction taken back" if reaction.removed else "reaction"
        return self._planned(label, event, at, reaction.by, kind.replace("reaction_", "reaction."))

    def _edited(self, at: datetime) -> dict[str, str]:
        return {"user": self.world.user(self.line.by), "ts": f"{ids.milliseconds(at) // 1000}.000000"}

    def _later(self, after: timedelta, salt: str = "") -> datetime:
        micros = ids.number(f"{self.line.place} {self.line.key} {after} {salt}", 900_000)
        return self.line.at + after + timedelta(microseconds=micros)

    def _planned(self, kind: str, event: dict[str, Any], at: datetime, by: str, expects: str) -> Planned:
        body = self.world.envelope(event, at, self.line.place, by)
        return Planned("slack", (kind,), at, (expects,), slack=body)

    def _late(self, planned: Planned, again: str = "") -> Planned:
        delay = self.line.late + timedelta(seconds=4 if again else 0)
        kinds = ("repeated delivery",) if again else planned.kinds
        return replace(planned, kinds=kinds, arrives=planned.arrives + delay, resent=again)


def message_deliveries(world: SlackWorld) -> Iterator[Planned]:
    """Every delivery that lines on Slack give rise to."""
    for line in world.week.story.lines_on(world.week.places_on("slack")):
        yield from _Life(world, line).deliveries()


def _preview(preview: Preview) -> dict[str, Any]:
    """What Slack adds to a message after it has looked at a link."""
    return {
        "id": 1,
        "from_url": preview.url,
        "original_url": preview.url,
        "service_name": preview.url.split("/")[2],
        "title": escape(preview.title),
        "title_link": preview.url,
        "text": escape(preview.text),
        "fallback": escape(preview.title),
    }


def _card(line: Line) -> dict[str, Any]:
    """A legacy attachment, as classic integrations still send it."""
    card = line.card
    if card is None:
        raise ValueError("the line has no card")
    fields = [{"title": title, "value": escape(value), "short": True} for title, value in card.fields.items()]
    told = {"title": escape(card.title), "text": escape(card.text), "fallback": escape(card.title)}
    return {"id": 1, "color": "2f6f9f", **told, "fields": fields}
